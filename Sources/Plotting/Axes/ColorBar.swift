/// The colours of a scale beside the plot, with the numbers that they stand for.
struct ColorBar {
    struct Content {
        var label: String
        var colors: ColorScale
        /// The scale with at most so many labels.
        var scale: (_ maximumLabels: Int) throws -> ValueScale
    }

    let scale: ValueScale
    /// Of all of it, from the plot's right edge, in points.
    let width: Double
    private let colors: ColorScale
    private let labelLines: [String]
    private let column: LabelColumn

    init(
        _ content: Content, height: Double, maximumLabels: Int, _ style: Style, canvas: Canvas
    ) throws {
        colors = content.colors
        scale = try content.scale(maximumLabels)
        column = LabelColumn(scale, style.tickFont, canvas: canvas)
        labelLines = TextFitting(canvas: canvas).wrapped(
            displayed(content.label), style.axisFont, to: height, maximumLines: 2)
        width =
            Self.distance(style) + Self.thickness(style) + style.gap + column.width
            + (labelLines.isEmpty ? 0 : style.gap)
            + Double(labelLines.count) * style.axisFont.lineHeight
    }

    private static func distance(_ style: Style) -> Double { 2 * style.gap }
    private static func thickness(_ style: Style) -> Double { 14 * style.scale }

    func draw(on canvas: Canvas, plot: Rectangle, _ style: Style) {
        let left = plot.right + Self.distance(style)
        let box = Rectangle(
            left: left, top: plot.top, right: left + Self.thickness(style), bottom: plot.bottom)
        canvas.fill(box, upwards: colors)
        canvas.outline(box, .spine, width: style.spineWidth)
        let right = box.right + style.gap + column.width
        column.draw(on: canvas, right: right, style.tickFont) { index in
            let fraction = scale.fraction(coordinate: scale.ticks[index].coordinate)
            return plot.bottom - fraction * plot.height
        }
        for (index, line) in labelLines.enumerated() {
            let x =
                right + style.gap + style.axisFont.capHeight
                + Double(index) * style.axisFont.lineHeight
            let place = Point(x: x, y: (plot.top + plot.bottom) / 2)
            canvas.text(line, at: place, style.axisFont, anchor: .middle, quarterTurn: true)
        }
    }
}
