import Base

/// A part of a snapshot that no training has written.
package struct SnapshotFlaw: Equatable, Sendable {
    package let field, found, expected: String

    package init(_ field: String, found: String, expected: String) {
        (self.field, self.found, self.expected) = (field, found, expected)
    }

    /// - Returns: nil if `value` is in `range`.
    package static func outside<Number: Comparable>(
        _ range: ClosedRange<Number>, _ field: String, _ value: Number
    ) -> SnapshotFlaw? {
        range.contains(value)
            ? nil
            : SnapshotFlaw(
                field, found: "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
    }

    /// - Returns: nil if there are `count` finite numbers.
    package static func notFinite(
        _ field: String, _ values: [Double], count: Int
    ) -> SnapshotFlaw? {
        if values.count != count {
            return SnapshotFlaw(field, found: counted(values.count, "number"), expected: "\(count)")
        }
        return values.first { !$0.isFinite }.map {
            SnapshotFlaw(field, found: "\($0)", expected: "finite numbers")
        }
    }
}

/// What can be wrong when a training is to go on.
package enum SnapshotError: UserFacingError, Equatable {
    case damaged(path: String, flaw: SnapshotFlaw)
    /// The snapshot is another training's; `found` and `expected` are nil where its identity, or this
    /// training's, has no such entry, `arguments` where it does not say what it was called with.
    case mismatch(
        path: String, key: SnapshotIdentity.Key, found: String?, expected: String?,
        arguments: [String]?)
    case nothingToResume(folder: String)

    package var kind: FailureKind {
        switch self {
        case .damaged, .mismatch: .badData
        case .nothingToResume: .missingInput
        }
    }

    package var description: String {
        switch self {
        case .damaged(let path, let flaw):
            "\(path): \(flaw.field) is \(flaw.found), expected \(flaw.expected); the snapshot is"
                + " damaged"
        case .mismatch(let path, let key, let found, let expected, _):
            "\(path): \(key.name) is \(found?.clipped ?? "absent") in the snapshot, but"
                + " \(expected?.clipped ?? "absent") in this training"
        case .nothingToResume(let folder): "\(folder): no snapshot to resume from"
        }
    }
}
