import Foundation

package enum ScaleKind: Hashable, Sendable {
    case linear
    case log10

    /// Whether a value has a place on such an axis.
    package func shows(_ value: Double) -> Bool {
        value.isFinite && (self == .linear || value > 0)
    }
}

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

    /// What an axis is to show. Values without a place on it are left out.
    package struct Content: Sendable {
        package var values: [Double]
        /// Shown whole on a linear axis; on a logarithmic one as far as they are above 0.
        package var intervals: [Interval]
        /// Whether lengths are read from the foot of the axis, as of bars: a linear axis then holds 0,
        /// and a logarithmic one begins below the least value.
        package var hasFoot: Bool
        /// Whether the values count something, so that ticks of a linear axis are whole numbers.
        package var isCount: Bool

        package init(
            _ values: [Double], intervals: [Interval] = [], hasFoot: Bool = false,
            isCount: Bool = false
        ) {
            self.values = values
            self.intervals = intervals
            self.hasFoot = hasFoot
            self.isCount = isCount
        }
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

    /// The scale that shows all of `content`.
    ///
    /// - Parameters:
    ///   - limits: ends that the caller prescribes.
    ///   - maximumLabels: how many tick labels find room, at least 2.
    ///   - name: what the axis shows, for messages.
    package static func covering(
        _ content: Content, kind: ScaleKind, limits: Interval?, maximumLabels: Int, name: String
    ) throws -> ValueScale {
        if let limits, limits.low >= limits.high || (kind == .log10 && limits.low <= 0) {
            throw PlottingError.unusableLimits(low: limits.low, high: limits.high, scale: kind)
        }
        let scale =
            switch kind {
            case .linear: try linear(content, limits: limits, maximumLabels: maximumLabels)
            case .log10:
                try logarithmic(content, limits: limits, maximumLabels: maximumLabels, name: name)
            }
        return limits == nil ? scale.keepingClear(of: content.intervals) : scale
    }

    /// The scale with a little more room at an end that an interval comes near, so that the cap of a
    /// whisker does not touch the frame.
    private func keepingClear(of intervals: [Interval]) -> ValueScale {
        let room = 0.015
        let ends = intervals.flatMap { [fraction($0.low), fraction($0.high)] }
        let span = upper - lower
        let isLow = ends.contains { abs($0) < room } && !(kind == .linear && lower == 0)
        let isHigh = ends.contains { abs($0 - 1) < room }
        return ValueScale(
            kind: kind, lower: isLow ? lower - room * span : lower,
            upper: isHigh ? upper + room * span : upper, ticks: ticks)
    }
}
