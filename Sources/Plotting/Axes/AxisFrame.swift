/// What stands along one side of a plot.
enum Axis {
    /// A name for each of equally wide slots, at least one; from the left, or from the top.
    case slots([String])
    /// Numbers: the scale with at most so many labels.
    case scale((_ maximumLabels: Int) throws -> ValueScale)
}

/// The page of a chart around its data: title, legend, both axes with grid, ticks and labels, a
/// colour bar, and the caption; and the place that is left for the data.
struct AxisFrame {
    /// The area between the axes.
    let plot: Rectangle
    let style: Style
    /// Nil for axes of slots.
    let xScale: ValueScale?
    let yScale: ValueScale?
    /// Of the colour bar, where there is one.
    var colorScale: ValueScale? { colorBar?.scale }
    private let xAxis: Axis
    private let yAxis: Axis
    private let row: LabelRow
    private let column: LabelColumn
    private let colorBar: ColorBar?
    private let titleLines: [String]
    private let captionLines: [String]
    private let legend: Legend
    private let legendTop: Double
    private let xLabel: String
    private let xLabelBaseline: Double
    private let yLabelLines: [String]
    private let page: FigureSize

    /// - Parameter colorBar: at the right of the plot.
    /// - Throws: `PlottingError.figureTooSmall` if labels leave no room, and what scales throw.
    init(
        _ labels: ChartLabels, size page: FigureSize, x xAxis: Axis, y yAxis: Axis,
        legend entries: [Legend.Entry] = [], colorBar content: ColorBar.Content? = nil,
        canvas: Canvas
    ) throws {
        let style = Style(page)
        let fitting = TextFitting(canvas: canvas)
        let (width, height) = (page.width * 72, page.height * 72)
        let inner = width - 2 * style.margin
        titleLines = fitting.wrapped(
            displayed(labels.title), style.titleFont, to: inner, maximumLines: 3)
        captionLines = fitting.wrapped(
            displayed(labels.caption), style.captionFont, to: inner, maximumLines: 3)
        legendTop = style.margin + Double(titleLines.count) * style.titleFont.lineHeight
        legend = Legend(entries, style.legendFont, width: inner, canvas: canvas)
        xLabel = fitting.truncated(displayed(labels.x), style.axisFont, to: inner)
        let xTextWidth = canvas.width(of: xLabel, style.axisFont)
        let bottom =
            height - style.margin - Double(captionLines.count) * style.captionFont.lineHeight
        var plot = Rectangle(
            left: style.margin, top: legendTop + legend.height + style.gap,
            right: width - style.margin, bottom: bottom)
        var row = LabelRow.none
        var column = LabelColumn.none
        var (xScale, yScale): (ValueScale?, ValueScale?)
        var yLines: [String] = []
        var (baseline, overhang) = (0.0, 0.0)
        var colorBar: ColorBar?
        // Margins depend on the tick labels, those on the plot's size, and that on the margins.
        // From the widest plot on, three rounds settle it.
        for _ in 0..<3 {
            switch xAxis {
            case .slots(let names):
                row = LabelRow(
                    slots: names.map(displayed), slot: max(1, plot.width) / Double(names.count),
                    style.tickFont, maximumDepth: height * 0.3, overhang: style.margin,
                    canvas: canvas)
            case .scale(let make):
                let scale = try LabelRow.scale(
                    on: plot.width, style.tickFont, limit: 9, canvas: canvas, make)
                xScale = scale
                row = LabelRow(scale, style.tickFont, canvas: canvas)
                overhang = max(0, row.overhang(of: scale, on: plot.width) - style.margin / 2)
            }
            let centers = Self.xCenters(xAxis, xScale, plot)
            let below = Self.depths(
                row, plot: plot, xTextWidth: xTextWidth, centers: centers, style)
            plot.bottom = bottom - below.total
            baseline = plot.bottom + below.xBaseline
            try Self.check(plot, page)
            let maximumLabels = max(2, min(9, Int(plot.height / (2.6 * style.tickFont.size))))
            switch yAxis {
            case .slots(let names):
                column = LabelColumn(
                    slots: names.map(displayed), slot: plot.height / Double(names.count),
                    style.tickFont, maximumWidth: width * 0.3, canvas: canvas)
            case .scale(let make):
                let scale = try make(maximumLabels)
                yScale = scale
                column = LabelColumn(scale, style.tickFont, canvas: canvas)
            }
            yLines = fitting.wrapped(
                displayed(labels.y), style.axisFont, to: plot.height, maximumLines: 3)
            plot.left =
                style.margin + Double(yLines.count) * style.axisFont.lineHeight
                + column.width + style.gap * 1.2
            colorBar = try content.map {
                try ColorBar(
                    $0, height: plot.height, maximumLabels: maximumLabels, style, canvas: canvas)
            }
            plot.right = width - style.margin - (colorBar?.width ?? overhang)
            try Self.check(plot, page)
        }
        self.plot = plot
        self.style = style
        self.page = page
        (self.xAxis, self.yAxis, self.row, self.column) = (xAxis, yAxis, row, column)
        (self.xScale, self.yScale, self.colorBar) = (xScale, yScale, colorBar)
        (yLabelLines, xLabelBaseline) = (yLines, baseline)
    }

