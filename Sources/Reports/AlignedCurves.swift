import Plotting
import Results

/// Curves side by side: one row a position on the axis, one column a label.
struct AlignedCurves {
    /// What each row is called on the axis.
    let names: [String]
    /// In the order in which the curves bring them up.
    let labels: [String]
    /// `[label][row]`; nil where the curves of a label have no such position.
    let readings: [[LayerReading?]]

    /// The union of the curves' positions within the range asked for.
    init(_ curves: [LayerCurve], _ options: LayerChartOptions) throws {
        let axis = options.axis
        var labels: [String] = []
        for curve in curves where !labels.contains(curve.label) { labels.append(curve.label) }
        guard (1...4).contains(labels.count) else {
            throw ComparisonError.wrongNumberOfResults(labels.count)
        }
        let groups = labels.map { label in curves.filter { $0.label == label } }
        for (label, group) in zip(labels, groups) where Set(group.map(\.layerCount)).count > 1 {
            throw ComparisonError.unequalSeeds(label: label, counts: group.map(\.layerCount))
        }
        let counts = Set(curves.map(\.layerCount))
        guard axis == .blocks || counts.count == 1 else {
            let pairs = curves.map { ($0.provenance.path, $0.layerCount) }
            throw ComparisonError.differentLayerCounts(Dictionary(pairs) { first, _ in first })
        }
        let last = counts.max() ?? 0
        let (first, end) = (max(1, options.from ?? 1), min(last, options.to ?? last))
        guard first <= end else {
            throw ComparisonError.emptyRange(
                from: options.from, to: options.to, axis: axis, last: last)
        }
        let range = first...end
        let showsOutput = axis == .blocks && options.to == nil
        names = range.map(String.init) + (showsOutput ? ["output"] : [])
        self.labels = labels
        readings = groups.map { group in
            let columns = group.map { $0.points(range, axis, andOutput: showsOutput) }
            return columns[0].indices.map { row in LayerReading(columns.compactMap { $0[row] }) }
        }
    }

    /// Whether a bar or a cell sums up several results.
    var hasSeeds: Bool { readings.contains { $0.contains { !($0?.seeds.isEmpty ?? true) } } }
}

/// What the results under one label say of one position.
struct LayerReading {
    /// Over the results.
    let mean: Double
    /// A single result's own interval; of several results the smallest and the largest value.
    let interval: Interval?
    /// One value a result; empty of a single one.
    let seeds: [Double]

    /// Nil without points.
    init?(_ points: [LayerCurve.Point]) {
        guard let first = points.first else { return nil }
        let values = points.map(\.mean)
        mean = values.reduce(0, +) / Double(values.count)
        if points.count == 1 {
            (interval, seeds) = (first.interval, [])
        } else {
            let range = mean.isFinite ? (values.min(), values.max()) : (nil, nil)
            interval = Interval(range.0 ?? .nan, range.1 ?? .nan)
            seeds = values
        }
    }
}

extension LayerCurve {
    /// The points at the numbers of an axis, nil where there is none; the output last, if wanted.
    fileprivate func points(
        _ range: ClosedRange<Int>, _ axis: LayerAxis, andOutput: Bool
    ) -> [Point?] {
        var row = [Point?](repeating: nil, count: range.count)
        for point in points {
            let number = axis.number(of: point.position, layerCount: layerCount)
            if let number, range.contains(number) { row[number - range.lowerBound] = point }
        }
        return row + (andOutput ? [points.first { $0.position == .output }] : [])
    }
}
