import Plotting
import Tokenization

/// Hidden attention as heat maps, one below the other: a row for each head, or of one head for each reading
/// position.
package struct AttentionFigure {
    /// One map.
    package struct Part: Sendable {
        package let name: String
        package let rows: [String]
        /// M, `[rows][pos]`.
        package let values: [[Float]]

        package init(name: String, rows: [String], values: [[Float]]) {
            self.name = name
            self.rows = rows
            self.values = values
        }
    }

    private let chart: StackedCharts
    /// More of them are on no page that a picture can have.
    package static let mostParts = 24

    /// - Parameters:
    ///   - rowLabel: what rows are.
    ///   - isLogarithmic: whether |M| is shown, on a logarithmic scale.
    ///   - width: in inches; nil for as wide as the positions need.
    ///   - height: of each map, in inches; nil for as high as the rows need.
    package init(
        _ parts: [Part], tokens: [String], rowLabel: String, isLogarithmic: Bool, title: String?,
        width: Double?, height: Double?
    ) {
        let highest = 60 / Double(max(1, parts.count))
        chart = StackedCharts(
            parts.map { part in
                let size = FigureSize(
                    width: width ?? min(max(6, 2 + 0.28 * Double(tokens.count)), 30),
                    height: height
                        ?? min(max(2.5, 1.6 + 0.18 * Double(part.rows.count)), highest))
                return HeatMap(
                    ChartLabels(title: title ?? part.name, x: "Text", y: rowLabel),
                    rows: part.rows, columns: tokens.map(readable),
                    values: part.values.map {
                        $0.map { isLogarithmic ? Double(abs($0)) : Double($0) }
                    },
                    valueLabel: isLogarithmic ? "|M|, log scale" : "M",
                    scale: isLogarithmic ? .log10 : .linear, size: size)
            })
    }

    /// The file, with what it says of its making.
    ///
    /// - Throws: `PlottingError`.
    package func file(
        as format: FigureFormat, dpi: Double, metadata: [(key: String, value: String)]
    ) throws -> [UInt8] {
        try render(
            chart, as: format, dpi: dpi,
            metadata: [(key: "Software", value: "StateLens")] + metadata)
    }
}
