/// Where the parts of a grouped bar chart stand on the page, and how they are drawn.
struct GroupedBarLayout {
    private let chart: GroupedBarChart
    private let style: Style
    private let fills: [BarFill]
    private let titleLines: [String]
    private let captionLines: [String]
    private let legend: Legend
    private let legendTop: Double
    private let frame: PlotFrame

    private var scale: ValueScale { frame.scale }

    /// - Throws: `PlottingError` if labels leave no room, or the values fit no such axis.
    init(_ chart: GroupedBarChart, canvas: Canvas) throws {
        self.chart = chart
        let style = Style(chart.size)
        self.style = style
        let inner = chart.size.width * 72 - 2 * style.margin
        fills = chart.series.enumerated().map { BarFill(color: $0.element.color, index: $0.offset) }
        titleLines = TextFitting(canvas: canvas).wrapped(
            displayed(chart.title ?? ""), style.titleFont, to: inner, maximumLines: 3)
        captionLines = TextFitting(canvas: canvas).wrapped(
            displayed(chart.caption ?? ""), style.captionFont, to: inner, maximumLines: 3)
        let captionHeight = Double(captionLines.count) * style.captionFont.lineHeight
        legendTop = style.margin + Double(titleLines.count) * style.titleFont.lineHeight
        let entries = zip(chart.series, fills).map { (displayed($0.label), $1) }
        legend = Legend(entries, style.legendFont, width: inner, canvas: canvas)

        let bars = chart.series.flatMap { $0.bars.compactMap { $0 } }
        let yLabel = displayed(chart.yLabel)
        frame = try PlotFrame(
            categories: chart.categories.map(displayed), xLabel: displayed(chart.xLabel),
            yLabel: yLabel, top: legendTop + legend.height + style.gap,
            bottom: chart.size.height * 72 - style.margin - captionHeight, page: chart.size,
            style: style, canvas: canvas
        ) { maximumLabels in
            try ValueScale.covering(
                bars, kind: chart.scale, limits: chart.limits, maximumLabels: maximumLabels,
                yLabel: yLabel)
        }
    }

    /// Back to front: grid, bars, axis lines, error bars, marks, text.
    func draw(on canvas: Canvas) {
        frame.drawGrid(on: canvas)
        canvas.clipped(to: frame.plot) {
            forEachBar { drawBar($0, series: $1, category: $2, on: canvas) }
        }
        frame.drawSpine(on: canvas)
        canvas.clipped(to: frame.plot) {
            forEachBar { drawErrorBar($0, series: $1, category: $2, on: canvas) }
            forEachBar { drawMarks($0, series: $1, category: $2, on: canvas) }
        }
        frame.drawLabels(on: canvas)
        legend.draw(
            on: canvas, top: legendTop, center: frame.center(width: legend.width),
            edge: style.barEdgeWidth)
        drawTitle(on: canvas)
        drawCaption(on: canvas)
    }

    private func drawCaption(on canvas: Canvas) {
        let font = style.captionFont
        for (index, line) in captionLines.reversed().enumerated() {
            let foot = chart.size.height * 72 - style.margin - font.descent
            canvas.text(
                line, at: Point(x: style.margin, y: foot - Double(index) * font.lineHeight), font)
        }
    }

    private func drawTitle(on canvas: Canvas) {
        let font = style.titleFont
        for (index, line) in titleLines.enumerated() {
            let baseline = style.margin + font.capHeight + Double(index) * font.lineHeight
            let x = frame.center(width: canvas.width(of: line, font))
            canvas.text(line, at: Point(x: x, y: baseline), font, anchor: .middle)
        }
    }

    /// The bars that the scale can show.
    private func forEachBar(_ body: (Bar, Int, Int) -> Void) {
        for (index, series) in chart.series.enumerated() {
            for (category, bar) in series.bars.enumerated() {
                guard let bar, scale.fraction(bar.value).isFinite else { continue }
                body(bar, index, category)
            }
        }
    }

    /// Horizontal extent of a bar.
    private func extent(series: Int, category: Int) -> (left: Double, right: Double) {
        let group = frame.slot * style.groupWidth
        let width = group / Double(chart.series.count)
        let left = frame.center(ofCategory: category) - group / 2 + Double(series) * width
        return (left, left + width)
    }

    private func drawBar(_ bar: Bar, series: Int, category: Int, on canvas: Canvas) {
        let foot = frame.y(fraction: scale.kind == .linear ? scale.fraction(0) : 0)
        let end = frame.y(fraction: scale.fraction(bar.value))
        let extent = extent(series: series, category: category)
        let box = Rectangle(
            left: extent.left, top: min(foot, end), right: extent.right, bottom: max(foot, end))
        fills[series].draw(box, on: canvas, edge: min(style.barEdgeWidth, box.width / 8))
    }

    /// A dark stem with caps; on dark bars with a light rim.
    private func drawErrorBar(_ bar: Bar, series: Int, category: Int, on canvas: Canvas) {
        guard let interval = bar.interval, scale.fraction(interval.high).isFinite else { return }
        let extent = extent(series: series, category: category)
        let x = (extent.left + extent.right) / 2
        let barWidth = extent.right - extent.left
        let cap = min(barWidth * 0.28, 4.5 * style.scale)
        let width = min(style.errorBarWidth, barWidth / 5)
        let high = frame.y(fraction: scale.fraction(interval.high))
        let low = frame.y(fraction: scale.fraction(interval.low))
        // An interval that reaches below a logarithmic axis has no lower cap to show.
        let caps = scale.fraction(interval.low) >= 0 ? [high, low] : [high]
        func draw(_ color: Color, rim: Double) {
            let stroke = width + 2 * rim
            canvas.line(from: Point(x: x, y: high), to: Point(x: x, y: low), color, width: stroke)
            for y in caps {
                canvas.line(
                    from: Point(x: x - cap - rim, y: y), to: Point(x: x + cap + rim, y: y), color,
                    width: stroke)
            }
        }
        if fills[series].color.luminance < 0.3 {
            draw(.white, rim: min(style.errorBarRim, barWidth * 0.08))
        }
        draw(.text, rim: 0)
    }

    /// White discs with a dark rim, which show on bars of any colour and on the page.
    private func drawMarks(_ bar: Bar, series: Int, category: Int, on canvas: Canvas) {
        let extent = extent(series: series, category: category)
        let pitch = (extent.right - extent.left) / Double(bar.marks.count + 1)
        let radius = min(style.markRadius, pitch * 0.42)
        for (index, value) in bar.marks.enumerated() where scale.fraction(value).isFinite {
            let center = Point(
                x: extent.left + pitch * Double(index + 1),
                y: frame.y(fraction: scale.fraction(value)))
            canvas.disc(center, radius: radius, .text)
            canvas.disc(center, radius: radius - min(style.errorBarWidth, radius / 2), .white)
        }
    }
}

/// What of a text can appear on a page: its shapes, as far as any line could hold them.
private func displayed(_ text: String) -> String {
    String(printable(text).prefix(1000))
}
