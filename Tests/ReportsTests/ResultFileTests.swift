import Base
import Foundation
import Plotting
import Reports
import Results
import Testing
import TestSupport

@Suite("Evaluation results")
struct ResultFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func curve(
        _ text: String, metric: LayerMetric = .probability
    ) throws -> LayerCurve {
        try writeFile(text, to: folder("result.json"))
        var selection = CurveSelection()
        selection.metric = metric
        return try ResultFile.curves(inFile: folder("result.json"), selection)[0]
    }

    private let whole = """
        {"prompts": [{"id": 1}], "layers": [
          {"blocks": 2, "probability": {"mean": 0.25, "ci95": [0.2, 0.3]},
           "log_probability": {"mean": -1.5}, "rank": {"mean": 2, "ci95": [1, 4]}},
          {"blocks": 1, "probability": {"mean": 0.08, "ci95": [0.06, 0.1]},
           "log_probability": {"mean": "-Infinity"}, "rank": {"mean": 100}}],
         "output": {"probability": {"mean": 0.5, "ci95": ["NaN", "NaN"]},
           "log_probability": {"mean": -0.7, "ci95": null}, "rank": {"mean": 1}},
         "tasks": {}, "run": {"model": "/models/mamba2-babi/", "lens": "lenses/a", "seed": 7,
           "model_sha256": "aa", "lens_sha256": "bb", "data_sha256": "cc", "command": "lens eval"}}
        """

    @Test("rows come by blocks, then the output, with the run's words")
    func reads() throws {
        let curve = try curve(whole)
        #expect(curve.label == "mamba2-babi")
        #expect(curve.layerCount == 2)
        #expect(
            curve.points == [
                .init(position: .lens(blocks: 1), mean: 0.08, interval: Interval(0.06, 0.1)),
                .init(position: .lens(blocks: 2), mean: 0.25, interval: Interval(0.2, 0.3)),
                .init(position: .output, mean: 0.5),
            ])
        let run = curve.provenance.run
        #expect(run.lens == "lenses/a" && run.modelSHA256 == "aa" && run.lensSHA256 == "bb")
        #expect(run.dataSHA256 == "cc" && run.command == "lens eval")
        #expect(curve.provenance.sha256 == SHA256.hex(of: whole))
    }

    @Test("other metrics, and words for what JSON has no number for")
    func metrics() throws {
        #expect(try curve(whole, metric: .rank).points.map(\.mean) == [100, 2, 1])
        #expect(
            try curve(whole, metric: .logProbability).points.map(\.mean) == [
                -.infinity, -1.5, -0.7,
            ])
    }

    @Test("without a run the file gives the name")
    func noRun() throws {
        let row = #"{"blocks": 1, "probability": {"mean": 0.5}}"#
        let curve = try curve(#"{"layers": [\#(row)], "output": {"probability": {"mean": 1}}}"#)
        #expect(curve.label == "result")
        #expect(curve.provenance.run == RunRecord())
    }

    @Test(
        "labels of a published table become positions: L is the lens after L + 1 blocks, N the output"
    )
    func published() throws {
        try writeFile(
            """
            {1: {'sum': 1.2, 'total': 2000, 'avg': 0.0006}, 2: {'sum': 3.0, 'total': 2000,
             'avg': 0.0015}, 3: {'sum': 500.0, 'total': 2000, 'avg': 0.25}}
            """, to: folder("diff-seed0-lens_eval.txt"))
        let curve = try ResultFile.curves(inFile: folder("diff-seed0-lens_eval.txt"))[0]
        #expect(curve.label == "diff-seed0-lens_eval")
        #expect(curve.layerCount == 3)
        #expect(curve.points.map(\.position) == [.lens(blocks: 2), .lens(blocks: 3), .output])
        #expect(curve.points.map(\.mean) == [0.0006, 0.0015, 0.25])
        #expect(curve.points.allSatisfy { $0.interval == nil })
        #expect(
            curve.provenance.sha256
                == "868f4511641699af61bda87680fdd3da4b09feb7ce97ae76ef998cd0ad42efe0")
        #expect(curve.provenance.run == RunRecord())
    }

    @Test("results of one model are told apart by their files")
    func labels() throws {
        let paths = ["tuned.json", "logit.json", "other.txt"].map { folder($0) }
        for path in paths.prefix(2) { try writeFile(whole, to: path) }
        try writeFile("{1: {'sum': 1, 'total': 2, 'avg': 0.5}}", to: paths[2])
        #expect(
            try ResultFile.curves(paths).map(\.label)
                == ["mamba2-babi (tuned)", "mamba2-babi (logit)", "other"])
        let twice = [paths[2], folder("sub/other.txt")]
        try writeFile("{1: {'sum': 1, 'total': 2, 'avg': 0.5}}", to: twice[1])
        #expect(
            try ResultFile.curves(twice).map(\.label)
                == ["other (\(twice[0]))", "other (\(twice[1]))"])
    }

    @Test("a folder stands for the results in it, in the order of their names")
    func folders() throws {
        for name in ["b/seed1.json", "b/seed0.json", "c.json", "b/notes.txt"] {
            // Of different models: seeds.
            try writeFile(
                whole.replacing(
                    /"model_sha256": *"[^"]*"/, with: "\"model_sha256\": \"\(name)\""),
                to: folder(name))
        }
        let paths = [folder("b") + "/", folder("c.json")]
        let curves = try ResultFile.curves(paths)
        #expect(curves.map(\.label) == ["b", "b", "mamba2-babi"])
        let files = [folder("b/seed0.json"), folder("b/seed1.json"), folder("c.json")]
        #expect(curves.map(\.provenance.path) == files)
        #expect(try ResultFile.curves(paths, labels: ["x", "x"]).map(\.label) == ["x", "x", "x"])
        try createFolder(folder("empty"))
        #expect(throws: ResultError.noResults(folder: folder("empty"))) {
            try ResultFile.curves([folder("empty")])
        }
    }

    @Test(
        "broken results say what is wrong",
        arguments: [
            (#"{"layers": [], "output": {}}"#, "has no layers"),
            (
                #"{"layers": [{"blocks": 2}], "output": {}}"#,
                "layer 2 stands where layer 1 was expected"
            ),
            (
                #"{"layers": [{"blocks": 1}], "output": {}}"#,
                "has no probability of layer 1; choose a metric it has"
            ),
            (
                #"{"layers": [{"blocks": 1, "probability": {"mean": 1}}], "output": {}}"#,
                "has no probability of the output"
            ),
            (
                #"{"layers": [{"blocks": 1, "probability": {"mean": 1, "ci95": [2, 1]}}], "output": {}}"#,
                "'ci95' of layer 1 is [2.0, 1.0], expected two numbers in rising order"
            ),
            (
                #"{"layers": [{"blocks": 1, "probability": {"mean": 1, "ci95": [2]}}], "output": {}}"#,
                "'ci95' of layer 1 is [2.0]"
            ),
            (
                #"{"layers": [{"blocks": 1, "probability": {"mean": "x"}}], "output": {}}"#,
                "'layers.[0].probability.mean' is 'x' (a string), expected a number"
            ),
            (#"{"layers": [{"blocks": 1.5}], "output": {}}"#, "not the JSON expected"),
            (#"{"output": {}}"#, "key 'layers' is missing"),
            (#"{"layers": []}"#, "key 'output' is missing"),
            (
                #"{"layers": [], "output": {}, "run": {"model": 3}}"#,
                "'run.model' is 3 (a number), expected a string"
            ),
            (#"{"layers": ["#, "not the JSON expected"),
            ("[1, 2]", "begins with '[1, 2]', expected a result of 'lens eval babilong'"),
            ("", "begins with nothing"),
            ("{layers: []}", "begins with '{layers: []}'"),
            ("\u{7F}ELF", #"begins with '\u{7F}ELF'"#),
        ])
    func broken(text: String, part: String) {
        #expect { try curve(text) } throws: { error in
            guard let error = error as? any UserFacingError else { return false }
            #expect("\(error)".contains(part), "\(error)")
            return error.kind == .badData || error.kind == .usage
        }
    }

    @Test(
        "values that no measurement gives name the field and the value",
        arguments: [
            (
                #""probability": {"mean": 2.5}"#,
                "'probability.mean' of layer 1 is 2.5, expected 0 to 1"
            ),
            (
                #""probability": {"mean": -1}"#,
                "'probability.mean' of layer 1 is -1.0, expected 0 to 1"
            ),
            (#""probability": {"mean": "NaN"}"#, "'probability.mean' of layer 1 is nan"),
            (#""probability": {"mean": "Infinity"}"#, "'probability.mean' of layer 1 is inf"),
            (
                #""probability": {"mean": 0.5, "ci95": [-0.1, 0.6]}"#,
                "'probability.ci95' of layer 1 is -0.1, expected 0 to 1"
            ),
            (
                #""probability": {"mean": 0.5, "ci95": [0.6, 0.7]}"#,
                "'probability.ci95' of layer 1 is [0.6, 0.7], expected an interval around the mean 0.5"
            ),
            (
                #""log_probability": {"mean": 0.5}"#,
                "'log_probability.mean' of layer 1 is 0.5, expected a number of nats up to 0"
            ),
            (
                #""rank": {"mean": 0.9}"#,
                "'rank.mean' of layer 1 is 0.9, expected a number from 1 on"
            ),
        ])
    func values(row: String, sentence: String) {
        let metric: LayerMetric =
            row.contains("rank") ? .rank : row.contains("log_") ? .logProbability : .probability
        #expect {
            try curve(#"{"layers": [{"blocks": 1, \#(row)}], "output": {}}"#, metric: metric)
        } throws: { "\($0)".contains(sentence) }
    }

    @Test(
        "means, layers and counts are those of the prompts listed",
        arguments: [
            ("2", "0.25", "[0.1], [0.4]", nil),
            ("2", "0.26", "[0.1], [0.4]", "'probability.mean' of layer 1 is 0.26, expected 0.25"),
            (
                "2", "0.25", "[0.1], [0.4, 1]",
                "'probability' of prompt 2 is 2 numbers, expected one"
            ),
            ("3", "0.25", "[0.1], [0.4]", "'count' is 3, expected 2, as many as 'prompts' lists"),
            ("0", "0.25", "", "'count' is 0, expected 1 or more"),
            ("-2", "0.25", nil, "'count' is -2, expected 1 or more"),
        ] as [(String, String, String?, String?)])
    func prompts(count: String, mean: String, listed: String?, sentence: String?) throws {
        let prompts = listed.map { text in
            let readings = text.matches(of: /\[[^\]]*\]/).map { #"{"probability": \#($0.output)}"# }
            return #""prompts": [\#(readings.joined(separator: ","))],"#
        }
        let text = """
            {"count": \(count), \(prompts ?? "")
             "layers": [{"blocks": 1, "probability": {"mean": \(mean)}}],
             "output": {"probability": {"mean": 1}}}
            """
        guard let sentence else {
            #expect(try curve(text).points.first?.mean == 0.25)
            return
        }
        #expect { try curve(text) } throws: { "\($0)".contains(sentence) }
    }

    @Test("the output's mean is that of the prompts")
    func outputMean() {
        let row = #"{"blocks": 1, "probability": {"mean": 0.5}}"#
        let prompt = #"{"probability": [0.5], "output": {"probability": 0.75}}"#
        #expect {
            try curve(
                #"""
                {"prompts": [\#(prompt)], "layers": [\#(row)],
                 "output": {"probability": {"mean": 0.9}}}
                """#)
        } throws: { "\($0)".contains("'probability.mean' of the output is 0.9, expected 0.75") }
    }

    @Test("nesting without end and files without measure are refused")
    func hostile() throws {
        let deep = #"{"layers": "# + String(repeating: "[", count: 1 << 20)
        #expect { try curve(deep) } throws: { $0 is FileError }
        // Sparse: takes no room on disk, and is refused before it is read.
        try writeFile("{", to: folder("huge"))
        #expect(truncate(folder("huge"), (1 << 30) + 1) == 0)
        #expect(
            throws: ResultError.tooLarge(
                path: folder("huge"), bytes: (1 << 30) + 1, limit: 1 << 30)
        ) { try ResultFile.curves(inFile: folder("huge")) }
    }

    @Test("too many layers, a missing file, a metric that tables lack")
    func limits() throws {
        let rows = (1...4097).map { #"{"blocks": \#($0), "probability": {"mean": 1}}"# }
            .joined(separator: ",")
        #expect(
            throws: ResultError.tooManyLayers(
                path: folder("result.json"), count: 4097, limit: 4096)
        ) { try curve(#"{"layers": [\#(rows)], "output": {}}"#) }
        #expect(throws: FileError.missing(path: folder("none"))) {
            try ResultFile.curves(inFile: folder("none"))
        }
        #expect(
            throws: ResultError.metricMissing(
                path: folder("result.json"), metric: .rank, place: "any layer")
        ) { try curve("{1: {'sum': 1, 'total': 2, 'avg': 0.5}}", metric: .rank) }
    }
}
