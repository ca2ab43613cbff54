import Foundation

/// A matrix of values as colours, with a colour bar.
///
/// A cell whose value is missing, not finite or without a place on the scale is hatched, and the
/// legend says so.
package struct HeatMap: Chart {
    package var labels: ChartLabels
    /// Names, from the top and from the left.
    package var rows: [String]
    package var columns: [String]
    /// `[rows][columns]`; nil for a missing one.
    package var values: [[Double?]]
    /// What the values are, beside the colour bar.
    package var valueLabel: String
    package var scale: ScaleKind
    /// What the first and the last colour stand for; nil takes ends that show every value.
    package var limits: Interval?
    package var colors: ColorScale
    /// Whether cells that have room for it show their number.
    package var hasNumbers: Bool
    package var size: FigureSize

    package init(
        _ labels: ChartLabels, rows: [String], columns: [String], values: [[Double?]],
        valueLabel: String, scale: ScaleKind = .linear, limits: Interval? = nil,
        colors: ColorScale = .viridis, hasNumbers: Bool = false,
        size: FigureSize = FigureSize(width: 8, height: 5)
    ) {
        precondition(values.count == rows.count, "\(values.count) rows for \(rows.count) names")
        for row in values {
            precondition(
                row.count == columns.count, "\(row.count) values for \(columns.count) columns")
        }
        self.labels = labels
        self.rows = rows
        self.columns = columns
        self.values = values
        self.valueLabel = valueLabel
        self.scale = scale
        self.limits = limits
        self.colors = colors
        self.hasNumbers = hasNumbers
        self.size = size
    }

    package func draw(on canvas: Canvas) throws {
        let shown = values.map { $0.map { $0.flatMap { scale.shows($0) ? $0 : nil } } }
        let numbers = shown.flatMap { $0.compactMap { $0 } }
        guard !rows.isEmpty, !columns.isEmpty, !numbers.isEmpty else {
            throw PlottingError.nothingToDraw(name: valueLabel)
        }
        let bar = ColorBar.Content(label: valueLabel, colors: colors) {
            [scale, limits, valueLabel] in
            try .covering(
                ValueScale.Content(numbers), kind: scale, limits: limits, maximumLabels: $0,
                name: valueLabel)
        }
        let grid = CellGrid(rows: rows, columns: columns)
        let frame = try AxisFrame(
            labels, size: size, x: .slots(columns), y: .slots(rows),
            legend: grid.legend(
                hasMissing: numbers.count < rows.count * columns.count, Style(size)),
            colorBar: bar, canvas: canvas)
        let decimals = Self.decimals(numbers)
        grid.draw(in: frame, on: canvas) { row, column in
            shown[row][column].map { value in
                CellGrid.Cell(
                    color: colors[frame.colorScale?.fraction(value) ?? 0],
                    text: hasNumbers ? NumberLabel.fixed(value, decimals: decimals) : "")
            }
        } fittingText: {
            hasNumbers
                ? numbers.lazy.map { NumberLabel.fixed($0, decimals: decimals) }
                    .max { $0.count < $1.count } ?? "" : ""
        }
    }

    /// As many as show two digits of the largest value.
    private static func decimals(_ values: [Double]) -> Int {
        let largest = values.map(abs).max() ?? 0
        guard largest > 0 else { return 0 }
        return min(max(0, 2 - Int(log10(largest).rounded(.up))), 9)
    }
}
