import Base
import Foundation
import Tensors

/// The states of an unfinished training, one safetensors file each:
/// `snapshots/step-000040.safetensors` in the output folder.
package struct SnapshotFolder {
    private let output: String
    private let folder: String

    package init(in output: String) {
        self.output = output
        folder = join(output, "snapshots")
    }

    /// Writes the state after `step` complete steps and then removes older ones.
    ///
    /// - Parameters:
    ///   - tensors: everything that training changes.
    ///   - progress: where training stands.
    ///   - identity: what must be equal for training to go on.
    ///   - sources: the arguments behind hashes of the identity, by its keys, for people.
    package func write(
        step: Int, _ tensors: [(name: String, tensor: Tensor)], progress: some Encodable,
        identity: [String: String], sources: [String: String] = [:]
    ) throws {
        let path = join(folder, "step-\(String(format: "%06d", step)).safetensors")
        let older = paths.filter { $0 != path }
        var metadata = identity
        for (key, source) in sources { metadata[sourcePrefix + key] = source }
        metadata["progress"] = String(
            decoding: try encodeJSON(progress, pretty: false), as: UTF8.self)
        try Safetensors.write(
            tensors.map { ($0.name, StoredTensor($0.tensor)) }, metadata: metadata, to: path)
        for old in older { try? FileManager.default.removeItem(atPath: old) }
    }

    /// The key of an option in an identity.
    package static func option(_ key: String) -> String { optionPrefix + key }

    /// A whole number among the options of the newest state's identity.
    ///
    /// - Throws: `SnapshotError`, for a number outside of `bounds` too; `CheckpointError` for a damaged
    ///   file.
    package func option(_ key: String, in bounds: ClosedRange<Int>) throws -> Int {
        guard let path = paths.last else { throw SnapshotError.nothingToResume(folder: output) }
        let found = try Safetensors.read(path).metadata[optionPrefix + key]
        guard let number = found.flatMap({ Int($0) }), bounds.contains(number) else {
            let expected = "\(bounds.lowerBound) to \(bounds.upperBound)"
            throw SnapshotError.damaged(
                path: path,
                flaw: SnapshotFlaw(key, found: found?.clipped ?? "missing", expected: expected))
        }
        return number
    }

    /// Puts the newest state into `tensors`; one that the file does not have stays as it is if it is
    /// among `optional`. Nothing is changed before all that the file says of its progress is believed.
    ///
    /// - Parameters:
    ///   - flaw: what of the progress can not be.
    ///   - sources: as of `write`.
    /// - Returns: where training stands.
    /// - Throws: `SnapshotError`; `CheckpointError` for a damaged file.
    package func restore<Progress: Decodable>(
        _ tensors: [(name: String, tensor: Tensor)], optional: (String, Progress) -> Bool,
        identity: [String: String], sources: [String: String] = [:], progress: Progress.Type,
        flaw: (Progress) -> SnapshotFlaw?
    ) throws -> Progress {
        guard let path = paths.last else { throw SnapshotError.nothingToResume(folder: output) }
        let content = try Safetensors.read(path)
        let (stored, found) = (content.tensors, content.metadata)
        // An option that is not given is in neither.
        let options = found.keys.filter { $0.hasPrefix(optionPrefix) }
        for key in Self.ordered(Set(identity.keys).union(options)) {
            let (value, expected) = (found[key] ?? "missing", identity[key] ?? "missing")
            guard value == expected else {
                if let what = sourceNames.first(where: { $0.key == key })?.name {
                    throw SnapshotError.otherSource(
                        path: path, what: what,
                        found: Source(arguments: found[sourcePrefix + key], sha256: value),
                        expected: Source(arguments: sources[key], sha256: expected))
                }
                throw SnapshotError.mismatch(
                    path: path, what: Self.spelled(key), found: found[key]?.clipped,
                    expected: identity[key])
            }
        }
        let progress = try decodeJSON(
            progress, from: Data((found["progress"] ?? "").utf8), path: path)
        if let flaw = flaw(progress) { throw SnapshotError.damaged(path: path, flaw: flaw) }
        for (name, tensor) in tensors where stored[name] != nil || !optional(name, progress) {
            guard let values = stored[name]?.float32() else {
                throw CheckpointError.missingTensor(name: name, path: path, closest: nil)
            }
            guard values.shape == tensor.shape else {
                throw CheckpointError.wrongShape(
                    tensor: name, path: path, expected: tensor.shape, found: values.shape)
            }
            let broken = values.withElements { $0.first { !$0.isFinite } }
            if let broken {
                throw SnapshotError.damaged(
                    path: path,
                    flaw: SnapshotFlaw(
                        name, found: spelledNumber(broken), expected: "finite numbers"))
            }
            tensor.assign(values)
        }
        return progress
    }

    /// What a person has typed comes before what follows from it: sizes before the options that are a
    /// share of them, options before the data that they choose.
    private static func ordered(_ keys: Set<String>) -> [String] {
        let sizes = ["window", "batch", "steps", "tokens_per_step"].map { optionPrefix + $0 }
        func place(_ key: String) -> Int {
            if key.hasPrefix(optionPrefix) { return sizes.firstIndex(of: key) ?? sizes.count }
            return sizes.count + 1
                + (sourceNames.firstIndex { $0.key == key } ?? sourceNames.count)
        }
        return keys.sorted { (place($0), $0) < (place($1), $1) }
    }

    /// An option as it is typed, anything else in words.
    private static func spelled(_ key: String) -> String {
        key.hasPrefix(optionPrefix)
            ? "--" + key.dropFirst(optionPrefix.count).replacing("_", with: "-")
            : key.replacing("_", with: " ")
    }

    /// Oldest first.
    private var paths: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("step-") && $0.hasSuffix(".safetensors") }.sorted {
            $0.count == $1.count ? $0 < $1 : $0.count < $1.count
        }.map { join(folder, $0) }
    }
}

