import Plotting

/// The picture of layer curves and the table beside it.
package struct LayerFigure {
    private let curves: [LayerCurve]
    private let options: LayerChartOptions
    private let chart: LayerChart

    /// - Throws: `ComparisonError` where the curves cannot share the axis or the range is empty.
    package init(_ curves: [LayerCurve], _ options: LayerChartOptions) throws {
        self.curves = curves
        self.options = options
        chart = try LayerChart(curves, options)
    }

    /// What a reader of the figure must know: how the results differ, and which values it cannot show.
    package var notes: [String] { chart.notes }

    /// What it records of its making.
    ///
    /// - Parameter command: the line that makes it; nil for a figure that does not say.
    package func metadata(command: String?) -> [(key: String, value: String)] {
        figureMetadata(title: options.title, command: command, facts: curves.facts)
    }

    /// The file, with what it says of its making.
    ///
    /// - Parameter command: as of `metadata`.
    /// - Throws: `PlottingError`.
    package func file(as format: FigureFormat, dpi: Double, command: String?) throws -> [UInt8] {
        try render(chart.chart, as: format, dpi: dpi, metadata: metadata(command: command))
    }

    /// The numbers of the chart.
    package func table() throws -> String { try layerTable(curves, options) }
}
