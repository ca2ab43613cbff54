import Plotting
import Reports
import Results
import Testing

@Suite("Charts and tables of layer curves")
struct LayerChartTests {
    /// A lens row of 0.b after b blocks, and an output of 0.9.
    private func ours(_ layers: Int, _ label: String = "ours") -> LayerCurve {
        LayerCurve(
            label: label, layerCount: layers,
            points: (1...layers).map { .init(position: .lens(blocks: $0), mean: Double($0) / 10) }
                + [.init(position: .output, mean: 0.9, interval: Interval(0.8, 0.95))],
            provenance: ResultProvenance(path: "\(label).json", sha256: "ff"))
    }

    /// What the reader makes of a published table with label L at 0.0L.
    private var published: LayerCurve {
        LayerCurve(
            label: "published", layerCount: 4,
            points: [
                .init(position: .lens(blocks: 2), mean: 0.01),
                .init(position: .lens(blocks: 3), mean: 0.02),
                .init(position: .lens(blocks: 4), mean: 0.03),
                .init(position: .output, mean: 0.04),
            ], provenance: ResultProvenance(path: "p.txt", sha256: "ee"))
    }

    private func values(_ chart: GroupedBarChart) -> [[Double?]] {
        chart.series.map { $0.bars.map { $0?.value } }
    }

