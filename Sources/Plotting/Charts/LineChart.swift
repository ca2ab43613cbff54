/// Lines over a numeric axis, with optional bands and marks: how something goes with steps, positions
/// or lengths.
package struct LineChart: Chart {
    /// What tells the lines apart beside the plot.
    package enum Key: Sendable {
        /// Each line's label.
        case legend
        /// One bar for all lines, whose colours are those of a scale at whole numbers.
        case colorBar(label: String, colors: ColorScale, ends: Interval)
    }

    package var labels: ChartLabels
    /// Later ones are drawn over earlier ones.
    package var series: [LineSeries]
    package var xScale: ScaleKind
    package var yScale: ScaleKind
    /// Whether x counts something: steps, positions.
    package var countsX: Bool
    /// Ends of the axis below; nil takes ends that show every point.
    package var xLimits: Interval?
    /// Ends of the value axis; nil takes ends that show every point and band.
    package var limits: Interval?
    package var key: Key
    package var size: FigureSize

    package init(
        _ labels: ChartLabels, series: [LineSeries], xScale: ScaleKind = .linear,
        yScale: ScaleKind = .linear, countsX: Bool = false, xLimits: Interval? = nil,
        limits: Interval? = nil, key: Key = .legend,
        size: FigureSize = FigureSize(width: 8, height: 5)
    ) {
        self.labels = labels
        self.series = series
        self.xScale = xScale
        self.yScale = yScale
        self.countsX = countsX
        self.xLimits = xLimits
        self.limits = limits
        self.key = key
        self.size = size
    }

    /// How many points of a line have no place on the axes.
    package func pointsNotDrawn(of series: LineSeries) -> Int {
        series.points.count { !isDrawn($0) }
    }

    private func isDrawn(_ point: LinePoint) -> Bool {
        xScale.shows(point.x) && yScale.shows(point.y)
    }
}

package struct LineSeries: Sendable {
    package enum Stroke: Sendable {
        case solid
        case dashed
        case dotted
    }

    package var label: String
    package var color: Color
    package var stroke: Stroke
    /// Whether each point has a mark; a point between two without a place has one anyway.
    package var hasMarks: Bool
    /// Joined in this order; a point that the axes do not show breaks the line. The interval of a lone
    /// point is a whisker.
    package var points: [LinePoint]

    package init(
        label: String, color: Color, stroke: Stroke = .solid, hasMarks: Bool = false,
        points: [LinePoint]
    ) {
        self.label = label
        self.color = color
        self.stroke = stroke
        self.hasMarks = hasMarks
        self.points = points
    }
}

package struct LinePoint: Hashable, Sendable {
    package var x: Double
    package var y: Double
    /// Part of the band around the line.
    package var interval: Interval?

    package init(_ x: Double, _ y: Double, interval: Interval? = nil) {
        self.x = x
        self.y = y
        self.interval = interval
    }
}

extension LineChart {
    package func draw(on canvas: Canvas) throws {
        let drawn = series.flatMap(\.points).filter(isDrawn)
        guard !drawn.isEmpty else { throw PlottingError.nothingToDraw(name: labels.y) }
        let xContent = ValueScale.Content(drawn.map(\.x), isCount: countsX)
        let yContent = ValueScale.Content(drawn.map(\.y), intervals: drawn.compactMap(\.interval))
        let style = Style(size)
        var entries: [Legend.Entry] = []
        var bar: ColorBar.Content?
        switch key {
        case .legend:
            entries = series.map { series in
                Legend.Entry(displayed(series.label)) { box, canvas in
                    series.drawSample(in: box, on: canvas, style)
                }
            }
        case .colorBar(let label, let colors, let ends):
            bar = ColorBar.Content(label: label, colors: colors) {
                try .covering(
                    ValueScale.Content([], isCount: true), kind: .linear, limits: ends,
                    maximumLabels: $0,
                    name: label)
            }
        }
        let frame = try AxisFrame(
            labels, size: size,
            x: .scale { [xScale, xLimits, labels] in
                try .covering(
                    xContent, kind: xScale, limits: xLimits, maximumLabels: $0, name: labels.x)
            },
            y: .scale { [yScale, limits, labels] in
                try .covering(
                    yContent, kind: yScale, limits: limits, maximumLabels: $0, name: labels.y)
            },
            legend: entries, colorBar: bar, canvas: canvas)
        frame.draw(on: canvas) {
            for series in series { drawBand(series, in: frame, on: canvas) }
        } details: {
            for series in series { drawLine(series, in: frame, on: canvas) }
        } marks: {
            for series in series { drawMarks(series, in: frame, on: canvas) }
        }
    }

