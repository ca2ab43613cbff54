import Randomness

/// A mean over prompts with its uncertainty.
package struct Estimate: Codable, Sendable, Equatable {
    package let mean: Double
    /// 95% bootstrap interval of the mean: `[lower, upper]`; nil of a single prompt, which says nothing
    /// of others.
    package let ci95: [Double]?

    package init(mean: Double, ci95: [Double]?) {
        self.mean = mean
        self.ci95 = ci95
    }
}

/// What lies below a quarter, a half and three quarters of some values.
package struct Quartiles: Equatable, Sendable {
    package let lower: Double
    package let median: Double
    package let upper: Double

    /// Linear between the two nearest values, as NumPy's default.
    ///
    /// - Parameter values: at least one, none of them NaN.
    package init(of values: [Double]) {
        let sorted = values.sorted()
        func quantile(_ share: Double) -> Double {
            let place = share * Double(sorted.count - 1)
            let (index, rest) = (Int(place), place - place.rounded(.down))
            // An infinite neighbour is not asked where it has no share.
            return rest == 0
                ? sorted[index] : sorted[index] * (1 - rest) + sorted[index + 1] * rest
        }
        (lower, median, upper) = (quantile(0.25), quantile(0.5), quantile(0.75))
    }
}

/// Resamples of `count` prompts, drawn once and used for every layer and metric, so that their
/// intervals move together.
///
/// - SeeAlso: Efron & Tibshirani 1993, *An Introduction to the Bootstrap*, chapter 13 (percentile
///   intervals).
struct Bootstrap {
    private static let resamples = 1000
    private let count: Int
    /// `[resamples, count]`: indices of prompts, drawn with replacement.
    private let draws: [Int32]

    init(count: Int, seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        self.count = count
        draws = (0..<Self.resamples * count).map { _ in
            Int32(generator.next(below: UInt64(count)))
        }
    }

    /// - Parameter values: one for each prompt.
    func estimate(_ values: [Double]) -> Estimate {
        precondition(values.count == count, "\(values.count) values, \(count) prompts")
        guard count > 1 else { return Estimate(mean: values[0], ci95: nil) }
        let means = draws.withUnsafeBufferPointer { draws in
            values.withUnsafeBufferPointer { values in
                (0..<Self.resamples).map { resample in
                    var sum = 0.0
                    for i in resample * count..<(resample + 1) * count {
                        sum += values[Int(draws[i])]
                    }
                    return sum / Double(count)
                }.sorted()
            }
        }
        return Estimate(
            mean: values.reduce(0, +) / Double(count),
            ci95: [means[Self.resamples / 40], means[Self.resamples - 1 - Self.resamples / 40]])
    }
}
