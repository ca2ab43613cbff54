import Foundation
import Plotting
import Testing

@Suite("Rendered charts")
struct RenderTests {
    private static let orange = 0xF5B041
    private static let black = Color(0, 0, 0)

    private func chart(
        _ values: [Double?], scale: ScaleKind = .linear, limits: Interval? = nil,
        size: FigureSize = FigureSize(width: 6, height: 4)
    ) -> GroupedBarChart {
        GroupedBarChart(
            ChartLabels(x: "Blocks completed", y: "Probability"),
            categories: values.indices.map { "\($0 + 1)" },
            series: [
                BarSeries(
                    label: "", color: Color.series[0], bars: values.map { $0.map { Bar($0) } })
            ],
            scale: scale, limits: limits, size: size)
    }

    private func image(_ chart: GroupedBarChart, dpi: Double = 100) throws -> PNGReader {
        try #require(PNGReader(render(chart, as: .png, dpi: dpi)))
    }

    /// Heights in pixels of the bars of one colour, left to right.
    private func heights(_ image: PNGReader, _ color: Int = orange) -> [Int] {
        let columns = (0..<image.width).map { image.count(color, column: $0) }
        return columns.split { $0 == 0 }.map { $0.max() ?? 0 }
    }

    @Test("linear bars are as high as their values, a missing one is not there")
    func linearHeights() throws {
        let heights = heights(try image(chart([1, 0.5, nil, 0.25, .nan, 0])))
        #expect(heights.count == 3)
        // The edge takes a pixel or two off each end.
        #expect(abs(heights[1] * 2 - heights[0]) <= 4)
        #expect(abs(heights[2] * 4 - heights[0]) <= 8)
        #expect(heights[0] > 250)
    }

    @Test("logarithmic bars grow by equal steps a decade; zero has no bar")
    func logarithmicHeights() throws {
        let log = chart(
            [0.01, 0.1, 0, 1, -3], scale: .log10, limits: Interval(0.001, 1))
        let heights = heights(try image(log))
        #expect(heights.count == 3)
        #expect(abs(heights[0] * 2 - heights[1]) <= 4)
        #expect(abs(heights[0] * 3 - heights[2]) <= 6)
    }

