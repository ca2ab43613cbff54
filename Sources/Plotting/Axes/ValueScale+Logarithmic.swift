import Foundation

extension ValueScale {
    /// From the decade below the smallest positive value (and interval end), or the half of the next
    /// if nothing is read from the foot, to 2 or 10 times the decade below the largest; decades
    /// labelled, grid lines at 2 to 9 where there is room.
    static func logarithmic(
        _ content: Content, limits: Interval?, maximumLabels: Int, name: String
    ) throws -> ValueScale {
        let values = content.values.filter(ScaleKind.log10.shows)
        let lower: Double
        let upper: Double
        if let limits {
            (lower, upper) = (log10(limits.low), log10(limits.high))
        } else {
            guard let least = values.min() else {
                throw PlottingError.nothingPositive(name: name)
            }
            let lows = content.intervals.map(\.low).filter { $0 > 0 }
            let top = end(above: log10((values + content.intervals.map(\.high)).max() ?? least))
            if content.hasFoot {
                // The margin keeps a bar that ends on a decade from having no height.
                let foot = (log10(least) - 0.02).rounded(.down)
                lower = min(foot, log10(lows.min() ?? least).rounded(.down))
                upper = top
            } else {
                lower = end(below: log10((values + lows).min() ?? least))
                upper = max(top, lower + log10(2))
            }
        }
        let decades = Int(lower.rounded(.down))...Int(upper.rounded(.up))
        return ValueScale(
            kind: .log10, lower: lower, upper: upper,
            ticks: ticks(decades, from: lower, to: upper, maximumLabels: maximumLabels))
    }

    /// The smallest of 1, 2 and 10 times a power of ten that is not below.
    private static func end(above coordinate: Double) -> Double {
        let decade = coordinate.rounded(.down)
        return [decade, decade + log10(2), decade + 1].first { $0 >= coordinate } ?? decade + 1
    }

    /// The largest of 1, 5 and 10 times a power of ten that is not above.
    private static func end(below coordinate: Double) -> Double {
        let decade = coordinate.rounded(.down)
        return [decade + log10(5), decade].first { $0 <= coordinate } ?? decade
    }

    private static func ticks(
        _ decades: ClosedRange<Int>, from lower: Double, to upper: Double, maximumLabels: Int
    ) -> [Tick] {
        let whole = decades.filter { Double($0) >= lower - 1e-9 && Double($0) <= upper + 1e-9 }
        let stride =
            [1, 2, 5, 10, 20, 50, 100, 200].first { whole.count <= $0 * maximumLabels }
            ?? 500
        // The ends of one decade alone would give the reader little to measure with.
        let labelled = upper - lower < 1.3 && maximumLabels > 3 ? [2, 5] : []
        let linesBetween = stride == 1 && whole.count <= 12
        return decades.flatMap { decade in
            let major = decade % stride == 0
            var ticks = [
                Tick(
                    coordinate: Double(decade),
                    label: major ? NumberLabel.power(1, decade, among: decades) : nil)
            ]
            for digit in linesBetween ? Array(2...9) : [] {
                let label =
                    labelled.contains(digit)
                    ? NumberLabel.power(digit, decade, among: decades) : nil
                ticks.append(
                    Tick(coordinate: Double(decade) + log10(Double(digit)), label: label))
            }
            return ticks
        }
    }
}
