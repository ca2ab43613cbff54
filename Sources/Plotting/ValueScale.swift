import Foundation

/// Ends and ticks of a value axis.
///
/// Places on the axis are *coordinates*: the value itself on a linear axis, its log10 on a
/// logarithmic one, which keeps decades exact down to the smallest double.
package struct ValueScale: Hashable, Sendable {
    package struct Tick: Hashable, Sendable {
        package let coordinate: Double
        /// Nil for a minor grid line.
        package let label: String?
    }

    package let kind: ScaleKind
    /// Coordinates of the axis' ends, `lower < upper`.
    package let lower: Double
    package let upper: Double
    /// In rising order.
    package let ticks: [Tick]

    init(kind: ScaleKind, lower: Double, upper: Double, ticks: [Tick]) {
        self.kind = kind
        self.lower = lower
        self.upper = upper
        let slack = (upper - lower) * 1e-9
        self.ticks = ticks.filter {
            $0.coordinate >= lower - slack && $0.coordinate <= upper + slack
        }
    }

    /// Place of a value between the axis' ends, 0 at the lower end and 1 at the upper; beyond
    /// them for values that the axis does not show, and `-inf` for what has no logarithm.
    package func fraction(_ value: Double) -> Double {
        switch kind {
        case .linear: fraction(coordinate: value)
        case .log10: value > 0 ? fraction(coordinate: log10(value)) : -.infinity
        }
    }

    package func fraction(coordinate: Double) -> Double {
        (coordinate - lower) / (upper - lower)
    }

    /// The scale that shows all the bars of a chart.
    ///
    /// - Parameters:
    ///   - bars: the values that bars are drawn for, and their intervals.
    ///   - limits: ends that the caller prescribes.
    ///   - maximumLabels: how many tick labels find room, at least 2.
    package static func covering(
        _ bars: [Bar], kind: ScaleKind, limits: Interval?, maximumLabels: Int, yLabel: String
    ) throws -> ValueScale {
        if let limits, limits.low >= limits.high || (kind == .log10 && limits.low <= 0) {
            throw PlottingError.unusableLimits(low: limits.low, high: limits.high, scale: kind)
        }
        return switch kind {
        case .linear: try linear(bars, limits: limits, maximumLabels: maximumLabels)
        case .log10:
            try logarithmic(bars, limits: limits, maximumLabels: maximumLabels, yLabel: yLabel)
        }
    }
}