    @Test("on the axis of blocks")
    func blocks() throws {
        let chart = try LayerChart([ours(4), published], LayerChartOptions()).bars
        #expect(chart.categories == ["1", "2", "3", "4", "output"])
        #expect(
            values(chart) == [[0.1, 0.2, 0.3, 0.4, 0.9], [nil, 0.01, 0.02, 0.03, 0.04]])
        #expect(chart.series[0].bars[4]?.interval == Interval(0.8, 0.95))
        #expect(chart.labels.x == "Blocks completed" && chart.labels.y == "Target probability")
        #expect(chart.series.map(\.label) == ["ours", "published"])
        #expect(chart.series.map(\.color) == [Color(0xF5, 0xB0, 0x41), Color(0x5D, 0xAD, 0xE2)])
    }

    @Test("on the published axis")
    func publishedAxis() throws {
        var options = LayerChartOptions()
        options.axis = .published
        options.scale = .log10
        options.colors = [Color(1, 2, 3), Color(4, 5, 6)]
        let chart = try LayerChart([ours(4), published], options).bars
        #expect(chart.categories == ["1", "2", "3", "4"])
        #expect(values(chart) == [[0.2, 0.3, 0.4, 0.9], [0.01, 0.02, 0.03, 0.04]])
        #expect(chart.labels.x == "Layer (published numbering)")
        #expect(chart.labels.y == "Target probability (log scale)")
        #expect(chart.series[1].color == Color(4, 5, 6))
    }

    @Test("some layers; of blocks, the output is one more than the last")
    func chosen() throws {
        var options = LayerChartOptions()
        func categories(_ numbers: [Int]) throws -> [String] {
            options.numbers = numbers
            return try LayerChart([ours(4)], options).bars.categories
        }
        #expect(try categories([3, 4, 5]) == ["3", "4", "output"])
        #expect(try categories([1, 3]) == ["1", "3"])
        #expect(values(try LayerChart([ours(4)], options).bars) == [[0.1, 0.3]])
        #expect(try LayerChart([ours(4)], options).lines.series[0].points.map(\.x) == [1, 3])
        #expect(try categories([5]) == ["output"])
        #expect(try LayerChart([ours(4)], options).lines.series[1].points.map(\.x) == [4])
        #expect(throws: ComparisonError.nothingChosen(axis: .blocks, numbers: 1...5)) {
            try categories([0, 6])
        }
        options.axis = .published
        options.numbers = [1, 4]
        #expect(values(try LayerChart([ours(4)], options).bars) == [[0.2, 0.9]])
    }

    @Test("different models share the axis of blocks only")
    func differentLayerCounts() throws {
        var options = LayerChartOptions()
        let chart = try LayerChart([ours(2, "a"), ours(3, "b")], options).bars
        #expect(chart.categories == ["1", "2", "3", "output"])
        #expect(values(chart) == [[0.1, 0.2, nil, 0.9], [0.1, 0.2, 0.3, 0.9]])
        options.axis = .published
        #expect(throws: ComparisonError.differentLayerCounts(["a.json": 2, "b.json": 3])) {
            try LayerChart([ours(2, "a"), ours(3, "b")], options).bars
        }
    }

    @Test("one to four results", arguments: [0, 5])
    func count(number: Int) {
        let curves = (0..<number).map { ours(2, "model \($0)") }
        #expect(throws: ComparisonError.wrongNumberOfResults(number)) {
            try LayerChart(curves, LayerChartOptions()).bars
        }
    }

    @Test("the table has a line a position and a column a result")
    func table() throws {
        let table = try layerTable([ours(4), published], LayerChartOptions())
        #expect(
            table == """
                blocks  ours  published
                     1   0.1          -
                     2   0.2       0.01
                     3   0.3       0.02
                     4   0.4       0.03
                output   0.9       0.04
                """)
    }

    @Test("lines above 16 positions and over shares of the depth, bars else, unless asked for")
    func style() throws {
        func style(_ layers: Int, _ change: (inout LayerChartOptions) -> Void = { _ in })
            throws -> LayerStyle
        {
            var options = LayerChartOptions()
            change(&options)
            return try LayerChart([ours(layers)], options).style
        }
        #expect(try style(16) == .bars && style(17) == .lines)
        #expect(try style(17) { $0.numbers = Array(1...16) } == .bars)
        #expect(try style(4) { $0.axis = .relative } == .lines)
        #expect(try style(4) { $0.style = .lines } == .lines)
        #expect(try style(99) { $0.style = .bars } == .bars)
    }

    @Test("lines go through the blocks; the output is a dot after the last one")
    func lines() throws {
        let chart = try LayerChart([ours(4), published], LayerChartOptions()).lines
        #expect(chart.series.map(\.label) == ["ours", "", "published", ""])
        #expect(chart.series[0].points.map(\.x) == [1, 2, 3, 4])
        #expect(chart.series[0].points.map(\.y) == [0.1, 0.2, 0.3, 0.4])
        #expect(
            chart.series[1].points == [LinePoint(4, 0.9, interval: Interval(0.8, 0.95))])
        #expect(chart.series[2].points.map(\.x) == [2, 3, 4])
        #expect(chart.xLimits == Interval(0.5, 4.5) && chart.countsX)
        #expect(chart.labels.caption == "Dots: the models' own output.")
        #expect(chart.series.map(\.color) == [0, 0, 1, 1].map { Color.series[$0] })
    }

    @Test("models of different depths share the axis of shares")
    func relative() throws {
        var options = LayerChartOptions()
        options.axis = .relative
        let chart = try LayerChart([ours(2, "a"), ours(4, "b")], options).lines
        #expect(chart.series[0].points.map(\.x) == [0.5, 1])
        #expect(chart.series[2].points.map(\.x) == [0.25, 0.5, 0.75, 1])
        #expect([1, 3].allSatisfy { chart.series[$0].points.map(\.x) == [1] })
        #expect(chart.xLimits == Interval(0, 1.01) && !chart.countsX)
        #expect(chart.labels.x == "Blocks completed / number of blocks")
    }

    @Test("an output that repeats the last block of every model is not drawn again")
    func repetition() throws {
        func chart(_ output: Double) throws -> LayerChart {
            try LayerChart(
                [seed("a", [0.25, 0.5], output: 0.5), seed("b", [0.1, 0.2, 0.3], output: output)]
                    .map { curve in
                        LayerCurve(
                            label: curve.label, layerCount: curve.layerCount,
                            points: curve.points.map {
                                .init(position: $0.position, mean: $0.mean)
                            }, provenance: curve.provenance)
                    }, LayerChartOptions())
        }
        let same = try chart(0.3 + 1e-9)
        #expect(same.bars.categories == ["1", "2", "3"])
        #expect(same.lines.series.allSatisfy { $0.label.isEmpty == $0.points.isEmpty })
        #expect(
            same.bars.labels.x == "Blocks completed (after the last: the model's own output)")
        #expect(same.lines.labels.caption.isEmpty)
        let other = try chart(0.301)
        #expect(other.bars.categories == ["1", "2", "3", "output"])
        #expect(other.bars.labels.x == "Blocks completed")
    }

    @Test("what a logarithmic axis has no place for is told, whatever the style")
    func hidden() throws {
        var options = LayerChartOptions()
        options.scale = .log10
        let curves = [seed("a", [0, 0.5], output: 0.7), seed("b", [0, -1], output: .nan)]
        for style in LayerStyle.allCases {
            options.style = style
            #expect(
                try LayerChart(curves, options).notes == [
                    "a: 1 of 3 positions has no finite value above 0 and so no place",
                    "b: 3 of 3 positions have no finite value above 0 and so no place",
                ])
        }
    }

    /// A result with these values after each block, and at the output.
    private func seed(_ label: String, _ values: [Double], output: Double) -> LayerCurve {
        LayerCurve(
            label: label, layerCount: values.count,
            points: values.enumerated().map {
                .init(position: .lens(blocks: $0 + 1), mean: $1, interval: Interval(0, 1))
            } + [.init(position: .output, mean: output)],
            provenance: ResultProvenance(path: "s.json", sha256: "ff"))
    }

    @Test("curves with one label share bars: mean, range and a mark for each")
    func seeds() throws {
        var options = LayerChartOptions()
        options.scale = .log10
        let curves = [
            seed("a", [0.25, 0.5], output: 0.5), seed("b", [0.125, 0.125], output: .nan),
            seed("a", [0.75, 0.5], output: 0.25), seed("a", [0.5, 0.5], output: .infinity),
        ]
        let chart = try LayerChart(curves, options).bars
        #expect(chart.labels.y == "Target probability, mean over seeds (log scale)")
        #expect(chart.series.map(\.label) == ["a", "b"])
        #expect(
            Array(chart.series[0].bars.prefix(2)) == [
                Bar(0.5, interval: Interval(0.25, 0.75), marks: [0.25, 0.75, 0.5]),
                Bar(0.5, interval: Interval(0.5, 0.5), marks: [0.5, 0.5, 0.5]),
            ])
        #expect(chart.series[0].bars[2]?.interval == nil, "no range without finite values")
        #expect(chart.series[1].bars[0] == Bar(0.125, interval: Interval(0, 1)))
        #expect(
            try layerTable(curves, options) == """
                blocks                a      b
                     1  0.5 (0.25–0.75)  0.125
                     2    0.5 (0.5–0.5)  0.125
                output              inf    nan
                """)
        #expect(throws: ComparisonError.unequalSeeds(label: "a", counts: [2, 1])) {
            try LayerChart([curves[0], seed("a", [1], output: 1)], options).bars
        }
    }

    @Test("figures record their results")
    func metadata() throws {
        var run = RunRecord()
        run.model = "m"
        run.dataSHA256 = "dd"
        let curve = LayerCurve(
            label: "a", layerCount: 4, points: [],
            provenance: ResultProvenance(path: "a.json", sha256: "ff", run: run))
        var options = LayerChartOptions()
        options.title = "T"
        let figure = try LayerFigure([curve, published], options)
        let metadata = figure.metadata(command: "lens plot")
        #expect(
            metadata.map { "\($0.key)=\($0.value)" } == [
                "Title=T", "Software=StateLens", "Command=lens plot", "Result 1 label=a",
                "Result 1 file=a.json", "Result 1 file_sha256=ff", "Result 1 model=m",
                "Result 1 data_sha256=dd", "Result 2 label=published", "Result 2 file=p.txt",
                "Result 2 file_sha256=ee",
            ])
        #expect(
            figure.metadata(command: nil).map { "\($0.key)=\($0.value)" }
                == ["Title=T", "Software=StateLens"])
    }
}
