import Foundation
import Plotting
import Testing

@Suite("Examples", .enabled(if: ProcessInfo.processInfo.environment["CHART_EXAMPLES"] != nil))
struct ExampleCharts {
    static let folder = ProcessInfo.processInfo.environment["CHART_EXAMPLES"] ?? ""

    func write(_ chart: some Chart, _ name: String, dpi: Double = 100) throws {
        let bytes = try render(chart, as: .png, dpi: dpi)
        try Data(bytes).write(to: URL(fileURLWithPath: "\(Self.folder)/\(name).png"))
    }

    func noise(_ i: Int) -> Double { Double((i &* 7919 &+ 13) % 101) / 101 - 0.5 }

    @Test func lines() throws {
        func curve(_ rate: Double, _ seed: Int) -> [LinePoint] {
            (1...200).map { step in
                let y = 2 + 6 * exp(-Double(step) / rate) + 0.15 * noise(step + seed)
                return LinePoint(Double(step), y, interval: Interval(y - 0.3, y + 0.3))
            }
        }
        let held = stride(from: 0, through: 200, by: 25).map {
            LinePoint(Double($0), 2.2 + 6 * exp(-Double($0) / 40))
        }
        try write(
            LineChart(
                ChartLabels(title: "Loss over steps", x: "Step", y: "Loss [nats]", caption: "A caption."),
                series: [
                    LineSeries(label: "Diff-Mamba-2", color: Color.series[0], points: curve(40, 0)),
                    LineSeries(label: "Mamba-2", color: Color.series[1], points: curve(60, 5)),
                    LineSeries(label: "held out", color: Color.series[2], stroke: .dashed, hasMarks: true, points: held),
                ]), "lines")
        try write(
            LineChart(
                ChartLabels(x: "Position", y: "Loss [nats]"),
                series: [
                    LineSeries(label: "a", color: Color.series[3], stroke: .dotted, points: (0..<18).map { LinePoint(pow(2, Double($0)), $0 == 7 ? .nan : $0 == 9 ? .infinity : 10 / Double($0 + 1)) })
                ], xScale: .log10, yScale: .log10, size: FigureSize(width: 3.3, height: 2.4)), "lines-log", dpi: 200)
        let blocks = (0..<24).map { block in
            LineSeries(label: "", color: ColorScale.viridis[Double(block) / 23], points: (1...100).map {
                LinePoint(Double($0), (1 + Double(24 - block) * 0.2) * exp(-Double($0) / 30) + 0.3 + 0.05 * noise($0 + block))
            })
        }
        try write(
            LineChart(
                ChartLabels(title: "Every block", x: "Step", y: "KL divergence [nats]"), series: blocks,
                key: .colorBar(label: "Blocks completed", colors: .viridis, ends: Interval(1, 24)!)), "lines-blocks")
        try write(LineChart(ChartLabels(x: "x", y: "y"), series: [LineSeries(label: "one", color: Color.series[0], points: [LinePoint(3, 4)])], size: FigureSize(width: 2, height: 1.6)), "lines-one", dpi: 200)
        try write(LineChart(ChartLabels(x: "Tokens", y: "y"), series: [LineSeries(label: "big numbers", color: Color.series[0], points: (0...10).map { LinePoint(Double($0) * 12_345, -1000 + Double($0)) })], size: FigureSize(width: 4, height: 3)), "lines-big", dpi: 120)
    }

    @Test func heat() throws {
        let lengths = ["0k", "1k", "2k", "4k", "8k", "16k", "32k", "64k"]
        let tasks = (1...10).map { "qa\($0)" }
        let values: [[Double?]] = tasks.indices.map { row in
            lengths.indices.map { column in
                row == 3 && column > 5 ? nil : max(0.01, 1 - 0.1 * Double(column) - 0.05 * Double(row) + 0.1 * noise(row * 9 + column))
            }
        }
        try write(HeatMap(ChartLabels(title: "Accuracy", x: "Context length", y: "Task"), rows: tasks, columns: lengths, values: values, valueLabel: "Accuracy", limits: Interval(0, 1), hasNumbers: true), "heat")
        try write(HeatMap(ChartLabels(title: "Hidden attention of a head", x: "Source position", y: "Target position"), rows: (0..<64).map(String.init), columns: (0..<512).map(String.init), values: (0..<64).map { r in (0..<512).map { c in exp(-abs(Double(c) - 8 * Double(r)) / 40) + 1e-6 } }, valueLabel: "weight", scale: .log10), "heat-large")
        try write(HeatMap(ChartLabels(x: "x", y: "y"), rows: ["a"], columns: ["b"], values: [[0.25]], valueLabel: "v", hasNumbers: true, size: FigureSize(width: 2, height: 1.5)), "heat-one", dpi: 200)
        try write(HeatMap(ChartLabels(title: "Имена и 名前", x: "Где находится Мария? Σλμβδα", y: "יונה وردة"), rows: ["Мария в саду и очень длинная метка", "ελληνικά", "日本語のラベル"], columns: ["кухня", "a very long column label indeed it is", "สวน", "c"], values: [[1, -2, .nan, 4], [1e-3, .infinity, nil, 3], [0, 5, -5, 2]], valueLabel: "Signed contribution", hasNumbers: true), "heat-labels")
    }

    @Test func tokens() throws {
        let words = ["Mary", " went", " to", " the", " kitchen", ".", "\n", "Where", " is", " Mary", "?", " Answer", ":"]
        let rows = (1...12).map(String.init) + ["output"]
        let cells = rows.indices.map { r in words.indices.map { c in
            TokenGrid.Cell(words[(c + 1 + (12 - r) * 5) % words.count], shade: r == 3 && c == 3 ? nil : min(1, Double(r) / 12 + 0.2 * noise(r * 13 + c)))
        } }
        try write(TokenGrid(ChartLabels(title: "Mary went to the kitchen", x: "Prompt", y: "Blocks completed"), rows: rows.reversed(), columns: words, cells: cells.reversed(), shadeLabel: "Probability", limits: Interval(0, 1)!, size: FigureSize(width: 10, height: 5)), "tokens")
        try write(TokenGrid(ChartLabels(x: "Prompt", y: "Block"), rows: (0..<48).map(String.init), columns: (0..<64).map { "w\($0)" }, cells: (0..<48).map { r in (0..<64).map { c in TokenGrid.Cell("token", shade: Double(r * c % 17) / 17) } }, shadeLabel: "p", limits: Interval(0, 1)!, size: FigureSize(width: 7, height: 5)), "tokens-dense")
        try write(TokenGrid(ChartLabels(), rows: ["1"], columns: ["a"], cells: [[.init("кухня", shade: 0.9)]], shadeLabel: "", limits: Interval(0, 1)!, size: FigureSize(width: 1.4, height: 1.2)), "tokens-one", dpi: 200)
    }
}
