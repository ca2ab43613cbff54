import Foundation
import Plotting
import Results

/// From a quantity's values to shades, the same for all that is shown together.
package struct ReadingScale: Sendable {
    package let quantity: ReadingQuantity
    package let kind: ScaleKind
    /// What the first and the last shade stand for.
    package let limits: Interval

    /// - Parameter values: all that are shown; those that are missing have no shade.
    package init(
        _ quantity: ReadingQuantity, _ values: some Sequence<Double?>, kind: ScaleKind? = nil
    ) {
        self.quantity = quantity
        let kind = kind ?? (quantity == .rank ? .log10 : .linear)
        self.kind = kind
        let known = values.compactMap(\.self).filter { $0.isFinite && kind.shows($0) }
        // Without a value any scale will do.
        let (low, high) = (known.min() ?? (kind == .log10 ? 0.1 : 0), known.max() ?? 1)
        let ends: (Double, Double) =
            switch (quantity, kind) {
            case (.probability, .linear), (.maxProbability, .linear), (.tv, .linear): (0, 1)
            case (.js, .linear): (0, log(2))
            case (.rank, _): (1, max(high, 2))
            case (.logProbability, .linear): (low, 0)
            case (.logProbabilityDifference, .linear): (low, max(high, 0))
            case (_, .linear): (0, high)
            case (_, .log10): (low, high)
            }
        // Equal ends are no scale.
        limits = Interval(ends.0, ends.1 > ends.0 ? ends.1 : ends.0 + 1) ?? .unit
    }

    /// 0 for the first shade to 1 for the last; nil where a value has none.
    package func fraction(_ value: Double?) -> Double? {
        guard let value, value.isFinite, kind.shows(value) else { return nil }
        func place(_ value: Double) -> Double { kind == .log10 ? log10(value) : value }
        let (low, high) = (place(limits.low), place(limits.high))
        let share = min(max((place(value) - low) / (high - low), 0), 1)
        // The first rank is the best, and so the last shade.
        return quantity == .rank ? 1 - share : share
    }

    /// A value in a few columns.
    package static func number(_ value: Double?, of quantity: ReadingQuantity) -> String {
        guard let value, value.isFinite else { return "-" }
        if quantity == .rank { return "\(Int(value))" }
        return decimal(value, digits: abs(value) >= 99.995 ? 0 : 2)
    }
}
