extension GroupedBarChart {
    package func draw(on canvas: Canvas) throws {
        let fills = series.enumerated().map { BarFill(color: $0.element.color, index: $0.offset) }
        let edge = Style(size).barEdgeWidth
        let bars = series.flatMap { $0.bars.compactMap { $0 } }.filter { scale.shows($0.value) }
        let content = ValueScale.Content(
            bars.map(\.value), intervals: bars.compactMap(\.interval), hasFoot: true)
        let frame = try AxisFrame(
            labels, size: size, x: .slots(categories),
            y: .scale { [scale, limits, labels] in
                try .covering(
                    content, kind: scale, limits: limits, maximumLabels: $0, name: labels.y)
            },
            legend: zip(series, fills).map { series, fill in
                Legend.Entry(displayed(series.label)) { fill.draw($0, on: $1, edge: edge) }
            }, canvas: canvas)
        guard let values = frame.yScale else { return }
        let painter = BarPainter(frame: frame, values: values, chart: self, fills: fills)
        frame.draw(on: canvas) {
            painter.forEachBar { painter.drawBar($0, series: $1, category: $2, on: canvas) }
        } details: {
            painter.forEachBar { painter.drawErrorBar($0, series: $1, category: $2, on: canvas) }
            painter.forEachBar { painter.drawMarks($0, series: $1, category: $2, on: canvas) }
        }
    }
}

/// Draws the bars of a chart into its frame.
private struct BarPainter {
    let frame: AxisFrame
    let values: ValueScale
    let chart: GroupedBarChart
    let fills: [BarFill]

    private var style: Style { frame.style }

    /// The bars that the scale can show.
    func forEachBar(_ body: (Bar, Int, Int) -> Void) {
        for (index, series) in chart.series.enumerated() {
            for (category, bar) in series.bars.enumerated() {
                guard let bar, values.fraction(bar.value).isFinite else { continue }
                body(bar, index, category)
            }
        }
    }

    /// Horizontal extent of a bar.
    private func extent(series: Int, category: Int) -> (left: Double, right: Double) {
        let group = frame.slotWidth(of: chart.categories.count) * style.groupWidth
        let width = group / Double(chart.series.count)
        let center = frame.center(ofSlot: category, of: chart.categories.count)
        let left = center - group / 2 + Double(series) * width
        return (left, left + width)
    }

    func drawBar(_ bar: Bar, series: Int, category: Int, on canvas: Canvas) {
        let foot = frame.y(fraction: values.kind == .linear ? values.fraction(0) : 0)
        let end = frame.y(fraction: values.fraction(bar.value))
        let extent = extent(series: series, category: category)
        let box = Rectangle(
            left: extent.left, top: min(foot, end), right: extent.right, bottom: max(foot, end))
        fills[series].draw(box, on: canvas, edge: min(style.barEdgeWidth, box.width / 8))
    }

    /// A dark stem with caps; on dark bars with a light rim.
    func drawErrorBar(_ bar: Bar, series: Int, category: Int, on canvas: Canvas) {
        guard let interval = bar.interval, values.fraction(interval.high).isFinite else { return }
        let extent = extent(series: series, category: category)
        let x = (extent.left + extent.right) / 2
        let barWidth = extent.right - extent.left
        let cap = min(barWidth * 0.28, 4.5 * style.scale)
        let width = min(style.errorBarWidth, barWidth / 5)
        let high = frame.y(fraction: values.fraction(interval.high))
        let low = frame.y(fraction: values.fraction(interval.low))
        // An interval that reaches below a logarithmic axis has no lower cap to show.
        let caps = values.fraction(interval.low) >= 0 ? [high, low] : [high]
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
    func drawMarks(_ bar: Bar, series: Int, category: Int, on canvas: Canvas) {
        let extent = extent(series: series, category: category)
        let pitch = (extent.right - extent.left) / Double(bar.marks.count + 1)
        let radius = min(style.markRadius, pitch * 0.42)
        for (index, value) in bar.marks.enumerated() where values.fraction(value).isFinite {
            let center = Point(
                x: extent.left + pitch * Double(index + 1),
                y: frame.y(fraction: values.fraction(value)))
            canvas.disc(center, radius: radius, .text)
            canvas.disc(center, radius: radius - min(style.errorBarWidth, radius / 2), .white)
        }
    }
}
