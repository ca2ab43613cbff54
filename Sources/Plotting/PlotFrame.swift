/// The area between the axes, and the grid, ticks and labels that belong to it.
struct PlotFrame {
    let plot: Rectangle
    let scale: ValueScale
    private let categoryAxis: CategoryAxis
    private let categoryCount: Int
    private let xLabel: String
    private let xLabelBaseline: Double
    private let yLabelLines: [String]
    private let page: FigureSize
    private let style: Style

    /// - Parameters:
    ///   - top: upper edge of the plot area in points.
    ///   - bottom: lower edge of all that belongs to the frame, in points.
    ///   - makeScale: the value axis for the number of tick labels that find room.
    /// - Throws: `PlottingError.figureTooSmall` if labels leave no room, and what `makeScale` throws.
    init(
        categories: [String], xLabel: String, yLabel: String, top: Double, bottom: Double,
        page: FigureSize, style: Style, canvas: Canvas, makeScale: (Int) throws -> ValueScale
    ) throws {
        let fitting = TextFitting(canvas: canvas)
        let (width, height) = (page.width * 72, page.height * 72)
        let xText = fitting.truncated(xLabel, style.axisFont, to: width - 2 * style.margin)
        let xTextWidth = canvas.width(of: xText, style.axisFont)
        var plot = Rectangle(
            left: style.margin, top: top, right: width - style.margin,
            bottom: bottom)
        var settled: (axis: CategoryAxis, scale: ValueScale, yLines: [String], baseline: Double)?
        // Margins depend on the tick labels, those on the plot's size, and that on the margins.
        // From the widest plot on, three rounds settle it.
        for _ in 0..<3 {
            let axis = CategoryAxis(
                categories, slot: max(1, plot.width) / Double(categories.count), style.tickFont,
                maximumDepth: height * 0.3, canvas: canvas)
            let below = Self.depths(
                axis, plot: plot, xTextWidth: xTextWidth, count: categories.count, style)
            plot.bottom = bottom - below.total
            try Self.check(plot, page)
            let scale = try makeScale(
                max(2, min(9, Int(plot.height / (2.6 * style.tickFont.size)))))
            let yLines = fitting.wrapped(yLabel, style.axisFont, to: plot.height, maximumLines: 2)
            let labelWidths = scale.ticks.compactMap(\.label)
                .map { canvas.width(of: $0, style.tickFont) }
            plot.left =
                style.margin + Double(yLines.count) * style.axisFont.lineHeight
                + (labelWidths.max() ?? 0) + style.gap * 1.2
            try Self.check(plot, page)
            settled = (axis, scale, yLines, plot.bottom + below.xBaseline)
        }
        guard let settled else { throw PlottingError.figureTooSmall(size: page) }
        self.plot = plot
        (categoryAxis, scale, yLabelLines, xLabelBaseline) = settled
        categoryCount = categories.count
        self.xLabel = xText
        self.page = page
        self.style = style
    }

    private static func check(_ plot: Rectangle, _ page: FigureSize) throws {
        guard plot.width >= 24, plot.height >= 24 else {
            throw PlottingError.figureTooSmall(size: page)
        }
    }

    /// Below the plot, in points: the baseline of the x label, which stays above long tick labels
    /// that end beside it, and the lower edge of everything.
    private static func depths(
        _ axis: CategoryAxis, plot: Rectangle, xTextWidth: Double, count: Int, _ style: Style
    ) -> (xBaseline: Double, total: Double) {
        let middle = (plot.left + plot.right) / 2
        let reach = xTextWidth / 2 + style.axisFont.size
        let above = axis.depth(in: (middle - reach)...(middle + reach)) { index in
            plot.left + (Double(index) + 0.5) * plot.width / Double(count)
        }
        let baseline = xTextWidth > 0 ? above + 2.3 * style.gap + style.axisFont.capHeight : 0
        return (baseline, max(style.gap + axis.depth, baseline + style.axisFont.descent))
    }

    /// y of a place between the axis' ends, 0 at the lower end; what lies far beyond them is cut
    /// to a place off the plot.
    func y(fraction: Double) -> Double {
        plot.bottom - min(max(fraction, -1), 2) * plot.height
    }

    /// Width of one category.
    var slot: Double { plot.width / Double(categoryCount) }

    func center(ofCategory index: Int) -> Double { plot.left + (Double(index) + 0.5) * slot }

    /// Centre for something so wide: over the middle of the plot, or as near as the page allows.
    func center(width: Double) -> Double {
        let reach = style.margin + width / 2
        return min(max((plot.left + plot.right) / 2, reach), page.width * 72 - reach)
    }

    func drawGrid(on canvas: Canvas) {
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

    func drawSpine(on canvas: Canvas) {
        canvas.outline(plot, .spine, width: style.spineWidth)
    }

    func drawLabels(on canvas: Canvas) {
        let (tickFont, axisFont) = (style.tickFont, style.axisFont)
        for tick in scale.ticks {
            guard let label = tick.label else { continue }
            let y = y(fraction: scale.fraction(coordinate: tick.coordinate))
            let place = Point(x: plot.left - style.gap, y: y + tickFont.capHeight / 2)
            canvas.text(label, at: place, tickFont, anchor: .end)
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
