import Plotting
import Results
import Tokenization

/// Readings as grids for a paper, one below the other: tokens over shades, as far as cells have room.
package struct ReadingFigure {
    private let readings: [ReadingResult]
    private let title: String?
    private let chart: StackedCharts

    /// - Parameters:
    ///   - scale: of all of them.
    ///   - title: above the first; nil for the names of the readings.
    ///   - width: in inches; nil for as wide as the positions need.
    ///   - height: of each grid, in inches; nil for as high as the blocks need.
    package init(
        _ readings: [ReadingResult], scale: ReadingScale, title: String? = nil,
        width: Double? = nil, height: Double? = nil
    ) {
        self.readings = readings
        self.title = title
        // All of them on a page that a picture can have.
        let highest = max(3, 60 / Double(readings.count))
        chart = StackedCharts(
            readings.map { reading in
                let size = Self.size(reading, highest: highest)
                return Self.grid(
                    reading, scale, title: title ?? reading.name,
                    size: FigureSize(
                        width: width ?? size.width, height: height ?? size.height))
            })
    }

    /// Cells in which about eight letters can be read, within what a page can bear.
    private static func size(_ reading: ReadingResult, highest: Double) -> FigureSize {
        FigureSize(
            width: min(max(6, 2 + 0.62 * Double(reading.positions.count)), 30),
            height: min(max(3, 1.6 + 0.22 * Double(reading.blocks.count + 1)), highest))
    }

    private static func grid(
        _ reading: ReadingResult, _ scale: ReadingScale, title: String, size: FigureSize
    ) -> TokenGrid {
        let rows = reading.shownRows
        let cells = rows.map { _, row in
            zip(row.top, row[scale.quantity]).map { top, value in
                TokenGrid.Cell(top.first.map { readable($0.token) } ?? "", shade: value)
            }
        }
        // The first rank is the best, and so the darkest.
        let colors = scale.quantity == .rank ? ColorScale.blues.reversed : .blues
        return TokenGrid(
            ChartLabels(title: title, x: "Text", y: "Blocks completed"),
            rows: rows.map(\.name), columns: reading.tokens.map(readable), cells: cells,
            shadeLabel: scale.quantity.title + (scale.kind == .log10 ? ", log scale" : ""),
            scale: scale.kind, limits: scale.limits, colors: colors, size: size)
    }

    /// The file, with what it says of its making.
    ///
    /// - Parameter command: the line that makes it; nil for none of it.
    /// - Throws: `PlottingError`.
    package func file(as format: FigureFormat, dpi: Double, command: String?) throws -> [UInt8] {
        let facts = readings.enumerated().flatMap { index, reading in
            let facts: [(String, String?)] = [
                ("name", reading.name), ("model", reading.run.model), ("lens", reading.run.lens),
                ("model_sha256", reading.run.modelSHA256),
                ("lens_sha256", reading.run.lensSHA256), ("text_sha256", reading.run.dataSHA256),
            ]
            return facts.compactMap { name, value in
                value.map { (key: "Reading \(index + 1) \(name)", value: $0) }
            }
        }
        return try render(
            chart, as: format, dpi: dpi,
            metadata: figureMetadata(title: title, command: command, facts: facts))
    }
}