    @Test("the first series is left, and a negative bar hangs from 0")
    func order() throws {
        var two = chart([1, 1])
        two.series.append(
            BarSeries(label: "", color: Self.black, bars: [Bar(-1), Bar(-1)]))
        let image = try image(two)
        let firstOrange = try #require(
            (0..<image.width).first { image.count(Self.orange, column: $0) > 20 })
        let x = firstOrange + 5
        let bottom = try #require((0..<image.height).last { image.pixel(x, $0) == Self.orange })
        let columns = (x..<image.width).filter { image.count(0, column: $0) > 50 }
        let black = try #require(columns.first)
        let top = try #require((0..<image.height).first { image.pixel(black + 3, $0) == 0 })
        #expect(black > firstOrange)
        #expect(abs(top - bottom) <= 4)
    }

    @Test("an error bar is a dark line from end to end of the interval")
    func errorBars() throws {
        var one = chart([0.5], limits: Interval(0, 1))
        one.series[0].bars = [Bar(0.5, interval: Interval(0.2, 0.9))]
        let image = try image(one, dpi: 300)
        let bar = try #require(heights(image).first)
        // The longest dark run of any column: the label below the bar is dark as well.
        let stem =
            (0..<image.width).map { x in
                let isDark = (0..<image.height).map { image.pixel(x, $0) >> 16 < 0x40 }
                return isDark.split { !$0 }.map(\.count).max() ?? 0
            }.max() ?? 0
        #expect(abs(Double(stem) / Double(bar) - 0.7 / 0.5) < 0.03)
    }

    @Test("marks stand at their values, in their order across the bar")
    func marks() throws {
        var one = chart([1], limits: Interval(0, 1))
        let plain = try image(one, dpi: 300)
        one.series[0].bars = [Bar(1, marks: [0.25, 0.75, 0.5])]
        let marked = try image(one, dpi: 300)
        // Where the bar has turned white, each mark is one run of columns.
        func isMark(_ x: Int, _ y: Int) -> Bool {
            plain.pixel(x, y) == Self.orange && marked.pixel(x, y) == 0xFFFFFF
        }
        let columns = 0..<plain.width
        let inside = try #require(columns.first { plain.count(Self.orange, column: $0) > 300 })
        let bar = (0..<plain.height).filter { plain.pixel(inside + 3, $0) == Self.orange }
        let heights = columns.split { x in !bar.contains { isMark(x, $0) } }.map { run in
            let rows = bar.indices.filter { row in run.contains { isMark($0, bar[row]) } }
            let middle = Double(rows.reduce(0, +)) / Double(rows.count)
            return 1 - middle / Double(bar.count)
        }
        #expect(heights.count == 3)
        for (height, value) in zip(heights, [0.25, 0.75, 0.5]) {
            #expect(abs(height - value) < 0.01)
        }
    }

    @Test(
        "nothing touches the edge of the page",
        arguments: [(4.0, 3.0), (7, 3.5), (14, 6)], [ScaleKind.linear, .log10])
    func nothingIsClipped(size: (Double, Double), scale: ScaleKind) throws {
        for (count, series) in [(8, 1), (49, 4), (300, 2)] {
            let bars = (0..<count).map {
                Bar(0.4 / Double($0 + 1), interval: Interval(0, 0.9), marks: [0, 0.9])
            }
            let chart = GroupedBarChart(
                ChartLabels(
                    title: String(repeating: "A title of many words ", count: 9),
                    x: String(repeating: "wide", count: 99),
                    y: String(repeating: "high ", count: 40)),
                categories: (1..<count).map(String.init) + ["output"],
                series: (0..<series).map {
                    BarSeries(
                        label: String(repeating: "series \($0) ", count: 1 + 9 * $0),
                        color: Color.series[$0], bars: bars)
                },
                scale: scale, size: FigureSize(width: size.0, height: size.1 + 1))
            let image = try image(chart, dpi: 60)
            let ring =
                (0..<image.width).flatMap { x in
                    [image.pixel(x, 0), image.pixel(x, 1), image.pixel(x, image.height - 1)]
                }
                + (0..<image.height).flatMap {
                    [image.pixel(0, $0), image.pixel(image.width - 1, $0)]
                }
            #expect(ring.allSatisfy { $0 == 0xFFFFFF })
        }
    }

    @Test("a PNG records its resolution and its metadata")
    func chunks() throws {
        let metadata = [
            (key: "Software", value: "StateLens"), (key: "Command", value: "lens\nplot"),
            (key: "Title", value: "λ → 1"), (key: "Empty", value: ""),
        ]
        let file = try render(chart([1]), as: .png, dpi: 150, metadata: metadata)
        let png = try #require(PNGReader(file))
        #expect(png.width == 900 && png.height == 600)
        #expect(png.chunks.allSatisfy { $0.checksumIsRight })
        #expect(png.chunks.last?.type == "IEND")
        let resolution = try #require(png.chunks.first { $0.type == "pHYs" }?.data)
        // 150 dpi are 5905.5 pixels a metre.
        #expect(
            PNGReader.integer(resolution, 0) == 5906 && PNGReader.integer(resolution, 4) == 5906)
        #expect(resolution.last == 1)
        #expect(png.texts["Software"] == "StateLens")
        #expect(png.texts["Command"] == "lens plot")
        #expect(png.texts["Title"] == "λ → 1")
        #expect(png.texts["Empty"] == "")
        #expect(!png.chunks.contains { $0.type == "tIME" })
    }

    @Test("PDF and SVG are whole, without dates, and carry the metadata")
    func vectorFormats() throws {
        let metadata = [
            (key: "Title", value: "a < b & c"), (key: "Software", value: "StateLens"),
            (key: "Result 1 file", value: "mamba.json"),
        ]
        let pdf = String(
            decoding: try render(chart([1]), as: .pdf, metadata: metadata), as: UTF8.self)
        #expect(pdf.hasPrefix("%PDF-1.4"))
        #expect(pdf.contains("%%EOF"))
        #expect(pdf.contains("/Title (a < b & c)"))
        #expect(pdf.contains("mamba.json"))
        #expect(!pdf.contains("Date"))
        #expect(pdf.contains("/MediaBox [ 0 0 432 288 ]"))
        let svg = String(
            decoding: try render(chart([1]), as: .svg, metadata: metadata), as: UTF8.self)
        #expect(svg.hasPrefix("<?xml"))
        #expect(svg.contains("<title>a &lt; b &amp; c</title>"))
        #expect(svg.contains("Result 1 file: mamba.json"))
        #expect(XMLCheck.isWellFormed(svg))
    }

    @Test("the texts of an SVG are text, with spaces as they are, and no glyph is an outline")
    func svgTexts() throws {
        var chart = chart([1, 2])
        chart.labels.x = "a <b> & \u{FFFF} c  d"
        let page = try SVGPage(chart)
        #expect(!page.svg.contains("glyph"))
        #expect(page.svg.contains("xml:space=\"preserve\""))
        #expect(XMLCheck.isWellFormed(page.svg))
        for text in ["Probability", "1", "2", "a <b> &  c  d"] {
            #expect(page.words.contains(text), "\(text)")
        }
    }

    @Test("equal charts give equal bytes", arguments: FigureFormat.allCases)
    func determinism(format: FigureFormat) throws {
        let chart = chart([0.2, 0.7, nil, 0.1], scale: .log10)
        let first = try render(chart, as: format, metadata: [(key: "Command", value: "x")])
        _ = try render(self.chart([1]), as: format)
        let second = try render(chart, as: format, metadata: [(key: "Command", value: "x")])
        #expect(first == second)
    }

    @Test("an error inside libpng comes back as a Swift error")
    func libraryError() {
        #expect(throws: PlottingError.notDrawn(by: "libpng", reason: "Invalid IHDR data")) {
            try encodePNG(rgb: [], width: 0, height: 0, dpi: 72, metadata: [])
        }
    }

    @Test("impossible figures are refused")
    func errors() throws {
        func attempt(_ width: Double, _ height: Double, dpi: Double = 300) throws {
            let size = FigureSize(width: width, height: height)
            _ = try render(chart([1], size: size), as: .png, dpi: dpi)
        }
        for size in [FigureSize(width: 0.5, height: 3), FigureSize(width: 3, height: .nan)] {
            #expect { try attempt(size.width, size.height) } throws: {
                if case PlottingError.figureTooSmall = $0 { true } else { false }
            }
        }
        for (width, height, dpi) in [
            (101.0, 3.0, 20.0), (100, 3, 600), (90, 90, 300), (.infinity, 3, 72),
        ] {
            #expect(
                throws: PlottingError.figureTooLarge(
                    size: FigureSize(width: width, height: height), dpi: dpi)
            ) { try attempt(width, height, dpi: dpi) }
        }
        for dpi in [0, 19, 2401, -72, Double.infinity] {
            #expect(throws: PlottingError.notAResolution(dpi: dpi)) { try attempt(6, 4, dpi: dpi) }
        }
        #expect(throws: PlottingError.nothingPositive(name: "Probability")) {
            _ = try render(chart([0], scale: .log10), as: .svg)
        }
        for key in ["", "ä", " x", String(repeating: "k", count: 80), "a\0b"] {
            #expect {
                try render(chart([1]), as: .png, metadata: [(key: key, value: "")])
            } throws: {
                if case PlottingError.unusableMetadataKey = $0 { true } else { false }
            }
        }
    }
}

/// Counts tags, which is enough to notice text that was not escaped.
private enum XMLCheck {
    static func isWellFormed(_ xml: String) -> Bool {
        var open: [Substring] = []
        for tag in xml.split(separator: "<").dropFirst() {
            let name = tag.prefix { !" \n>/".contains($0) }
            if tag.hasPrefix("?") { continue }
            if tag.hasPrefix("/") {
                guard open.popLast() == tag.dropFirst().prefix(while: { $0 != ">" }) else {
                    return false
                }
            } else if let end = tag.firstIndex(of: ">"), tag[..<end].last != "/" {
                open.append(name)
            }
        }
        return open.isEmpty
    }
}
