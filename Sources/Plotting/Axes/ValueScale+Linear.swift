import Foundation

extension ValueScale {
    /// Largest magnitude that leaves room for the arithmetic of steps.
    private static let largest = 1e290
    /// Spans below this are drawn as if every value were 0: steps would underflow.
    private static let smallest = 1e-290

    /// Ends at ticks unless the caller prescribes the ends; contains 0 if lengths are read from it.
    static func linear(
        _ content: Content, limits: Interval?, maximumLabels: Int
    ) throws -> ValueScale {
        var ends = content.values.filter(\.isFinite)
        for interval in content.intervals { ends += [interval.low, interval.high] }
        if content.hasFoot { ends.append(0) }
        var low = limits?.low ?? ends.min() ?? 0
        var high = limits?.high ?? ends.max() ?? 0
        for end in [low, high] where abs(end) > largest {
            throw PlottingError.valueOutOfRange(end)
        }
        let size = max(abs(low), abs(high))
        if limits == nil, high - low < 1e-9 * size {
            // Without a range of its own, a value stands in the middle of one of its size.
            (low, high) = (low - size / 2, high + size / 2)
        }
        if high - low < smallest { (low, high) = (0, 1) }

        if limits != nil, content.isCount {
            return counting(from: low, to: high, maximumLabels: maximumLabels)
        }
        let step = Step.smallest(
            from: low, to: high, intervals: max(1, maximumLabels - 1), widening: limits == nil,
            whole: content.isCount)
        if limits == nil {
            low = (low / step.value).rounded(.down) * step.value
            high = (high / step.value).rounded(.up) * step.value
        }
        return ValueScale(
            kind: .linear, lower: low, upper: high, ticks: ticks(step, from: low, to: high))
    }

    private static func ticks(_ step: Step, from low: Double, to high: Double) -> [Tick] {
        let first = (low / step.value - 1e-9).rounded(.up)
        let last = (high / step.value + 1e-9).rounded(.down)
        return stride(from: first, through: last, by: 1).map { index in
            Tick(coordinate: index * step.value, label: step.label(index))
        }
    }

    /// Of a count with prescribed ends, as of the blocks of a model: the first and the last number have
    /// labels too, and what stands nearer to them than half a step has none.
    private static func counting(
        from lower: Double, to upper: Double, maximumLabels: Int
    ) -> ValueScale {
        let (first, last) = (lower.rounded(.up), upper.rounded(.down))
        let step = Step.smallest(
            from: first, to: max(last, first + 1), intervals: max(1, maximumLabels - 1),
            widening: true, whole: true)
        let inside = ticks(step, from: lower, to: upper).filter {
            min($0.coordinate - first, last - $0.coordinate) > step.value / 2
        }
        let ends = Set([first, last]).sorted().map {
            Tick(coordinate: $0, label: NumberLabel.fixed($0, decimals: 0))
        }
        return ValueScale(
            kind: .linear, lower: lower, upper: upper,
            ticks: Array(ends.prefix(1)) + inside + Array(ends.dropFirst()))
    }
}

/// A distance between ticks, `mantissa · 10^exponent`, that decimal numbers fall on.
private struct Step {
    let mantissa: Double
    let exponent: Int

    var value: Double { mantissa * pow(10, Double(exponent)) }

    /// The smallest step of 1, 2, 2.5 or 5 times a power of ten that has at most so many
    /// intervals in a range, or in the range widened to whole steps.
    ///
    /// - Parameter whole: whether the step must be a whole number.
    static func smallest(
        from low: Double, to high: Double, intervals: Int, widening: Bool, whole: Bool
    ) -> Step {
        let span = Int(log10((high - low) / Double(intervals)).rounded(.down)) - 1
        let lowest = whole ? max(0, span) : span
        for exponent in lowest...(lowest + 3) {
            for mantissa in [1, 2, 2.5, 5] {
                let step = Step(mantissa: mantissa, exponent: exponent)
                if whole, exponent < (mantissa == 2.5 ? 1 : 0) { continue }
                let (first, last) = (low / step.value, high / step.value)
                let count =
                    widening
                    ? last.rounded(.up) - first.rounded(.down)
                    : last.rounded(.down) - first.rounded(.up)
                if count <= Double(intervals) { return step }
            }
        }
        // Two intervals are needed where 0 lies inside the range.
        return Step(mantissa: 1, exponent: lowest + 3)
    }

    /// The number `index · value`, with as many decimals as the step has.
    func label(_ index: Double) -> String {
        let decimals = mantissa == 2.5 ? 1 : 0
        if (-5...5).contains(exponent) {
            return NumberLabel.fixed(index * value, decimals: max(0, decimals - exponent))
        }
        guard index != 0 else { return "0" }
        let number = NumberLabel.fixed(index * mantissa, decimals: decimals)
        return "\(number)×\(NumberLabel.powerOfTen(exponent))"
    }
}
