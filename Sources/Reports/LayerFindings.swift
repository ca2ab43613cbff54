import Base
import Foundation

/// What the layer curves of two models say, in three sentences.
///
/// Everything is computed from means over the curves with one label, the seeds of a model.
package struct LayerFindings {
    /// First blocks after which the mean stays above half of the output's, by label; nil if
    /// not even after the last.
    package let settled: [(label: String, output: Double, blocks: Int?)]
    /// Where the two means are furthest apart.
    package let widest: Gap

    package struct Gap: Equatable {
        package let blocks: Int
        /// One a label, in the order of the labels.
        package let means: [Double]
        /// Largest less smallest value of a seed after as many blocks, the larger of the two
        /// models'; nil where both have one seed.
        package let spread: Double?

        package var width: Double { abs(means[0] - means[1]) }

        package init(blocks: Int, means: [Double], spread: Double?) {
            self.blocks = blocks
            self.means = means
            self.spread = spread
        }
    }

    private let labels: [String]
    /// How many seeds each model has.
    private let seedCounts: [Int]

    /// The smallest p that a two-sided permutation test of the two models' seeds can give: of all ways to
    /// divide the seeds into two such groups, one is the most extreme on each side.
    package var smallestP: Double {
        let (all, first) = (seedCounts[0] + seedCounts[1], seedCounts[0])
        let ways = (0..<first).reduce(1.0) { $0 * Double(all - $1) / Double($1 + 1) }
        return min(1, 2 / ways)
    }

    /// - Parameter curves: of two labels, with finite means.
    /// - Throws: `ComparisonError` as `LayerChart` does.
    package init(_ curves: [LayerCurve]) throws {
        let aligned = try AlignedCurves(curves, LayerChartOptions())
        precondition(
            aligned.columns.count == 2, "findings compare 2 models, not \(aligned.columns.count)")
        labels = aligned.columns.map(\.name)
        seedCounts = labels.map { label in curves.count { $0.name == label } }
        settled = aligned.columns.map { column in
            let means = column.readings.compactMap { $0?.mean }
            let output = means[means.count - 1]
            return (column.name, output, firstHalf(of: means.dropLast(), output: output))
        }
        let gaps = aligned.rowNames.dropLast().indices.compactMap { row -> Gap? in
            let readings = aligned.columns.compactMap { $0.readings[row] }
            guard readings.count == 2 else { return nil }
            let spreads = readings.compactMap { reading in
                reading.seeds.isEmpty ? nil : reading.interval.map { $0.high - $0.low }
            }
            return Gap(blocks: row + 1, means: readings.map(\.mean), spread: spreads.max())
        }
        widest = gaps.max { $0.width < $1.width } ?? Gap(blocks: 0, means: [0, 0], spread: nil)
    }

    package var text: String {
        let halves = settled.map { label, output, blocks in
            let since = blocks.map { "from block \($0) on" } ?? "at no block before its output"
            return "in \(label) \(since) (output \(decimal(output, digits: 3)))"
        }
        let means = zip(labels, widest.means).map { "\($0) \(decimal($1, digits: 3))" }
        let comparison =
            switch widest.spread {
            case nil: "with one seed each, the seed may be the reason"
            case let spread?:
                "\(widest.width > spread ? "more" : "no more") than the "
                    + "\(decimal(spread, digits: 3)) by which seeds of one model differ there"
            }
        let limit =
            widest.spread == nil
            ? ""
            : "\n\(counted(seedCounts[0], "seed")) against \(seedCounts[1]) cannot show a difference"
                + " beyond p = \(String(format: "%.2g", smallestP)), however far apart the curves are."
        return """
            The lens gives the right answer more than half of its final probability \
            \(halves.joined(separator: ", ")).
            The two models are furthest apart after block \(widest.blocks), \
            \(means.joined(separator: " against ")): \(decimal(widest.width, digits: 3)), \
            \(comparison).\(limit)
            """
    }
}

/// The number of blocks from which on the values after them stay above half of the output's; nil where
/// not even the last does.
func firstHalf(of values: some BidirectionalCollection<Double>, output: Double) -> Int? {
    let late = values.reversed().prefix { $0 > output / 2 }.count
    return late == 0 ? nil : values.count + 1 - late
}
