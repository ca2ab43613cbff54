extension GroupedBarLayout {
    /// Back to front: grid, bars, axis line, error bars, text.
    func draw(on canvas: Canvas) {
        drawGrid(on: canvas)
        canvas.clipped(to: plot) {
            forEachBar { drawBar($0, series: $1, category: $2, on: canvas) }
        }
        canvas.outline(plot, .spine, width: style.spineWidth)
        canvas.clipped(to: plot) {
            forEachBar { drawErrorBar($0, series: $1, category: $2, on: canvas) }
        }
        drawText(on: canvas)
    }

    /// The bars that the scale can show.
    private func forEachBar(_ body: (Bar, Int, Int) -> Void) {
        for (index, series) in chart.series.enumerated() {
            for (category, bar) in series.bars.enumerated() {
                guard let bar, bar.value.isFinite, scale.fraction(bar.value).isFinite
                else { continue }
                body(bar, index, category)
            }
        }
    }

    private func drawGrid(on canvas: Canvas) {
        for isMajor in [false, true] {
            for tick in scale.ticks where (tick.label != nil) == isMajor {
                let y = y(fraction: scale.fraction(coordinate: tick.coordinate))
                canvas.line(
                    from: Point(x: plot.left, y: y), to: Point(x: plot.right, y: y),
                    isMajor ? .majorGrid : .minorGrid,
                    width: isMajor ? style.gridWidth : style.minorGridWidth)
            }
        }
    }

    private func drawBar(_ bar: Bar, series: Int, category: Int, on canvas: Canvas) {
        let foot = scale.kind == .linear ? scale.fraction(0) : 0
        let ends = [y(fraction: foot), y(fraction: scale.fraction(bar.value))]
        let extent = extent(series: series, category: category)
        let box = Rectangle(
            left: extent.left, top: min(ends[0], ends[1]), right: extent.right,
            bottom: max(ends[0], ends[1]))
        let edge = min(style.barEdgeWidth, box.width / 8)
        fills[series].draw(box, on: canvas, edge: edge)
    }

    /// A dark stem with caps; on dark bars with a light rim.
    private func drawErrorBar(_ bar: Bar, series: Int, category: Int, on canvas: Canvas) {
        guard let interval = bar.interval, scale.fraction(interval.high).isFinite else { return }
        let extent = extent(series: series, category: category)
        let x = (extent.left + extent.right) / 2
        let barWidth = extent.right - extent.left
        let cap = min(barWidth * 0.28, 4.5 * style.scale)
        let width = min(style.errorBarWidth, barWidth / 5)
        let high = y(fraction: scale.fraction(interval.high))
        let low = y(fraction: scale.fraction(interval.low))
        let isDark = chart.series[series].color.luminance < 0.3
        let halo = isDark ? min(style.errorBarHalo, barWidth * 0.08) : 0
        for (color, width, extra) in [
            (Color.white, width + 2 * halo, halo), (Color.text, width, 0),
        ] where color == .text || halo > 0 {
            canvas.line(from: Point(x: x, y: high), to: Point(x: x, y: low), color, width: width)
            // An interval that reaches below a logarithmic axis has no lower cap to show.
            for y in scale.fraction(interval.low) >= 0 ? [high, low] : [high] {
                canvas.line(
                    from: Point(x: x - cap - extra, y: y), to: Point(x: x + cap + extra, y: y),
                    color, width: width)
            }
        }
    }

    private func drawText(on canvas: Canvas) {
        let page = chart.size.width * 72
        let (tickFont, axisFont, titleFont) = (style.tickFont, style.axisFont, style.titleFont)
        // Over the middle of the plot, or as near as the page allows.
        let middle = (plot.left + plot.right) / 2
        func center(width: Double) -> Double {
            let reach = style.margin + width / 2
            return min(max(middle, reach), page - reach)
        }
        for (index, line) in titleLines.enumerated() {
            let baseline =
                style.margin + titleFont.capHeight + Double(index) * titleFont.lineHeight
            let x = center(width: canvas.width(of: line, titleFont))
            canvas.text(line, at: Point(x: x, y: baseline), titleFont, anchor: .middle)
        }
        legend.draw(
            on: canvas, top: legendTop, center: center(width: legend.width),
            edge: style.barEdgeWidth)

        for tick in scale.ticks {
            guard let label = tick.label else { continue }
            let y = y(fraction: scale.fraction(coordinate: tick.coordinate))
            canvas.text(
                label,
                at: Point(x: plot.left - style.gap, y: y + tickFont.capHeight / 2), tickFont,
                anchor: .end)
        }
        categoryAxis.draw(
            on: canvas, top: plot.bottom + style.gap, tickFont, center: center(ofCategory:))

        let xCenter = center(width: canvas.width(of: xLabel, axisFont))
        canvas.text(xLabel, at: Point(x: xCenter, y: xLabelBaseline), axisFont, anchor: .middle)
        for (index, line) in yLabelLines.enumerated() {
            let x = style.margin + axisFont.capHeight + Double(index) * axisFont.lineHeight
            let place = Point(x: x, y: (plot.top + plot.bottom) / 2)
            canvas.text(line, at: place, axisFont, anchor: .middle, quarterTurn: true)
        }
    }
}