    private static func check(_ plot: Rectangle, _ page: FigureSize) throws {
        guard plot.width >= 24, plot.height >= 24 else {
            throw PlottingError.figureTooSmall(size: page)
        }
    }

    /// Below the plot, in points: the baseline of the x label, which stays above long tick labels
    /// that end beside it, and the lower edge of everything.
    private static func depths(
        _ row: LabelRow, plot: Rectangle, xTextWidth: Double, centers: (Int) -> Double,
        _ style: Style
    ) -> (xBaseline: Double, total: Double) {
        let middle = (plot.left + plot.right) / 2
        let reach = xTextWidth / 2 + style.axisFont.size
        let above =
            row.isTurned
            ? row.depth(in: (middle - reach)...(middle + reach), center: centers) : row.depth
        let baseline = xTextWidth > 0 ? above + 2.3 * style.gap + style.axisFont.capHeight : 0
        return (baseline, max(style.gap + row.depth, baseline + style.axisFont.descent))
    }

    /// x of the labels below a plot.
    private static func xCenters(
        _ axis: Axis, _ scale: ValueScale?, _ plot: Rectangle
    ) -> (Int) -> Double {
        switch axis {
        case .slots(let names):
            { plot.left + (Double($0) + 0.5) * plot.width / Double(names.count) }
        case .scale:
            { index in
                let tick = scale?.ticks[index].coordinate ?? 0
                return plot.left + (scale?.fraction(coordinate: tick) ?? 0) * plot.width
            }
        }
    }
}

extension AxisFrame {
    /// y of a place between the axis' ends, 0 at the lower end; what lies far beyond them is cut
    /// to a place off the plot.
    func y(fraction: Double) -> Double {
        plot.bottom - min(max(fraction, -1), 2) * plot.height
    }

    /// x of a place between the axis' ends, 0 at the left end; cut as `y` is.
    func x(fraction: Double) -> Double {
        plot.left + min(max(fraction, -1), 2) * plot.width
    }

    /// Width of one slot of so many.
    func slotWidth(of count: Int) -> Double { plot.width / Double(count) }

    /// x of the middle of a slot.
    func center(ofSlot index: Int, of count: Int) -> Double {
        plot.left + (Double(index) + 0.5) * slotWidth(of: count)
    }

    /// The place of a cell among rows, from the top, and columns.
    func cell(row: Int, of rows: Int, column: Int, of columns: Int) -> Rectangle {
        let (width, height) = (plot.width / Double(columns), plot.height / Double(rows))
        return Rectangle(
            left: plot.left + Double(column) * width, top: plot.top + Double(row) * height,
            right: plot.left + Double(column + 1) * width,
            bottom: plot.top + Double(row + 1) * height)
    }

