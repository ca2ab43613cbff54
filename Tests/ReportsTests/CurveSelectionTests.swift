import Base
import Plotting
import Reports
import Results
import Testing
import TestSupport

/// Which curves a result gives: of lenses, of tasks, as means or medians.
struct CurveSelectionTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func selection(_ change: (inout CurveSelection) -> Void) -> CurveSelection {
        var selection = CurveSelection()
        change(&selection)
        return selection
    }

    private func run(_ model: String = "models/m") -> RunRecord {
        var run = RunRecord()
        run.model = model
        run.modelSHA256 = model
        run.seed = 3
        return run
    }

    /// Of two blocks: after the second, each lens is the model.
    private func text(hasTuned: Bool = true, _ model: String = "models/m") -> TextResult {
        let own = TextMetrics(crossEntropy: 3, entropy: 2, kl: -4e-19)
        return TextResult(
            logit: [TextMetrics(crossEntropy: 6, entropy: 5, kl: 4), own],
            tuned: hasTuned ? [TextMetrics(crossEntropy: 4, entropy: 3, kl: 1), own] : nil,
            output: own, windows: 2, window: 8, natsToBitsPerByte: 0.5, run: run(model))
    }

    private func curves(
        _ result: some ResultDocument, _ selection: CurveSelection = CurveSelection()
    ) throws -> [LayerCurve] {
        try writeFile(result.json(), to: folder("r.json"))
        return try ResultFile.curves(inFile: folder("r.json"), selection)
    }

    @Test("a text has a curve of each lens, of the divergence unless another metric is asked for")
    func lenses() throws {
        let both = try curves(text())
        #expect(both.map(\.name) == ["m, logit lens", "m, tuned lens"])
        #expect(both[0].points.map(\.mean) == [4, -4e-19, -4e-19])
        #expect(both[1].points.map(\.position) == [.lens(blocks: 1), .lens(blocks: 2), .output])
        #expect(both[0].quantity.title == "KL divergence from the model's output [nats a token]")
        #expect(try curves(text(hasTuned: false)).map(\.name) == ["m, logit lens"])
        let one = try curves(
            text(),
            selection {
                $0.lens = .tuned
                $0.metric = .crossEntropy
                $0.unit = .bitsPerByte
            })
        #expect(one.map { $0.points.map(\.mean) } == [[2, 1.5, 1.5]])
        #expect(one[0].quantity.title == "Cross entropy [bits per byte]")
        #expect(
            try curves(text(), selection { $0.metric = .entropy }).map { $0.points[0].mean }
                == [5, 3])
    }

    @Test("a text whose file does not say what it is, is known by its content")
    func unmarked() throws {
        let json = String(decoding: try text().json(pretty: false), as: UTF8.self)
        let unmarked = json.replacing(/"schema":"[^"]*",/, with: "")
        #expect(unmarked != json)
        try writeFile(unmarked, to: folder("r.json"))
        #expect(try ResultFile.curves(inFile: folder("r.json")).count == 2)
    }

    @Test(
        "the logit lens has its model's colour, paler and dashed; what is 0 but for rounding is 0")
    func chart() throws {
        try writeFile(text().json(), to: folder("a.json"))
        try writeFile(text("models/n").json(), to: folder("b.json"))
        let curves = try ResultFile.curves([folder("a.json"), folder("b.json")])
        let chart = try LayerChart(curves, LayerChartOptions())
        let (first, second) = (Color.series[0], Color.series[1])
        #expect(
            chart.bars.series.map(\.color) == [
                first.lightened(by: 0.55), first, second.lightened(by: 0.55), second,
            ])
        #expect(chart.bars.series[0].bars.map { $0?.value } == [4, 0])
        let lines = chart.lines.series.filter { !$0.label.isEmpty }
        #expect(lines.map(\.color) == [first, first, second, second])
        #expect(lines.map(\.stroke) == [.dashed, .solid, .dashed, .solid])
        let alone = try LayerChart(
            curves.filter { $0.lens == .logit }, LayerChartOptions()
        ).bars
        #expect(alone.series.map(\.color) == [first, second])
        #expect(
            try layerTable(Array(curves.prefix(2)), LayerChartOptions()) == """
                blocks  m, logit lens  m, tuned lens
                     1              4              1
                     2              0              0
                output              0              0
                """)
    }

    /// Prompts of two tasks with these probabilities after one block, and twice them at the output.
    private func answers(_ probabilities: [String: [Double]]) -> BabilongResult {
        let prompts = probabilities.sorted { $0.key < $1.key }.flatMap { task, values in
            values.enumerated().map { index, value in
                BabilongResult.Prompt(
                    task: task, index: index, tokens: 5, target: "x", targetID: 1, targetTokens: 1,
                    readings: [value, 2 * value].map {
                        TokenReading(probability: $0, logProbability: -1 / $0, rank: index + 1)
                    })
            }
        }
        return BabilongResult(prompts: prompts, run: run(), seed: 3)
    }

    @Test("the curve of some tasks is that of an evaluation of these tasks")
    func tasks() throws {
        let one = answers(["qa1": [0.1, 0.2, 0.4]])
        let both = answers(["qa1": [0.1, 0.2, 0.4], "qa10": [0.5, 0.3]])
        let chosen = try curves(both, selection { $0.tasks = ["qa1"] })
        #expect(chosen[0].points == (try curves(one))[0].points)
        #expect(chosen[0].provenance.prompts == 3)
        #expect(
            try curves(both, selection { $0.tasks = ["qa10", "qa1"] })[0].points
                == (try curves(both))[0].points)
        #expect(
            throws: ResultError.noTask(
                path: folder("r.json"), task: "qa2", found: ["qa1", "qa10"])
        ) { try curves(both, selection { $0.tasks = ["qa1", "qa2"] }) }
    }

    @Test("medians stand between quartiles")
    func medians() throws {
        let result = answers(["qa1": [0.25, 0.0625, 0.5, 0.125]])
        let curve = try curves(result, selection { $0.average = .median })[0]
        #expect(curve.points[0].mean == 0.1875)
        // NumPy's quantile([1/16, 1/8, 1/4, 1/2], [1/4, 3/4]).
        #expect(curve.points[0].interval == Interval(0.109375, 0.3125))
        #expect(curve.points[1].mean == 0.375)
        #expect(curve.quantity.title == "Target probability, median and quartiles over prompts")
        let ranks = try curves(
            result,
            selection {
                $0.average = .median
                $0.metric = .rank
            })[0]
        #expect(ranks.points[0].mean == 2.5)
    }

    @Test("what a result does not have is said, with who has it")
    func errors() throws {
        let path = folder("r.json")
        let answers = answers(["qa1": [0.5]])
        for change in [{ $0.tasks = ["qa1"] }, { $0.average = .median }]
            as [(inout CurveSelection) -> Void]
        {
            #expect(throws: ResultError.noPrompts(path: path)) {
                try curves(text(), selection(change))
            }
        }
        #expect(throws: ResultError.noUnit(path: path, .bitsPerByte)) {
            try curves(answers, selection { $0.unit = .bitsPerByte })
        }
        #expect(throws: ResultError.noLens(path: path, lens: .tuned, found: [])) {
            try curves(answers, selection { $0.lens = .tuned })
        }
        #expect(throws: ResultError.noLens(path: path, lens: .tuned, found: [.logit])) {
            try curves(text(hasTuned: false), selection { $0.lens = .tuned })
        }
        #expect(throws: ResultError.metricMissing(path: path, metric: .kl, place: "layer 1")) {
            try curves(answers, selection { $0.metric = .kl })
        }
        #expect(throws: ResultError.metricMissing(path: path, metric: .rank, place: "layer 1")) {
            try curves(text(), selection { $0.metric = .rank })
        }
        let mixed = try curves(text()) + curves(answers)
        #expect(
            throws: ComparisonError.differentQuantities(
                paths: [path, path],
                titles: [
                    "KL divergence from the model's output [nats a token]", "Target probability",
                ])
        ) { try LayerChart(mixed, LayerChartOptions()) }
    }

    @Test(
        "damaged results of text say what is wrong",
        arguments: [
            (#""kl":4"#, #""kl":-4"#, "'kl' of layer 1 is -4.0, expected a number from 0 on"),
            (#""kl":4"#, #""kl":"NaN""#, "'kl' of layer 1 is nan"),
            (#""blocks":2"#, #""blocks":3"#, "layer 3 stands where layer 2 was expected"),
            ("text-result/1", "text-result/2", "a newer version of the program reads it"),
            ("text-result/1", "reading-result/1", "'statelens/reading-result/1'"),
        ])
    func damaged(part: String, replacement: String, sentence: String) throws {
        let json = String(decoding: try text().json(pretty: false), as: UTF8.self)
        #expect(json.contains(part))
        try writeFile(json.replacing(part, with: replacement), to: folder("r.json"))
        #expect { try ResultFile.curves(inFile: folder("r.json")) } throws: {
            "\($0)".contains(sentence)
        }
    }

    @Test("prompts of other lengths than the layers, or beyond belief, are refused")
    func damagedPrompts() throws {
        let json = String(
            decoding: try answers(["qa1": [0.5]]).json(pretty: false), as: UTF8.self)
        for (found, replacement, change) in [
            (#""rank":[1]"#, #""rank":[1,2]"#, { $0.tasks = ["qa1"] }),
            (#""log_probability":[-2]"#, #""log_probability":[]"#, { $0.tasks = ["qa1"] }),
        ] as [(String, String, (inout CurveSelection) -> Void)] {
            #expect(json.contains(found))
            try writeFile(json.replacing(found, with: replacement), to: folder("r.json"))
            #expect {
                try ResultFile.curves(inFile: folder("r.json"), selection(change))
            } throws: { "\($0)".contains("of prompt 1 is") }
        }
    }
}
