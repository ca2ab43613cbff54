/// Short texts in rows and columns, each over a shade: what a lens reads at each layer and position.
///
/// A text that its cell has no room for ends in an ellipsis; in cells too small to be read there are
/// shades alone. A cell without a shade is hatched, and the legend says so.
package struct TokenGrid: Chart {
    package struct Cell: Hashable, Sendable {
        package var text: String
        /// As the colour bar counts it; nil, or without a place on its scale, where there is none.
        package var shade: Double?

        package init(_ text: String, shade: Double?) {
            self.text = text
            self.shade = shade
        }
    }

    package var labels: ChartLabels
    /// Names, from the top and from the left.
    package var rows: [String]
    package var columns: [String]
    /// `[rows][columns]`.
    package var cells: [[Cell]]
    /// What a shade is, beside the colour bar.
    package var shadeLabel: String
    package var scale: ScaleKind
    /// What the first and the last colour stand for.
    package var limits: Interval
    package var colors: ColorScale
    package var size: FigureSize

    package init(
        _ labels: ChartLabels, rows: [String], columns: [String], cells: [[Cell]],
        shadeLabel: String, scale: ScaleKind = .linear, limits: Interval,
        colors: ColorScale = .blues, size: FigureSize = FigureSize(width: 8, height: 5)
    ) {
        precondition(cells.count == rows.count, "\(cells.count) rows for \(rows.count) names")
        for row in cells {
            precondition(
                row.count == columns.count, "\(row.count) cells for \(columns.count) columns")
        }
        self.labels = labels
        self.rows = rows
        self.columns = columns
        self.cells = cells
        self.shadeLabel = shadeLabel
        self.scale = scale
        self.limits = limits
        self.colors = colors
        self.size = size
    }

    package func draw(on canvas: Canvas) throws {
        guard !rows.isEmpty, !columns.isEmpty else {
            throw PlottingError.nothingToDraw(name: shadeLabel)
        }
        let bar = ColorBar.Content(label: shadeLabel, colors: colors) {
            [scale, limits, shadeLabel] in
            try .covering(
                ValueScale.Content([]), kind: scale, limits: limits, maximumLabels: $0,
                name: shadeLabel)
        }
        let grid = CellGrid(rows: rows, columns: columns)
        func shade(_ cell: Cell) -> Double? { cell.shade.flatMap { scale.shows($0) ? $0 : nil } }
        let hasMissing = cells.contains { $0.contains { shade($0) == nil } }
        let frame = try AxisFrame(
            labels, size: size, x: .slots(columns), y: .slots(rows),
            legend: grid.legend(hasMissing: hasMissing, Style(size)), colorBar: bar,
            canvas: canvas)
        grid.draw(in: frame, on: canvas) { row, column in
            let cell = cells[row][column]
            guard let shade = shade(cell) else { return nil }
            return CellGrid.Cell(
                color: colors[frame.colorScale?.fraction(shade) ?? 0], text: displayed(cell.text))
        } fittingText: {
            ""
        }
    }
}
