import Foundation
import Plotting
import Testing

@Suite("Heat maps and token grids")
struct CellChartTests {
    private func heatMap(
        _ values: [[Double?]], scale: ScaleKind = .linear, limits: Interval? = Interval(0, 1),
        hasNumbers: Bool = false
    ) -> HeatMap {
        HeatMap(
            ChartLabels(), rows: values.map { _ in "" },
            columns: (values.first ?? []).map { _ in "" },
            values: values, valueLabel: "", scale: scale, limits: limits, hasNumbers: hasNumbers,
            size: FigureSize(width: 5, height: 4))
    }

    private func image(_ chart: some Chart, dpi: Double = 100) throws -> PNGReader {
        try #require(PNGReader(render(chart, as: .png, dpi: dpi)))
    }

    private func pixels(_ image: PNGReader, _ color: Color) -> Int {
        let wanted = Int(color.red) << 16 | Int(color.green) << 8 | Int(color.blue)
        return (0..<image.width).reduce(0) { $0 + image.count(wanted, column: $1) }
    }

    @Test("each cell has the colour of its value, and equal cells have equal areas")
    func colors() throws {
        let image = try image(heatMap([[0, 0.25], [0.5, 0.75]]))
        let areas = [0, 0.25, 0.5, 0.75].map { pixels(image, ColorScale.viridis[$0]) }
        #expect(areas.allSatisfy { $0 > 20_000 && abs($0 - areas[0]) < areas[0] / 20 })
    }

    @Test("what lies beyond the limits has the colour of that end")
    func limits() throws {
        let image = try image(heatMap([[-5, 7]]))
        #expect(pixels(image, ColorScale.viridis[0]) > 40_000)
        #expect(pixels(image, ColorScale.viridis[1]) > 40_000)
    }

    @Test(
        "cells without a value are hatched and named in the legend",
        arguments: [nil, Double.nan, -.infinity])
    func missing(value: Double?) throws {
        let whole = try SVGPage(heatMap([[0.2, 0.3]]))
        let lacking = try SVGPage(heatMap([[0.2, value]]))
        #expect(lacking.texts.count == whole.texts.count + 1)
        // The lines of the hatching.
        #expect(
            lacking.svg.matches(of: /stroke:rgb/).count > whole.svg.matches(of: /stroke:rgb/).count
                + 10)
    }

    @Test("numbers stand in every cell that has one, in one size, and go where they cannot be read")
    func numbers() throws {
        func texts(_ values: [[Double?]]) throws -> Int {
            let plain = try SVGPage(heatMap(values)).texts.count
            return try SVGPage(heatMap(values, hasNumbers: true)).texts.count - plain
        }
        #expect(try texts([[0.5, 0.25], [nil, 0.125]]) == 3)
        #expect(try texts([(0..<200).map { Double($0) / 200 }]) == 0)
        let page = try SVGPage(heatMap([[0.5, 0.25, 0.125]], hasNumbers: true))
        let heights = page.texts.prefix(3).map { $0.bottom - $0.top }
        #expect(heights.allSatisfy { abs($0 - heights[0]) < 0.5 })
    }

    @Test("a logarithmic scale has no place for 0")
    func logarithmic() throws {
        let values: [[Double?]] = [[1e-3, 1e-2, 0.1, 1]]
        let page = try image(heatMap(values, scale: .log10, limits: Interval(1e-3, 1)))
        for step in 0...3 {
            #expect(pixels(page, ColorScale.viridis[Double(step) / 3]) > 15_000)
        }
        let lacking = try SVGPage(heatMap([[0, 1]], scale: .log10, limits: nil))
        let whole = try SVGPage(heatMap([[1, 1]], scale: .log10, limits: nil))
        #expect(
            lacking.svg.matches(of: /stroke:rgb/).count > whole.svg.matches(of: /stroke:rgb/).count)
    }

    @Test("nothing to draw is an error")
    func nothing() {
        for values in [[], [[]], [[nil, .nan]]] as [[[Double?]]] {
            #expect(throws: PlottingError.nothingToDraw(name: "")) {
                _ = try render(heatMap(values), as: .svg)
            }
        }
        let empty = TokenGrid(
            ChartLabels(), rows: [], columns: [], cells: [], shadeLabel: "p",
            limits: Interval(0, 1)!)
        #expect(throws: PlottingError.nothingToDraw(name: "p")) {
            _ = try render(empty, as: .svg)
        }
    }

    @Test("a token has dark ink on light shades and white ink on dark ones")
    func tokens() throws {
        func ink(_ shade: Double) throws -> (dark: Int, white: Int) {
            let grid = TokenGrid(
                ChartLabels(), rows: [""], columns: [""],
                cells: [[TokenGrid.Cell("MMM", shade: shade)]], shadeLabel: "",
                limits: Interval(0, 1)!, size: FigureSize(width: 3, height: 3))
            let image = try image(grid, dpi: 200)
            let columns = image.width / 4..<image.width / 2
            let rows = image.height / 3..<image.height * 2 / 3
            let pixels = columns.flatMap { x in rows.map { image.pixel(x, $0) } }
            return (pixels.count { $0 == 0x262626 }, pixels.count { $0 == 0xFFFFFF })
        }
        let (light, dark) = (try ink(0.3), try ink(1))
        #expect(light.dark > 20 && light.white == 0)
        #expect(dark.dark == 0 && dark.white > 20)
    }

    @Test(
        "texts from files cannot leave their cell or the XML",
        arguments: [
            "<script>&", "\u{0}\u{1B}[2J", String(repeating: "W", count: 100_000), "\u{202E}abc",
            "👩‍👩‍👧‍👦", "",
        ])
    func hostile(text: String) throws {
        let grid = TokenGrid(
            ChartLabels(title: text, x: text, y: text, caption: text), rows: [text],
            columns: [text],
            cells: [[TokenGrid.Cell(text, shade: 0.5)]], shadeLabel: text, limits: Interval(0, 1)!,
            size: FigureSize(width: 4, height: 4))
        let page = try SVGPage(grid)
        #expect(page.textsOutside == 0)
        #expect(!page.svg.contains("<script"))
    }
}

