import Plotting
import Results

/// What of the curves a figure or a table shows.
package struct LayerChartOptions: Sendable {
    package var metric = LayerMetric.probability
    package var axis = LayerAxis.blocks
    package var scale = ScaleKind.linear
    /// First and last number on the axis, inclusive; nil for all. With a last number on the axis
    /// of blocks, the output, which follows every number, is not shown.
    package var from: Int?
    package var to: Int?
    package var title: String?
    package var size = FigureSize()
    /// One a label; empty takes `Color.series`.
    package var colors: [Color] = []

    package init() {}
}

/// The chart that compares one to four curves, bars side by side at each position.
///
/// Curves with one label are seeds of one model and share their bars: mean, a whisker from the
/// smallest to the largest, and a mark for each.
///
/// - Throws: `ComparisonError` where the curves cannot share the axis or the range is empty.
package func layerChart(
    _ curves: [LayerCurve], _ options: LayerChartOptions
) throws -> GroupedBarChart {
    let aligned = try AlignedCurves(curves, options)
    let colors = options.colors.isEmpty ? Color.series : options.colors
    let series = zip(aligned.labels, aligned.readings).enumerated().map { index, pair in
        BarSeries(
            label: pair.0, color: colors[index % colors.count],
            bars: pair.1.map { reading in
                reading.map { Bar($0.mean, interval: $0.interval, marks: $0.seeds) }
            })
    }
    let suffix =
        (aligned.hasSeeds ? ", mean over seeds" : "")
        + (options.scale == .log10 ? " (log scale)" : "")
    return GroupedBarChart(
        ChartLabels(
            title: options.title ?? "", x: options.axis.title, y: options.metric.title + suffix,
            caption: comparisonNote(curves) ?? ""),
        categories: aligned.names, series: series, scale: options.scale, size: options.size)
}

/// What a figure of the curves records about its making, in a fixed order without dates.
package func figureMetadata(
    _ curves: [LayerCurve], title: String?, command: String
) -> [(key: String, value: String)] {
    var metadata = [("Software", "StateLens"), ("Command", command)]
    if let title { metadata.insert(("Title", title), at: 0) }
    if let note = comparisonNote(curves) { metadata.append(("Warning", note)) }
    for (index, curve) in curves.enumerated() {
        let run = curve.provenance.run
        let facts: [(String, String?)] = [
            ("label", curve.label), ("file", curve.provenance.path),
            ("file_sha256", curve.provenance.sha256), ("model", run.model), ("lens", run.lens),
            ("model_sha256", run.modelSHA256), ("lens_sha256", run.lensSHA256),
            ("data_sha256", run.dataSHA256), ("command", run.command),
        ]
        metadata += facts.compactMap { name, value in
            value.map { ("Result \(index + 1) \(name)", $0) }
        }
    }
    return metadata.map { (key: $0.0, value: $0.1) }
}
