import Base
import Foundation
import Reports
import Results
import Testing
import TestSupport

/// What may be averaged as seeds of one model, and what is said of unlike results side by side.
struct ComparabilityTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private struct Facts {
        var model = "seed0"
        var architecture: String? = "Mamba-2, 2 blocks"
        var modelSHA256 = "0"
        var lens = "lenses/a"
        var lensSHA256 = "1"
        var data = "abcdef0123"
        var form = "lens"
        var count = 100
        var training: String?
        var command = "lens eval babilong"
    }

    private func write(_ name: String, _ change: (inout Facts) -> Void = { _ in }) throws {
        var facts = Facts()
        change(&facts)
        let training = facts.training.map { #""model_training": \#($0), "# } ?? ""
        let row = #""probability": {"mean": 0.5}"#
        let architecture = facts.architecture.map { #""architecture": "\#($0)", "# } ?? ""
        try writeFile(
            """
            {"count": \(facts.count), "layers": [{"blocks": 1, \(row)}], "output": {\(row)},
             "run": {"model": "\(facts.model)", "command": "\(facts.command)", \(training)\(architecture)"model_sha256": "\(facts.modelSHA256)",
                     "lens": "\(facts.lens)", "lens_sha256": "\(facts.lensSHA256)", "data_sha256": "\(facts.data)",
                     "prompt_form": "\(facts.form)"}}
            """, to: folder(name))
    }

    @Test("seeds of one model, by whatever name")
    func seeds() throws {
        try write("a/0.json")
        try write("a/1.json") { ($0.model, $0.modelSHA256) = ("seed12", "1") }
        #expect(try ResultFile.curves([folder("a")]).count == 2)
        try write("b/0.json") { $0.model = "mamba2-370m-seed0" }
        try write("b/1.json") { ($0.model, $0.modelSHA256) = ("mamba2-370m-Seed_7", "1") }
        #expect(try ResultFile.curves([folder("b")]).count == 2)
    }

    @Test(
        "unlike results are not averaged, in a folder or under one label",
        arguments: ["model", "architecture", "lens", "data", "form", "count"])
    func unlike(what: String) throws {
        try write("a/0.json")
        try write("a/1.json") { facts in
            facts.modelSHA256 = "1"
            switch what {
            case "model": facts.model = "other"
            case "architecture": facts.architecture = "Diff-Mamba-2 (all), 2 blocks"
            case "lens": facts.lens = "logit"
            case "data": facts.data = "fedcba"
            case "count": facts.count = 7
            default: facts.form = "needle"
            }
        }
        let paths = ["a/0.json", "a/1.json"].map { folder($0) }
        for (results, labels) in [([folder("a")], []), (paths, ["A", "A"])] {
            let error = #expect(throws: ComparisonError.self) {
                try ResultFile.curves(results, labels: labels)
            }
            guard case .notSeeds(_, _, paths, _)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(throws: Never.self) { try ResultFile.curves(paths, labels: ["A", "B"]) }
    }

    @Test("the same result does not count twice")
    func twice() throws {
        try write("a/0.json")
        try write("a/1.json") { $0.count = 100 }
        #expect(throws: ComparisonError.self) { try ResultFile.curves([folder("a")]) }
    }

    @Test("two lenses on one model, or two sets of prompts, are no seeds")
    func oneModel() throws {
        try write("a/0.json")
        try write("a/1.json") { $0.lens = "lenses/b" }
        try write("b/0.json")
        try write("b/1.json") { ($0.lens, $0.lensSHA256) = ("lenses/b", "2") }
        #expect(
            throws: ComparisonError.countedTwice(
                label: "a", paths: [folder("a/0.json"), folder("a/1.json")])
        ) { try ResultFile.curves([folder("a")]) }
        #expect(
            throws: ComparisonError.oneModel(
                label: "b", paths: [folder("b/0.json"), folder("b/1.json")], sha256: "0")
        ) { try ResultFile.curves([folder("b")]) }
    }

    @Test("models are named in full where they differ")
    func names() throws {
        try write("a/0.json")
        try write("a/1.json") { ($0.model, $0.modelSHA256) = ("mcopy", "1") }
        #expect { try ResultFile.curves([folder("a")]) } throws: {
            "\($0)".contains("different models called 'seed0' and 'mcopy'")
        }
    }

    @Test("seeds of two trainings are not averaged, and those of other data only with a word")
    func trainings() throws {
        func training(_ rate: String, _ data: String) -> String {
            #"{"options": {"lr": "\#(rate)", "steps": "100"}, "data_sha256": "\#(data)"}"#
        }
        try write("a/0.json") { $0.training = training("0.01", "aaaaaaaaaa") }
        try write("a/1.json") { facts in
            (facts.modelSHA256, facts.training) = ("1", training("0.02", "aaaaaaaaaa"))
        }
        #expect { try ResultFile.curves([folder("a")]) } throws: {
            "\($0)".contains("different trainings of their models: 'lr 0.01' and 'lr 0.02'")
        }
        try write("a/1.json") { facts in
            (facts.modelSHA256, facts.training) = ("1", training("0.01", "bbbbbbbbbb"))
        }
        #expect(
            comparisonNote(try ResultFile.curves([folder("a")]))
                == "The models averaged as a learned from different data: aaaaaaaa, bbbbbbbb.")
    }

    @Test("seeds that lie in unlike folders and say nothing of their training are mentioned")
    func folders() throws {
        let call = "lens eval babilong --lens lenses/seed0 --model"
        func seed1(in folder: String) -> (inout Facts) -> Void {
            { facts in
                (facts.model, facts.modelSHA256, facts.lens) = ("seed1", "1", "lenses/seed1")
                facts.command = "lens eval babilong --lens lenses/seed1 --model \(folder)/seed1"
            }
        }
        try write("a/0.json") { facts in
            (facts.lens, facts.command) = ("lenses/seed0", "\(call) big/seed0 --last 2")
        }
        try write("a/1.json", seed1(in: "./big"))
        #expect(comparisonNote(try ResultFile.curves([folder("a")])) == nil)
        try write("a/1.json", seed1(in: "new"))
        #expect(
            comparisonNote(try ResultFile.curves([folder("a")]))
                == "The models averaged as a lie in different folders and do not say how they were "
                + "trained: big, new.")
    }

    @Test("results that lack what newer ones say are told apart by what they do say")
    func older() throws {
        try write("a/0.json") { $0.architecture = nil }
        try write("a/1.json") { $0.modelSHA256 = "1" }
        #expect(try ResultFile.curves([folder("a")]).count == 2)
    }

    @Test("a figure and a table over different prompts say so")
    func note() throws {
        try write("a.json")
        try write("b.json") { ($0.model, $0.data, $0.count) = ("b", "fedcba9876", 7) }
        let paths = [folder("a.json"), folder("b.json")]
        let curves = try ResultFile.curves(paths, labels: ["A", "B"])
        let expected =
            "Not measured on the same prompts: A on 100 prompts of data abcdef01 in the form 'lens'; "
            + "B on 7 prompts of data fedcba98 in the form 'lens'."
        #expect(try LayerChart(curves, LayerChartOptions()).bars.labels.caption == expected)
        #expect(try layerTable(curves, LayerChartOptions()).hasSuffix("\n" + expected))
        #expect(
            try LayerFigure(curves, LayerChartOptions()).metadata(command: "")
                .contains { $0.value == expected })
        try write("b.json") { $0.model = "b" }
        let alike = try ResultFile.curves(paths, labels: ["A", "B"])
        #expect(try LayerChart(alike, LayerChartOptions()).bars.labels.caption.isEmpty)
    }
}