@Suite("Colour scales")
struct ColorScaleTests {
    @Test("equal steps look equally large, and lightness goes one way", arguments: [true, false])
    func uniform(isViridis: Bool) {
        let scale = isViridis ? ColorScale.viridis : .blues
        let colors = (0...32).map { scale[Double($0) / 32] }
        let luminances = colors.map(\.luminance)
        #expect(
            zip(luminances, luminances.dropFirst()).allSatisfy { isViridis ? $0 < $1 : $0 > $1 })
        let steps = zip(colors, colors.dropFirst()).map(Self.distance)
        let mean = steps.reduce(0, +) / Double(steps.count)
        // The two measures differ, most of all for saturated colours.
        #expect(steps.map { $0 / mean }.allSatisfy { (0.4...2).contains($0) })
    }

    @Test("the ends are the ends")
    func ends() {
        #expect(ColorScale.viridis[0] == Color(0x44, 0x01, 0x54))
        #expect(ColorScale.viridis[1] == Color(0xFD, 0xE7, 0x25))
        #expect(ColorScale.viridis[-3] == ColorScale.viridis[0])
        #expect(ColorScale.viridis[.infinity] == ColorScale.viridis[1])
    }

    /// CIE 1976 colour difference, another measure than the scale is made by.
    private static func distance(_ a: Color, _ b: Color) -> Double {
        let (left, right) = (lab(a), lab(b))
        return zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }

    private static func lab(_ color: Color) -> [Double] {
        func linear(_ channel: UInt8) -> Double {
            let value = Double(channel) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        func f(_ t: Double) -> Double { t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116 }
        let (r, g, b) = (linear(color.red), linear(color.green), linear(color.blue))
        let x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505)
        let y = f(0.2126 * r + 0.7152 * g + 0.0722 * b)
        let z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089)
        return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
    }
}
