/// Cells of rows and columns that fill the plot of a frame.
struct CellGrid {
    struct Cell {
        let color: Color
        let text: String
    }

    let rows: [String]
    let columns: [String]

    /// Cells below this width or height, in points, are too small for lines in them.
    private static let smallest = 5.0
    private static let missing = BarFill(color: Color(0xE4, 0xE4, 0xE4), index: 1)

    /// What hatched cells are, where there are any.
    func legend(hasMissing: Bool, _ style: Style) -> [Legend.Entry] {
        guard hasMissing else { return [] }
        return [
            Legend.Entry("no value") {
                Self.missing.draw($0, on: $1, edge: style.barEdgeWidth)
            }
        ]
    }

    /// - Parameters:
    ///   - cell: what a cell shows, by row and column; nil for a missing one.
    ///   - fittingText: the text that all must be legible beside, so that all have one size; empty
    ///     where each takes what its cell offers and ends in an ellipsis.
    func draw(
        in frame: AxisFrame, on canvas: Canvas, cell: (Int, Int) -> Cell?,
        fittingText: () -> String
    ) {
        let style = frame.style
        let first = frame.cell(row: 0, of: rows.count, column: 0, of: columns.count)
        let isSmall = min(first.width, first.height) < Self.smallest
        let font = font(in: first, style, fitting: fittingText(), canvas)
        frame.draw(on: canvas) {
            for row in rows.indices {
                for column in columns.indices {
                    let box = frame.cell(
                        row: row, of: rows.count, column: column, of: columns.count)
                    // Reaching under the next cells, so that no seam shows between them.
                    let under = Rectangle(
                        left: box.left, top: box.top, right: box.right + 0.5,
                        bottom: box.bottom + 0.5)
                    guard let cell = cell(row, column) else {
                        canvas.fill(under, Self.missing.color)
                        continue
                    }
                    canvas.fill(under, cell.color)
                }
            }
        } details: {
            for row in rows.indices {
                for column in columns.indices {
                    let box = frame.cell(
                        row: row, of: rows.count, column: column, of: columns.count)
                    guard let cell = cell(row, column) else {
                        if !isSmall {
                            Self.missing.draw(box, on: canvas, edge: style.barEdgeWidth)
                        }
                        continue
                    }
                    if let font, !cell.text.isEmpty {
                        draw(cell, in: box, font, on: canvas)
                    }
                }
            }
        }
    }

    private static func room(in box: Rectangle) -> Double { box.width - min(4, box.width * 0.12) }

    /// The font for the texts of cells of one size; nil where none can be read.
    private func font(
        in box: Rectangle, _ style: Style, fitting text: String, _ canvas: Canvas
    ) -> Font? {
        var font = Font(size: min(style.tickFont.size, box.height * 0.62))
        let width = canvas.width(of: text, font)
        if width > Self.room(in: box) { font.size *= Self.room(in: box) / width }
        return font.size < Style.smallestFont ? nil : font
    }

    private func draw(_ cell: Cell, in box: Rectangle, _ font: Font, on canvas: Canvas) {
        let text = TextFitting(canvas: canvas).truncated(cell.text, font, to: Self.room(in: box))
        // An ellipsis alone says nothing.
        guard text != "…", canvas.width(of: text, font) <= box.width else { return }
        let place = Point(
            x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 + font.capHeight / 2)
        canvas.text(text, at: place, font, anchor: .middle, color: cell.color.contrast)
    }
}
