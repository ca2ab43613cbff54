import Tensors
import Testing

/// How far a float32 result may be from its reference, and why that far.
package struct Tolerance: Sendable {
    let bound: Double
    let reason: String

    /// A share of the largest magnitude among the reference entries.
    package static func relative(_ bound: Double, because reason: String) -> Tolerance {
        Tolerance(bound: bound, reason: reason)
    }
}

/// The largest difference over the largest reference magnitude; infinite where either is NaN.
package func relativeError<Actual: Sequence>(
    _ actual: Actual, _ expected: some Sequence<Double>
) -> Double where Actual.Element: BinaryFloatingPoint {
    var worst = 0.0
    var scale = 0.0
    for (a, e) in zip(actual, expected) {
        let difference = abs(Double(a) - e)
        guard difference.isFinite else { return .infinity }
        worst = max(worst, difference)
        scale = max(scale, abs(e))
    }
    return scale == 0 ? worst : worst / scale
}

package func expectClose<Actual: Collection>(
    _ actual: Actual, _ expected: [Double], within tolerance: Tolerance, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) where Actual.Element: BinaryFloatingPoint {
    #expect(actual.count == expected.count, "\(what)", sourceLocation: sourceLocation)
    let error = relativeError(actual, expected)
    #expect(
        error <= tolerance.bound, "\(what) (\(tolerance.reason))",
        sourceLocation: sourceLocation)
}

package func expectClose(
    _ actual: Tensor, _ expected: [Double], within tolerance: Tolerance, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    withExtendedLifetime(actual) {
        expectClose(
            actual.elements, expected, within: tolerance, what, sourceLocation: sourceLocation)
    }
}

package func expectClose(
    _ actual: Tensor, _ expected: Tensor, within tolerance: Tolerance, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(actual.shape == expected.shape, "\(what)", sourceLocation: sourceLocation)
    expectClose(
        actual, expected.elements.map(Double.init), within: tolerance, what,
        sourceLocation: sourceLocation)
}