extension SnapshotFolder {
    /// What a training read, of which its identity has the hash.
    package struct Source: Equatable, Sendable {
        /// As typed; nil where the snapshot does not say.
        let arguments: String?
        let sha256: String

        package init(arguments: String?, sha256: String) {
            (self.arguments, self.sha256) = (arguments, sha256)
        }

        /// The hash as far as people compare it.
        fileprivate var hash: String {
            sha256.count > 12 ? "sha256 \(sha256.prefix(12))…" : sha256.clipped
        }
    }
}

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
    /// nil where it was not, or is not, given.
    case mismatch(path: String, what: String, found: String?, expected: String?)
    case otherSource(
        path: String, what: String, found: SnapshotFolder.Source, expected: SnapshotFolder.Source)
    case nothingToResume(folder: String)

    package var kind: FailureKind {
        switch self {
        case .damaged, .mismatch, .otherSource: .badData
        case .nothingToResume: .missingInput
        }
    }

    package var description: String {
        switch self {
        case .damaged(let path, let flaw):
            "\(path): \(flaw.field) is \(flaw.found), expected \(flaw.expected); the snapshot is"
                + " damaged, give another --out to start anew"
        case .mismatch(let path, let what, let found, let expected):
            "\(path): the snapshot was made with\(found.map { " \(what) \($0)" } ?? "out \(what)"), not"
                + (expected.map { found == nil ? " with \(what) \($0)" : " \($0)" } ?? " without it")
                + "; give the same arguments to resume, or another --out to start anew"
        case .otherSource(let path, let what, let found, let expected):
            "\(path): \(Self.comparison(what, found, expected));"
                + " give the same to resume, or another --out to start anew"
        case .nothingToResume(let folder):
            "\(folder): no snapshot to resume from; leave out --resume to start"
        }
    }
}

extension SnapshotError {
    private static func comparison(
        _ what: String, _ found: SnapshotFolder.Source, _ expected: SnapshotFolder.Source
    ) -> String {
        guard let before = found.arguments?.clipped, let now = expected.arguments?.clipped else {
            return
                "the snapshot was made with another \(what) (\(found.hash), now \(expected.hash))"
        }
        return before == now
            ? "the \(what) (\(now)) is not what it was when the snapshot was made"
                + " (\(found.hash), now \(expected.hash))"
            : "the \(what) is another one: the snapshot was made with \(before) (\(found.hash)), this"
                + " run has \(now) (\(expected.hash))"
    }
}

private let optionPrefix = "option "
private let sourcePrefix = "source "

/// The hashes of an identity, what follows from others behind them.
private let sourceNames = [
    (key: "model_sha256", name: "model"), (key: "start_sha256", name: "model to start from"),
    (key: "starting_lens", name: "lens to start from"),
    (key: "windows_sha256", name: "text"), (key: "data_sha256", name: "data"),
    (key: "held_out_sha256", name: "held-out text"),
]

extension Encodable {
    /// Every option under its JSON key, as text: a part of a snapshot's identity.
    package var spelled: [String: String] {
        get throws {
            let object = try JSONSerialization.jsonObject(with: encodeJSON(self))
            return (object as? [String: Any] ?? [:]).reduce(into: [:]) {
                $0[optionPrefix + $1.key] = spelledOption($1.value)
            }
        }
    }
}

/// Flags as people speak of them; JSON's are numbers to Foundation.
private func spelledOption(_ value: Any) -> String {
    if let flag = value as? NSNumber, String(cString: flag.objCType) == "c" {
        return flag.boolValue ? "on" : "off"
    }
    return "\(value)"
}