    /// Draws the page, back to front: grid, data, the lines of the axes, data, text.
    ///
    /// - Parameters:
    ///   - data: draws what the lines of the axes go over; clipped to the plot.
    ///   - details: draws what goes over them; clipped to the plot.
    ///   - marks: draws what may reach over the edge of the plot.
    func draw(
        on canvas: Canvas, data: () -> Void, details: () -> Void = {}, marks: () -> Void = {}
    ) {
        drawGrid(on: canvas)
        canvas.clipped(to: plot, data)
        canvas.outline(plot, .spine, width: style.spineWidth)
        canvas.clipped(to: plot, details)
        marks()
        drawAxisLabels(on: canvas)
        colorBar?.draw(on: canvas, plot: plot, style)
        legend.draw(on: canvas, top: legendTop, center: center(width: legend.width))
        drawTitle(on: canvas)
        drawCaption(on: canvas)
    }

    /// Centre for something so wide: over the middle of the plot, or as near as the page allows.
    private func center(width: Double) -> Double {
        let reach = style.margin + width / 2
        return min(max((plot.left + plot.right) / 2, reach), page.width * 72 - reach)
    }

    private func drawGrid(on canvas: Canvas) {
        for isMajor in [false, true] {
            let color = isMajor ? Color.majorGrid : .minorGrid
            let width = isMajor ? style.gridWidth : style.minorGridWidth
            func places(_ scale: ValueScale?) -> [Double] {
                (scale?.ticks ?? []).filter { ($0.label != nil) == isMajor }
                    .compactMap { scale?.fraction(coordinate: $0.coordinate) }
            }
            for x in places(xScale).map(x(fraction:)) {
                canvas.line(
                    from: Point(x: x, y: plot.top), to: Point(x: x, y: plot.bottom), color,
                    width: width)
            }
            for y in places(yScale).map(y(fraction:)) {
                canvas.line(
                    from: Point(x: plot.left, y: y), to: Point(x: plot.right, y: y), color,
                    width: width)
            }
        }
    }

    private func drawAxisLabels(on canvas: Canvas) {
        let (tickFont, axisFont) = (style.tickFont, style.axisFont)
        column.draw(on: canvas, right: plot.left - style.gap, tickFont) { index in
            if let yScale {
                return y(fraction: yScale.fraction(coordinate: yScale.ticks[index].coordinate))
            }
            return plot.top + (Double(index) + 0.5) * plot.height / Double(column.labels.count)
        }
        row.draw(
            on: canvas, top: plot.bottom + style.gap, tickFont,
            center: Self.xCenters(xAxis, xScale, plot))
        let xCenter = center(width: canvas.width(of: xLabel, axisFont))
        canvas.text(xLabel, at: Point(x: xCenter, y: xLabelBaseline), axisFont, anchor: .middle)
        for (index, line) in yLabelLines.enumerated() {
            let x = style.margin + axisFont.capHeight + Double(index) * axisFont.lineHeight
            let place = Point(x: x, y: (plot.top + plot.bottom) / 2)
            canvas.text(line, at: place, axisFont, anchor: .middle, quarterTurn: true)
        }
    }

    private func drawTitle(on canvas: Canvas) {
        let font = style.titleFont
        for (index, line) in titleLines.enumerated() {
            let baseline = style.margin + font.capHeight + Double(index) * font.lineHeight
            let x = center(width: canvas.width(of: line, font))
            canvas.text(line, at: Point(x: x, y: baseline), font, anchor: .middle)
        }
    }

    private func drawCaption(on canvas: Canvas) {
        let font = style.captionFont
        for (index, line) in captionLines.reversed().enumerated() {
            let foot = page.height * 72 - style.margin - font.descent
            canvas.text(
                line, at: Point(x: style.margin, y: foot - Double(index) * font.lineHeight), font)
        }
    }
}

/// What of a text can appear on a page: its shapes, as far as any line could hold them.
func displayed(_ text: String) -> String {
    String(printable(text).prefix(1000))
}
