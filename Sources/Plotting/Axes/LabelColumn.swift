/// Labels at the left of the plot: of a column of equal slots, from the top, or of the ticks of a
/// scale.
struct LabelColumn {
    static let none = LabelColumn(labels: [], width: 0)

    /// In order; nil where a label is left out.
    let labels: [String?]
    /// Of the widest one in points.
    let width: Double

    private init(labels: [String?], width: Double) {
        (self.labels, self.width) = (labels, width)
    }

    init(_ scale: ValueScale, _ font: Font, canvas: Canvas) {
        labels = scale.ticks.map(\.label)
        width = labels.compactMap { $0 }.map { canvas.width(of: $0, font) }.max() ?? 0
    }

    /// Where lines would collide, every so manyth is shown.
    ///
    /// - Parameters:
    ///   - slot: height of one slot in points.
    ///   - maximumWidth: longer labels end in an ellipsis.
    init(
        slots names: [String], slot: Double, _ font: Font, maximumWidth: Double, canvas: Canvas
    ) {
        let fitting = TextFitting(canvas: canvas)
        let needed = Int((font.size / max(slot, 1e-3)).rounded(.up))
        var step = 1
        while step < needed {
            let leading = Int(String(String(step).first ?? "1"))
            step = leading == 2 ? step / 2 * 5 : step * 2
        }
        labels = names.enumerated().map { index, name in
            index.isMultiple(of: step) ? fitting.truncated(name, font, to: maximumWidth) : nil
        }
        width = labels.compactMap { $0 }.map { canvas.width(of: $0, font) }.max() ?? 0
    }

    /// - Parameters:
    ///   - right: the right end of the labels.
    ///   - middle: y of a label's middle.
    func draw(on canvas: Canvas, right: Double, _ font: Font, middle: (Int) -> Double) {
        for (index, label) in labels.enumerated() {
            guard let label else { continue }
            let place = Point(x: right, y: middle(index) + font.capHeight / 2)
            canvas.text(label, at: place, font, anchor: .end)
        }
    }
}
