import Foundation

/// Numbers of several distributions, each fixed by the seed like the numbers they come from.
extension SplitMix64 {
    /// Uniform in 0..<1, a multiple of 2⁻⁵³.
    package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in `range`.
    package mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    /// Mean 0, variance 1 (Box & Muller 1958, doi:10.1214/aoms/1177706645).
    package mutating func normal() -> Double {
        (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
    }
}
