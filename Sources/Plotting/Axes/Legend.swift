/// Names of what is drawn beside samples of how it looks, in centred rows.
struct Legend {
    struct Entry {
        var label: String
        /// Draws a sample that fills a box.
        let sample: (_ box: Rectangle, _ canvas: Canvas) -> Void
        /// From the left end of its row.
        fileprivate var offset = 0.0

        init(_ label: String, sample: @escaping (Rectangle, Canvas) -> Void) {
            self.label = label
            self.sample = sample
        }
    }

    private(set) var rows: [[Entry]] = []
    private var rowWidths: [Double] = []
    private let font: Font

    private var swatch: (width: Double, height: Double) { (1.9 * font.size, 0.8 * font.size) }
    private var swatchGap: Double { 0.55 * font.size }
    private var entryGap: Double { 1.6 * font.size }
    private var rowHeight: Double { 1.45 * font.size }

    /// Empty if no entry has a label.
    init(_ entries: [Entry], _ font: Font, width: Double, canvas: Canvas) {
        self.font = font
        let fitting = TextFitting(canvas: canvas)
        for var entry in entries where !entry.label.isEmpty {
            let room = width - swatch.width - swatchGap
            entry.label = fitting.truncated(entry.label, font, to: room)
            let entryWidth = swatch.width + swatchGap + canvas.width(of: entry.label, font)
            entry.offset = rowWidths.last.map { $0 + entryGap } ?? 0
            if !rows.isEmpty, entry.offset + entryWidth <= width {
                rows[rows.count - 1].append(entry)
                rowWidths[rows.count - 1] = entry.offset + entryWidth
            } else {
                entry.offset = 0
                rows.append([entry])
                rowWidths.append(entryWidth)
            }
        }
    }

    var width: Double { rowWidths.max() ?? 0 }
    var height: Double { Double(rows.count) * rowHeight }

    func draw(on canvas: Canvas, top: Double, center: Double) {
        for (index, row) in rows.enumerated() {
            let left = center - rowWidths[index] / 2
            let middle = top + (Double(index) + 0.5) * rowHeight
            for entry in row {
                let x = left + entry.offset
                let box = Rectangle(
                    left: x, top: middle - swatch.height / 2, right: x + swatch.width,
                    bottom: middle + swatch.height / 2)
                entry.sample(box, canvas)
                canvas.text(
                    entry.label,
                    at: Point(x: box.right + swatchGap, y: middle + font.capHeight / 2), font)
            }
        }
    }
}
