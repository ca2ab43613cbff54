import Base
import Plotting

/// The picture of layer curves and the table beside it.
package struct LayerFigure {
    private let curves: [LayerCurve]
    private let options: LayerChartOptions
    private let chart: GroupedBarChart

    /// - Throws: `ResultError` where the curves cannot share the axis or the range is empty.
    package init(_ curves: [LayerCurve], _ options: LayerChartOptions) throws {
        self.curves = curves
        self.options = options
        chart = try layerChart(curves, options)
    }

    /// What a reader of the figure must know: how the results differ, and which values it cannot show.
    package var notes: [String] {
        let reason = chart.scale == .log10 ? "no finite value above 0" : "no finite value"
        let hidden = chart.series.compactMap { series -> String? in
            let count = series.barsNotDrawn(on: chart.scale)
            guard count > 0 else { return nil }
            let positions = counted(series.bars.count, "position")
            return "\(series.label): \(count) of \(positions) \(count == 1 ? "has" : "have") "
                + "\(reason) and so no bar"
        }
        return (chart.labels.caption.isEmpty ? [] : [chart.labels.caption]) + hidden
    }

    /// The file, with what it says of its making.
    ///
    /// - Parameter command: the line that makes it.
    /// - Throws: `PlottingError`.
    package func file(as format: FigureFormat, dpi: Double, command: String) throws -> [UInt8] {
        try render(
            chart, as: format, dpi: dpi,
            metadata: figureMetadata(curves, title: options.title, command: command))
    }

    /// The numbers of the chart.
    package func table() throws -> String { try layerTable(curves, options) }
}
