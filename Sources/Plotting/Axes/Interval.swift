/// Two finite numbers in order.
package struct Interval: Hashable, Sendable {
    package let low: Double
    package let high: Double

    /// Nil unless both are finite and `low ≤ high`.
    package init?(_ low: Double, _ high: Double) {
        guard low.isFinite, high.isFinite, low <= high else { return nil }
        self.low = low
        self.high = high
    }

    /// 0 to 1.
    package static let unit = Interval()

    private init() { (low, high) = (0, 1) }
}
