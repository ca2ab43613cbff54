import Plotting

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
    /// One a curve; empty takes `Color.series`.
    package var colors: [Color] = []

    package init() {}
}

/// Curves side by side: one row a position on the axis, one column a curve.
struct AlignedCurves {
    /// What each row is called on the axis.
    let names: [String]
    /// `[curve][row]`; nil where a curve has no such position.
    let points: [[LayerCurve.Point?]]

    /// The union of the curves' positions within the range asked for.
    init(_ curves: [LayerCurve], _ options: LayerChartOptions) throws {
        let axis = options.axis
        guard (1...4).contains(curves.count) else {
            throw ResultError.wrongNumberOfResults(curves.count)
        }
        let counts = Set(curves.map(\.layerCount))
        guard axis == .blocks || counts.count == 1 else {
            let pairs = curves.map { ($0.provenance.path, $0.layerCount) }
            throw ResultError.differentLayerCounts(Dictionary(pairs) { first, _ in first })
        }
        let last = counts.max() ?? 0
        let (first, end) = (max(1, options.from ?? 1), min(last, options.to ?? last))
        guard first <= end else {
            throw ResultError.emptyRange(
                from: options.from, to: options.to, axis: axis, last: last)
        }
        let range = first...end
        let showsOutput = axis == .blocks && options.to == nil
        names = range.map(String.init) + (showsOutput ? ["output"] : [])
        points = curves.map { curve in
            var row = [LayerCurve.Point?](repeating: nil, count: range.count)
            for point in curve.points {
                let number = axis.number(of: point.position, layerCount: curve.layerCount)
                if let number, range.contains(number) { row[number - range.lowerBound] = point }
            }
            let output = curve.points.first { $0.position == .output }
            return row + (showsOutput ? [output] : [])
        }
    }
}

/// The chart that compares one to four curves, bars side by side at each position.
///
/// - Throws: `ResultError` where the curves cannot share the axis or the range is empty.
package func layerChart(
    _ curves: [LayerCurve], _ options: LayerChartOptions
) throws -> GroupedBarChart {
    let aligned = try AlignedCurves(curves, options)
    let colors = options.colors.isEmpty ? Color.series : options.colors
    let series = zip(curves, aligned.points).enumerated().map { index, pair in
        BarSeries(
            label: pair.0.label, color: colors[index % colors.count],
            bars: pair.1.map { point in point.map { Bar($0.mean, interval: $0.interval) } })
    }
    let suffix = options.scale == .log10 ? " (log scale)" : ""
    return GroupedBarChart(
        title: options.title, xLabel: options.axis.title, yLabel: options.metric.title + suffix,
        categories: aligned.names, series: series, scale: options.scale, size: options.size)
}

/// What a figure of the curves records about its making, in a fixed order without dates.
package func figureMetadata(
    _ curves: [LayerCurve], title: String?, command: String
) -> [(key: String, value: String)] {
    var metadata = [("Software", "StateLens"), ("Command", command)]
    if let title { metadata.insert(("Title", title), at: 0) }
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
