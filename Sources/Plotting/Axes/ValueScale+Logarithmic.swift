import Foundation

extension ValueScale {
    /// Ends at 1, 2 or 5 times a power of ten below the smallest and above the largest positive value
    /// and interval end; decades labelled, grid lines at 2 to 9 where there is room.
    static func logarithmic(
        _ content: Content, limits: Interval?, maximumLabels: Int, name: String
    ) throws -> ValueScale {
        let values = content.values.filter(ScaleKind.log10.shows)
        let lower: Double
        let upper: Double
        if let limits {
            (lower, upper) = (log10(limits.low), log10(limits.high))
        } else {
            guard let least = values.min(), let largest = values.max() else {
                throw PlottingError.nothingPositive(name: name)
            }
            let low = content.intervals.map(\.low).filter { $0 > 0 }.min() ?? least
            let high = content.intervals.map(\.high).max() ?? largest
            // Room below the least value gives its bar a height.
            let foot = log10(least) - (content.hasFoot ? 0.1 : 0)
            lower = end(below: min(foot, log10(low)))
            upper = max(end(above: log10(max(largest, high))), lower + log10(2))
        }
        let decades = Int(lower.rounded(.down))...Int(upper.rounded(.up))
        return ValueScale(
            kind: .log10, lower: lower, upper: upper,
            ticks: ticks(decades, from: lower, to: upper, maximumLabels: maximumLabels))
    }

    private static let steps: [Double] = [0, log10(2.0), log10(5.0), 1]
    /// Of a coordinate.
    private static let rounding = 1e-9

    /// The smallest of 1, 2, 5 and 10 times a power of ten that is not below.
    private static func end(above coordinate: Double) -> Double {
        let decade = coordinate.rounded(.down)
        return steps.map { decade + $0 }.first { $0 >= coordinate - rounding }
            ?? decade + 1
    }

    /// The largest of 1, 2 and 5 times a power of ten that is not above.
    private static func end(below coordinate: Double) -> Double {
        let decade = coordinate.rounded(.down)
        return steps.map { decade + $0 }.last { $0 <= coordinate + rounding }
            ?? decade
    }

    private static func ticks(
        _ decades: ClosedRange<Int>, from lower: Double, to upper: Double, maximumLabels: Int
    ) -> [Tick] {
        let whole = decades.filter { Double($0) >= lower - 1e-9 && Double($0) <= upper + 1e-9 }
        let stride =
            [1, 2, 5, 10, 20, 50, 100, 200].first { whole.count <= $0 * maximumLabels }
            ?? 500
        // One or two decades alone would give the reader little to measure with.
        let labelled = whole.count < 3 && 3 * whole.count + 1 <= maximumLabels ? [2, 5] : []
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
