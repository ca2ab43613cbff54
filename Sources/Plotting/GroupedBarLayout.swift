import Foundation

/// Where the parts of a grouped bar chart stand on the page.
struct GroupedBarLayout {
    let chart: GroupedBarChart
    let style: Style
    let fills: [BarFill]
    let titleLines: [String]
    let yLabelLines: [String]
    let xLabel: String
    let xLabelBaseline: Double
    let legend: Legend
    let legendTop: Double
    let categoryAxis: CategoryAxis
    let scale: ValueScale
    /// The area between the axes.
    let plot: Rectangle

    /// - Throws: `PlottingError` if labels leave no room, or the values fit no such axis.
    init(_ chart: GroupedBarChart, canvas: Canvas) throws {
        self.chart = chart
        let style = Style(chart.size)
        self.style = style
        let fitting = TextFitting(canvas: canvas)
        let page = (width: chart.size.width * 72, height: chart.size.height * 72)
        let inner = page.width - 2 * style.margin
        fills = chart.series.enumerated().map { BarFill(color: $0.element.color, index: $0.offset) }

        titleLines =
            chart.title.map {
                fitting.wrapped(printable($0), style.titleFont, to: inner, maximumLines: 3)
            } ?? []
        legendTop = style.margin + Double(titleLines.count) * style.titleFont.lineHeight
        let entries = zip(chart.series, fills).map { (printable($0.label), $1) }
        legend = Legend(entries, style.legendFont, width: inner, canvas: canvas)
        let top = legendTop + legend.height + style.gap
        xLabel = fitting.truncated(printable(chart.xLabel), style.axisFont, to: inner)

        // Margins depend on the tick labels, those on the plot's size, and that on the margins.
        // Starting from the widest plot, three rounds settle it.
        let names = chart.categories.map(printable)
        let bars = chart.series.flatMap { $0.bars.compactMap { $0 } }
        let xLabelWidth = canvas.width(of: xLabel, style.axisFont)
        var plot = Rectangle(
            left: style.margin, top: top, right: page.width - style.margin,
            bottom: page.height - style.margin)
        var fitted: (axis: CategoryAxis, scale: ValueScale, yLines: [String], baseline: Double)?
        for _ in 0..<3 {
            let axis = CategoryAxis(
                names, slot: max(1, plot.width) / Double(names.count), style.tickFont,
                maximumDepth: page.height * 0.3, canvas: canvas)
            let below = Self.depths(
                axis, plot: plot, xLabelWidth: xLabelWidth, count: names.count, style)
            plot.bottom = page.height - style.margin - below.total
            guard plot.width >= 24, plot.height >= 24 else {
                throw PlottingError.figureTooSmall(size: chart.size)
            }
            let scale = try ValueScale.covering(
                bars, kind: chart.scale, limits: chart.limits,
                maximumLabels: max(2, min(9, Int(plot.height / (2.6 * style.tickFont.size)))),
                yLabel: printable(chart.yLabel))
            let yLines = fitting.wrapped(
                printable(chart.yLabel), style.axisFont, to: plot.height, maximumLines: 2)
            let labelWidth =
                scale.ticks.compactMap(\.label)
                .map { canvas.width(of: $0, style.tickFont) }.max() ?? 0
            plot.left =
                style.margin + Double(yLines.count) * style.axisFont.lineHeight + labelWidth
                + style.gap * 1.2
            fitted = (axis, scale, yLines, plot.bottom + below.xBaseline)
        }
        guard let fitted, plot.width >= 24 else {
            throw PlottingError.figureTooSmall(size: chart.size)
        }
        self.plot = plot
        categoryAxis = fitted.axis
        scale = fitted.scale
        yLabelLines = fitted.yLines
        xLabelBaseline = fitted.baseline
    }

    /// Below the plot, in points: the baseline of the x label, which stays above long tick labels
    /// that end beside it, and the lower edge of everything.
    private static func depths(
        _ axis: CategoryAxis, plot: Rectangle, xLabelWidth: Double, count: Int, _ style: Style
    ) -> (xBaseline: Double, total: Double) {
        let middle = (plot.left + plot.right) / 2
        let reach = xLabelWidth / 2 + style.axisFont.size
        let above = axis.depth(in: (middle - reach)...(middle + reach)) { index in
            plot.left + (Double(index) + 0.5) * plot.width / Double(count)
        }
        let baseline =
            xLabelWidth > 0 ? above + 2.3 * style.gap + style.axisFont.capHeight : 0
        let total = max(style.gap + axis.depth, baseline + style.axisFont.descent)
        return (baseline, total)
    }

    /// y of a place between the axis' ends; 0 is the lower end.
    func y(fraction: Double) -> Double {
        plot.bottom - min(max(fraction, -1), 2) * plot.height
    }

    var slot: Double { plot.width / Double(chart.categories.count) }

    func center(ofCategory index: Int) -> Double { plot.left + (Double(index) + 0.5) * slot }

    /// Horizontal extent of a bar.
    func extent(series: Int, category: Int) -> (left: Double, right: Double) {
        let width = slot * style.groupWidth / Double(chart.series.count)
        let left =
            center(ofCategory: category) - slot * style.groupWidth / 2 + Double(series) * width
        return (left, left + width)
    }
}
