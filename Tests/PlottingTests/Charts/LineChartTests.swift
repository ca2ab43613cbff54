import Plotting
import Testing

@Suite("Line charts")
struct LineChartTests {
    private static let black = Color(0, 0, 0)
    private static let red = Color(255, 0, 0)

    private func chart(
        _ points: [LinePoint], hasMarks: Bool = false, scale: ScaleKind = .linear,
        limits: Interval? = nil
    ) -> LineChart {
        LineChart(
            ChartLabels(),
            series: [LineSeries(label: "", color: Self.red, hasMarks: hasMarks, points: points)],
            xScale: scale, yScale: scale, limits: limits, size: FigureSize(width: 5, height: 4))
    }

    /// Rows of the red pixels of each column that has any, from the top.
    private func line(_ chart: LineChart, dpi: Double = 150) throws -> [(x: Int, y: Double)] {
        let image = try #require(PNGReader(render(chart, as: .png, dpi: dpi)))
        return (0..<image.width).compactMap { x in
            let rows = (0..<image.height).filter { y in
                let pixel = image.pixel(x, y)
                return pixel >> 16 > 0xF0 && pixel & 0xFFFF < 0x8080
            }
            return rows.isEmpty
                ? nil : (x, Double(rows.reduce(0, +)) / Double(rows.count))
        }
    }

    /// Widths of the stretches of columns that the line covers.
    private func stretches(_ line: [(x: Int, y: Double)]) -> [Int] {
        var widths: [Int] = []
        for (index, place) in line.enumerated() {
            if index > 0, line[index - 1].x == place.x - 1 {
                widths[widths.count - 1] += 1
            } else {
                widths.append(1)
            }
        }
        return widths
    }

    @Test("equal steps of a line are equally far, and rise to the right")
    func straight() throws {
        let line = try line(chart([LinePoint(0, 0), LinePoint(10, 5)]))
        let (first, middle, last) = (line[0].y, line[line.count / 2].y, line[line.count - 1].y)
        #expect(line.count > 400)
        #expect(first > middle && middle > last)
        #expect(abs(first + last - 2 * middle) < 3)
    }

    @Test("a power law is straight on logarithmic axes")
    func powerLaw() throws {
        let points = (0...20).map { step -> LinePoint in
            let x = Double(1 << step)
            return LinePoint(x, 1 / (x * x))
        }
        let line = try line(chart(points, scale: .log10))
        let (first, last) = (line[5], line[line.count - 5])
        for place in line.dropFirst(5).dropLast(5) {
            let share = Double(place.x - first.x) / Double(last.x - first.x)
            #expect(abs(place.y - first.y - share * (last.y - first.y)) < 2)
        }
    }

    @Test("a point without a place breaks the line, a lone one has a mark")
    func gaps() throws {
        let values = [1.0, 2, .nan, 3, .infinity, 2, 1]
        let points = values.enumerated().map { LinePoint(Double($0.offset), $0.element) }
        let chart = chart(points)
        let widths = stretches(try line(chart))
        #expect(widths.count == 3)
        #expect(widths[1] < widths[0] / 2 && widths[1] < widths[2] / 2)
        #expect(chart.pointsNotDrawn(of: chart.series[0]) == 2)
        let log = self.chart(
            [LinePoint(0, 1), LinePoint(1, 0), LinePoint(1, -1), LinePoint(2, 3)], scale: .log10)
        #expect(log.pointsNotDrawn(of: log.series[0]) == 3)
    }

    @Test("a band is as high as its intervals, and the line stays inside")
    func band() throws {
        func bandRows(_ low: Double, _ high: Double) throws -> Int {
            let points = [0.0, 10].map { LinePoint($0, 5, interval: Interval(low, high)) }
            let image = try #require(
                PNGReader(render(chart(points, limits: Interval(0, 10)), as: .png, dpi: 150)))
            let column = image.width / 2 + 7
            return (0..<image.height).count { y in
                let pixel = image.pixel(column, y)
                return pixel >> 16 > 0xF0 && pixel & 0xFF < 0xD0
            }
        }
        let (narrow, wide) = (try bandRows(4, 6), try bandRows(1, 9))
        #expect(narrow > 40)
        #expect(abs(Double(wide) / Double(narrow) - 4) < 0.25)
    }

    @Test("marks at the edge of the plot are whole")
    func marks() throws {
        let points = [LinePoint(0, 0), LinePoint(10, 10)]
        let plain = try line(chart(points, limits: Interval(0, 10)))
        let marked = try line(chart(points, hasMarks: true, limits: Interval(0, 10)))
        #expect(marked[0].x < plain[0].x && marked[marked.count - 1].x > plain[plain.count - 1].x)
    }

    @Test("ticks of what is counted are whole numbers")
    func counts() throws {
        for (values, labels) in [
            ([0.0, 3], ["0", "1", "2", "3"]), ([1, 6], ["1", "2", "3", "4", "5", "6"]),
            ([0, 90], ["0", "20", "40", "60", "80", "100"]),
        ] {
            let scale = try ValueScale.covering(
                ValueScale.Content(values, isCount: true), kind: .linear, limits: nil,
                maximumLabels: 7, name: "")
            #expect(scale.ticks.compactMap(\.label) == labels)
        }
    }

    @Test("a single value stands in the middle of its axis")
    func single() throws {
        for value in [3.0, -1e6, 1e-200] {
            let scale = try ValueScale.covering(
                ValueScale.Content([value]), kind: .linear, limits: nil, maximumLabels: 7, name: "")
            #expect(scale.lower < value && value < scale.upper)
        }
    }

    @Test("nothing to draw is an error")
    func nothing() {
        for points in [[], [LinePoint(.nan, 1)], [LinePoint(1, .infinity)]] {
            #expect(throws: PlottingError.nothingToDraw(name: "")) {
                _ = try render(chart(points), as: .svg)
            }
        }
    }
}
