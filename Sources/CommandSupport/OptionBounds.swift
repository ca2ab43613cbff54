import ArgumentParser
import Base

/// Refuses arguments of which `holds` is false.
package func require(_ holds: Bool, _ message: String) throws {
    if !holds { throw ValidationError(message) }
}

/// Refuses a number outside of its bounds, which are named.
package func requireNumber(
    _ value: Int?, _ option: String, _ bounds: ClosedRange<Int> = 1...Bounds.many,
    _ unit: String = ""
) throws {
    guard let value, !bounds.contains(value) else { return }
    throw ValidationError(
        "\(option) is \(value), expected \(bounds.lowerBound) to \(bounds.upperBound)\(unit).")
}

package func requireNumber(
    _ value: Double?, _ option: String, _ bounds: ClosedRange<Double>
) throws {
    try requireNumber(
        value, option, bounds.contains,
        "\(spelled(bounds.lowerBound)) to \(spelled(bounds.upperBound))")
}

package func requireNumber(_ value: Double?, _ option: String, _ bounds: Range<Double>) throws {
    try requireNumber(
        value, option, bounds.contains,
        "\(spelled(bounds.lowerBound)) to less than \(spelled(bounds.upperBound))")
}

package func requireNumber(
    _ value: Double?, _ option: String, _ bounds: PartialRangeFrom<Double>
) throws {
    try requireNumber(
        value, option, { bounds.contains($0) && $0.isFinite },
        "\(spelled(bounds.lowerBound)) or more")
}

/// Refuses what is not above 0, or above a limit.
package func requirePositive(_ value: Double?, _ option: String, to limit: Double? = nil) throws {
    try requireNumber(
        value, option, { $0 > 0 && $0.isFinite && $0 <= limit ?? $0 },
        "a number above 0\(limit.map { " and up to \(spelled($0))" } ?? "")")
}

private func requireNumber(
    _ value: Double?, _ option: String, _ holds: (Double) -> Bool, _ expected: String
) throws {
    guard let value, !holds(value) else { return }
    throw ValidationError("\(option) is \(spelled(value)), expected \(expected).")
}

/// Refuses what does not name a folder to write.
package func requireFolder(_ path: String, _ option: String = "--out") throws {
    try require(!path.isEmpty, "\(option) is empty, expected a folder.")
    try require(
        path != "-",
        "\(option) is '-', which stands for standard output, but a folder is written; './-' is a"
            + " folder of that name.")
}

/// The largest numbers that options take: beyond what any text or machine has, and small enough that
/// products of two of them and a size of a model are no more than an `Int` holds.
package enum Bounds {
    package static let many = 1 << 32
    /// Tokens that stand in memory together.
    package static let tokens = 1 << 24
    package static let sequences = 1 << 16
}
