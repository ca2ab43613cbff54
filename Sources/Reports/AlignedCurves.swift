import Plotting
import Results

/// Curves side by side: one row a position on the axis, one column a name.
struct AlignedCurves {
    struct Column {
        let name: String
        /// Among the models, in the order in which the curves bring them up.
        let model: Int
        /// Whether it goes with another column of the same model: the logit lens beside the tuned one.
        let isBaseline: Bool
        /// N, the number of blocks of its models.
        let layerCount: Int
        /// By row; nil where the curves have no such position.
        let readings: [LayerReading?]
    }

    /// Of the rows, as the axis counts, ascending; of a share of the depth, the blocks that it is a share of.
    let numbers: [Int]
    /// Whether a row for the models' own output follows the numbered ones.
    private(set) var hasOutput: Bool
    /// What they all show.
    let quantity: CurveQuantity
    /// In the order in which the curves bring their names up.
    private(set) var columns: [Column]

    /// The union of the curves' positions, as far as they are asked for.
    init(_ curves: [LayerCurve], _ options: LayerChartOptions) throws {
        let axis = options.axis
        let models = curves.map(\.label).unique
        guard let first = curves.first, (1...4).contains(models.count) else {
            throw ComparisonError.wrongNumberOfResults(models.count)
        }
        quantity = first.quantity
        if let other = curves.first(where: { $0.quantity != first.quantity }) {
            throw ComparisonError.differentQuantities(
                paths: [first, other].map(\.provenance.path),
                titles: [first, other].map(\.quantity.title))
        }
        let names = curves.map(\.name).unique
        let groups = names.map { name in curves.filter { $0.name == name } }
        for (name, group) in zip(names, groups) where Set(group.map(\.layerCount)).count > 1 {
            throw ComparisonError.unequalSeeds(label: name, counts: group.map(\.layerCount))
        }
        let counts = Set(curves.map(\.layerCount))
        guard axis != .published || counts.count == 1 else {
            let pairs = curves.map { ($0.provenance.path, $0.layerCount) }
            throw ComparisonError.differentLayerCounts(Dictionary(pairs) { first, _ in first })
        }
        let all = axis.numbers(of: curves)
        let chosen = options.numbers.map { $0.filter(all.contains) } ?? Array(all)
        guard let end = chosen.last else {
            throw ComparisonError.nothingChosen(axis: axis, numbers: all)
        }
        let hasOutput = axis != .published && end == all.upperBound
        let numbers = chosen.dropLast(hasOutput ? 1 : 0).map(\.self)
        self.numbers = numbers
        self.hasOutput = hasOutput
        columns = zip(names, groups).map { name, group in
            let points = group.map { $0.points(numbers, axis, andOutput: hasOutput) }
            let label = group[0].label
            return Column(
                name: name, model: models.firstIndex(of: label) ?? 0,
                isBaseline: group[0].lens == .logit
                    && curves.contains { $0.label == label && $0.lens == .tuned },
                layerCount: group[0].layerCount,
                readings: points[0].indices.map { row in
                    LayerReading(points.compactMap { $0[row] })
                })
        }
    }

    /// What each row is called on the axis.
    var rowNames: [String] { numbers.map(String.init) + (hasOutput ? ["output"] : []) }

    /// Whether a bar or a cell sums up several results.
    var hasSeeds: Bool {
        columns.contains { $0.readings.contains { !($0?.seeds.isEmpty ?? true) } }
    }

    /// Whether the row of the output says once more what the rows of the last blocks say, as it does for a
    /// lens that leaves the last stream as it is.
    var repeatsLastBlock: Bool {
        hasOutput
            && columns.allSatisfy { column in
                guard let row = numbers.firstIndex(of: column.layerCount),
                    let last = column.readings[row],
                    let output = column.readings[numbers.count]
                else { return false }
                return last.isAlike(output, rounding: quantity.least)
            }
    }

    /// Without the row of the output, if it says what other rows say.
    var withoutRepetition: AlignedCurves {
        guard repeatsLastBlock else { return self }
        var aligned = self
        aligned.hasOutput = false
        aligned.columns = columns.map { column in
            Column(
                name: column.name, model: column.model, isBaseline: column.isBaseline,
                layerCount: column.layerCount, readings: column.readings.dropLast())
        }
        return aligned
    }
}

extension [String] {
    /// Each once, where it comes first.
    fileprivate var unique: [String] {
        reduce(into: []) { seen, name in if !seen.contains(name) { seen.append(name) } }
    }
}

/// What the results under one name say of one position.
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

    /// Whether another reading has values that differ by rounding alone.
    ///
    /// - Parameter rounding: by how much values differ that are both 0 but for rounding.
    func isAlike(_ other: LayerReading, rounding: Double) -> Bool {
        zip([mean] + seeds, [other.mean] + other.seeds).allSatisfy { one, other in
            abs(one - other) <= max(rounding, 1e-5 * max(abs(one), abs(other)))
        }
    }
}

extension LayerAxis {
    /// What can be chosen on it; on that of blocks, one more than the last is the models' own output.
    package func numbers(of curves: [LayerCurve]) -> ClosedRange<Int> {
        let last = curves.map(\.layerCount).max() ?? 1
        return 1...(self == .published ? last : last + 1)
    }
}

extension LayerCurve {
    /// The points at the numbers of an axis, nil where there is none; the output last, if wanted.
    fileprivate func points(
        _ numbers: [Int], _ axis: LayerAxis, andOutput: Bool
    ) -> [Point?] {
        let numbered = points.compactMap { point in
            axis.number(of: point.position, layerCount: layerCount).map { ($0, point) }
        }
        let byNumber = Dictionary(numbered) { _, last in last }
        return numbers.map { byNumber[$0] }
            + (andOutput ? [points.first { $0.position == .output }] : [])
    }
}
