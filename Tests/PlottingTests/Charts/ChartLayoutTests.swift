import Foundation
import Plotting
import Testing

@Suite("Layout of charts")
struct ChartLayoutTests {
    /// Everything around the plot is long, and some of it in other scripts.
    private static let labels = ChartLabels(
        title: String(repeating: "A title of many words ", count: 9), x: "Где находится Мария?",
        y: String(repeating: "wide", count: 40), caption: String(repeating: "caption ", count: 60))

    private static func names(_ count: Int) -> [String] {
        (0..<count).map { $0 % 7 == 3 ? "длинная метка number \($0)" : "\($0)" }
    }

    private static func value(_ row: Int, _ column: Int) -> Double? {
        (column + row) % 5 == 4 ? nil : Double(column * row) / 3
    }

    private static func heatMap(_ rows: Int, _ columns: Int, _ size: FigureSize) -> HeatMap {
        HeatMap(
            labels, rows: names(rows), columns: names(columns),
            values: (0..<rows).map { row in (0..<columns).map { value(row, $0) } },
            valueLabel: "Contribution of a source position", limits: Interval(-3, 7),
            hasNumbers: true, size: size)
    }

    private static func grid(_ rows: Int, _ columns: Int, _ size: FigureSize) -> TokenGrid {
        TokenGrid(
            labels, rows: names(rows), columns: names(columns),
            cells: (0..<rows).map { row in
                (0..<columns).map { TokenGrid.Cell("слово\($0)", shade: Double(row) / 9) }
            }, shadeLabel: "Probability", limits: Interval(0, 1)!, size: size)
    }

    private static func lines(_ count: Int, _ scale: ScaleKind, _ size: FigureSize) -> LineChart {
        LineChart(
            labels,
            series: (0..<count).map { index in
                LineSeries(
                    label: String(repeating: "series \(index) ", count: 1 + 5 * index),
                    color: Color.series[index % 4], hasMarks: true,
                    points: (1...40).map { step in
                        LinePoint(Double(step * 31_000), 1e5 / Double(step + index))
                    })
            }, xScale: scale, yScale: scale, size: size)
    }

    static let sizes = [(3.4, 3.6), (5, 4), (12, 6)].map { FigureSize(width: $0.0, height: $0.1) }

    private func check(_ chart: some Chart, _ comment: Comment) throws {
        let page = try SVGPage(chart)
        #expect(page.texts.count > 5, comment)
        #expect(page.textsOutside == 0, comment)
        #expect(page.collisions == 0, comment)
    }

    @Test("no text leaves the page or runs into another", arguments: sizes)
    func texts(size: FigureSize) throws {
        for (rows, columns) in [(1, 1), (2, 3), (9, 14), (64, 512)] {
            try check(Self.heatMap(rows, columns, size), "heat map of \(rows) x \(columns)")
            try check(Self.grid(rows, columns, size), "token grid of \(rows) x \(columns)")
        }
        for scale in [ScaleKind.linear, .log10] {
            for count in [1, 4] { try check(Self.lines(count, scale, size), "\(count) lines") }
        }
    }

    @Test("charts one below the other keep their texts apart")
    func stacked() throws {
        let size = FigureSize(width: 5, height: 4)
        let charts: [any Chart] = [Self.heatMap(3, 4, size), Self.lines(2, .linear, size)]
        try check(StackedCharts(charts), "stacked")
        let texts = try charts.map { try SVGPage($0).texts.count }
        #expect(try SVGPage(StackedCharts(charts)).texts.count == texts[0] + texts[1])
    }

    @Test("bars of two categories with long names keep them on the page", arguments: sizes)
    func bars(size: FigureSize) throws {
        let chart = GroupedBarChart(
            ChartLabels(x: "Model", y: "Accuracy"),
            categories: [
                "a", "a name that is wider than the half of any figure that we draw here",
            ],
            series: [BarSeries(label: "", color: Color.series[0], bars: [Bar(0.5), Bar(0.7)])],
            size: size)
        try check(chart, "bars")
    }

    @Test("numbers thin out where there is no room for all, words are turned")
    func thinning() throws {
        func words(_ names: [String]) throws -> SVGPage {
            try SVGPage(
                GroupedBarChart(
                    ChartLabels(), categories: names,
                    series: [
                        BarSeries(
                            label: "", color: Color.series[0], bars: names.map { _ in Bar(0.5) })
                    ], size: FigureSize(width: 5, height: 3)))
        }
        let blocks = try words((1...48).map(String.init) + ["output"])
        let numbers = blocks.words.compactMap { Int($0) }.filter { $0 > 1 }
        #expect(numbers == Array(stride(from: 2, through: 46, by: 2)))
        #expect(blocks.words.contains("output") && blocks.collisions == 0)
        #expect(blocks.svg.matches(of: /rotate\(-90\)/).count == 1)
        let tokens = try words((0..<30).map { $0 % 4 == 0 ? "\($0)" : "·token" })
        #expect(tokens.words.count { $0 == "·token" } == 22)
        #expect(tokens.svg.matches(of: /rotate\(-90\)/).count >= 22)
    }

    @Test("a page too small for its labels is refused")
    func tooSmall() {
        #expect {
            _ = try render(
                Self.heatMap(9, 9, FigureSize(width: 1, height: 1)), as: .svg)
        } throws: {
            if case PlottingError.figureTooSmall = $0 { true } else { false }
        }
    }
}
