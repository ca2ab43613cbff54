/// Names of the series beside their fills, in centred rows.
struct Legend {
    struct Entry {
        let label: String
        let fill: BarFill
        /// From the left end of its row.
        let offset: Double
    }

    private(set) var rows: [[Entry]] = []
    private var rowWidths: [Double] = []
    private let font: Font

    private var swatch: (width: Double, height: Double) { (1.9 * font.size, 0.8 * font.size) }
    private var swatchGap: Double { 0.55 * font.size }
    private var entryGap: Double { 1.6 * font.size }
    private var rowHeight: Double { 1.45 * font.size }

    /// Empty if no series has a label.
    init(_ series: [(label: String, fill: BarFill)], _ font: Font, width: Double, canvas: Canvas) {
        self.font = font
        let fitting = TextFitting(canvas: canvas)
        for (label, fill) in series where !label.isEmpty {
            let room = width - swatch.width - swatchGap
            let text = fitting.truncated(label, font, to: room)
            let entryWidth = swatch.width + swatchGap + canvas.width(of: text, font)
            let offset = rowWidths.last.map { $0 + entryGap } ?? 0
            if !rows.isEmpty, offset + entryWidth <= width {
                rows[rows.count - 1].append(Entry(label: text, fill: fill, offset: offset))
                rowWidths[rows.count - 1] = offset + entryWidth
            } else {
                rows.append([Entry(label: text, fill: fill, offset: 0)])
                rowWidths.append(entryWidth)
            }
        }
    }

    var width: Double { rowWidths.max() ?? 0 }
    var height: Double { Double(rows.count) * rowHeight }

    func draw(on canvas: Canvas, top: Double, center: Double, edge: Double) {
        for (index, row) in rows.enumerated() {
            let left = center - rowWidths[index] / 2
            let middle = top + (Double(index) + 0.5) * rowHeight
            for entry in row {
                let x = left + entry.offset
                let box = Rectangle(
                    left: x, top: middle - swatch.height / 2, right: x + swatch.width,
                    bottom: middle + swatch.height / 2)
                entry.fill.draw(box, on: canvas, edge: edge)
                canvas.text(
                    entry.label,
                    at: Point(x: box.right + swatchGap, y: middle + font.capHeight / 2), font)
            }
        }
    }
}