    /// The stretches of a line between points that have no place, as places on the page.
    private func stretches(_ series: LineSeries) -> [ArraySlice<LinePoint>] {
        series.points.split { !isDrawn($0) }
    }

    private func drawBand(_ series: LineSeries, in frame: AxisFrame, on canvas: Canvas) {
        for stretch in stretches(series) {
            for part in stretch.split(whereSeparator: { $0.interval == nil }) where part.count > 1 {
                let high = part.compactMap { point in
                    point.interval.map { frame.place(point.x, $0.high) }
                }
                let low = part.compactMap { point in
                    point.interval.map { frame.place(point.x, $0.low) }
                }
                canvas.fill(high + low.reversed(), series.color, opacity: 0.25)
            }
        }
    }

    private func drawLine(_ series: LineSeries, in frame: AxisFrame, on canvas: Canvas) {
        for stretch in stretches(series) {
            let places = stretch.map { frame.place($0.x, $0.y) }
            series.drawLine(through: places, on: canvas, frame.style)
        }
    }

    private func drawMarks(_ series: LineSeries, in frame: AxisFrame, on canvas: Canvas) {
        for stretch in stretches(series) where series.hasMarks || stretch.count == 1 {
            if stretch.count == 1, let point = stretch.first, let interval = point.interval {
                let ends = [interval.low, interval.high].map { frame.place(point.x, $0) }
                canvas.clipped(to: frame.plot) {
                    canvas.line(through: ends, series.color, width: frame.style.lineWidth)
                }
            }
            for place in stretch.map({ frame.place($0.x, $0.y) }) where frame.plot.contains(place) {
                series.drawMark(at: place, on: canvas, frame.style)
            }
        }
    }
}

extension LineSeries {
    fileprivate func drawLine(through places: [Point], on canvas: Canvas, _ style: Style) {
        let width = style.lineWidth
        let dashes: [Double] =
            switch stroke {
            case .solid: []
            case .dashed: [4 * width, 2.5 * width]
            case .dotted: [width, 1.6 * width]
            }
        canvas.line(through: places, color, width: width, dashes: dashes)
    }

    fileprivate func drawMark(at place: Point, on canvas: Canvas, _ style: Style) {
        let radius = style.lineMarkRadius
        canvas.disc(place, radius: radius, .white)
        canvas.disc(place, radius: radius - 0.3 * style.lineWidth, color)
    }

    /// A piece of the line, with its band if it has one.
    fileprivate func drawSample(in box: Rectangle, on canvas: Canvas, _ style: Style) {
        let middle = (box.top + box.bottom) / 2
        if points.contains(where: { $0.interval != nil }) {
            let corners = [
                Point(x: box.left, y: box.top), Point(x: box.right, y: box.top),
                Point(x: box.right, y: box.bottom), Point(x: box.left, y: box.bottom),
            ]
            canvas.fill(corners, color, opacity: 0.25)
        }
        let ends = [Point(x: box.left, y: middle), Point(x: box.right, y: middle)]
        drawLine(through: ends, on: canvas, style)
        if hasMarks {
            drawMark(at: Point(x: (box.left + box.right) / 2, y: middle), on: canvas, style)
        }
    }
}

extension AxisFrame {
    /// The place of a point, on axes that are both scales.
    fileprivate func place(_ x: Double, _ y: Double) -> Point {
        Point(
            x: self.x(fraction: xScale?.fraction(x) ?? 0),
            y: self.y(fraction: yScale?.fraction(y) ?? 0))
    }
}
