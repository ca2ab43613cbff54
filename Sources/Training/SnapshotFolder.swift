import Base
import Checkpoints
import Foundation
import Tensors

/// The states of an unfinished training, one safetensors file each:
/// `snapshots/step-000040.safetensors` in the output folder.
package struct SnapshotFolder {
    private let output: String
    private let folder: String
    /// Of whom trains, for people.
    private let arguments: [String]

    /// The metadata's keys beside those of the identity.
    private static let (progressKey, argumentsKey) = ("progress", "arguments")

    package init(in output: String, arguments: [String] = []) {
        self.output = output
        self.arguments = arguments
        folder = join(output, "snapshots")
    }

    /// Writes the state after `step` complete steps and then removes older ones.
    ///
    /// - Parameters:
    ///   - tensors: everything that training changes.
    ///   - progress: where training stands.
    ///   - identity: what must be equal for training to go on.
    func write(
        step: Int, _ tensors: [(name: String, tensor: Tensor)], progress: some Encodable,
        identity: SnapshotIdentity
    ) throws {
        let path = join(folder, "step-\(String(format: "%06d", step)).safetensors")
        let older = paths.filter { $0 != path }
        var metadata: [String: String] = [:]
        for (key, value) in identity.entries { metadata[key.stored] = value }
        metadata[Self.argumentsKey] = text(try encodeJSON(arguments, pretty: false))
        metadata[Self.progressKey] = text(try encodeJSON(progress, pretty: false))
        try Safetensors.write(
            tensors.map { ($0.name, StoredTensor($0.tensor)) }, metadata: metadata, to: path)
        for old in older { try? FileManager.default.removeItem(atPath: old) }
    }

    private func text(_ data: Data) -> String { String(decoding: data, as: UTF8.self) }

    /// A whole number among the options of the newest state's identity.
    ///
    /// - Throws: `SnapshotError`, for a number outside of `bounds` too; `CheckpointError` for a damaged
    ///   file.
    package func option(_ key: String, in bounds: ClosedRange<Int>) throws -> Int {
        guard let path = paths.last else { throw SnapshotError.nothingToResume(folder: output) }
        let found = try Safetensors.read(path).metadata[SnapshotIdentity.Key.option(key).stored]
        guard let number = found.flatMap({ Int($0) }), bounds.contains(number) else {
            let expected = "\(bounds.lowerBound) to \(bounds.upperBound)"
            throw SnapshotError.damaged(
                path: path,
                flaw: SnapshotFlaw(key, found: found?.clipped ?? "missing", expected: expected))
        }
        return number
    }

    /// Puts the newest state into `tensors`, and into `gradients` unless it was left between steps.
    /// Nothing is changed before all that the file says of its progress is believed.
    ///
    /// - Parameter flaw: what of the progress can not be.
    /// - Returns: where training stands.
    /// - Throws: `SnapshotError`; `CheckpointError` for a damaged file.
    func restore<Progress: Decodable>(
        _ tensors: [(name: String, tensor: Tensor)],
        unlessBetweenSteps gradients: [(name: String, tensor: Tensor)],
        identity: SnapshotIdentity, progress: Progress.Type, isBetweenSteps: (Progress) -> Bool,
        flaw: (Progress) -> SnapshotFlaw?
    ) throws -> Progress {
        guard let path = paths.last else { throw SnapshotError.nothingToResume(folder: output) }
        let content = try Safetensors.read(path)
        let (stored, metadata) = (content.tensors, content.metadata)
        let found = SnapshotIdentity(stored: metadata, like: identity)
        if let key = identity.differences(from: found).first {
            throw SnapshotError.mismatch(
                path: path, key: key, found: found[key], expected: identity[key],
                arguments: metadata[Self.argumentsKey].flatMap {
                    try? decodeJSON([String].self, from: Data($0.utf8), path: path)
                })
        }
        let progress = try decodeJSON(
            progress, from: Data((metadata[Self.progressKey] ?? "").utf8), path: path)
        if let flaw = flaw(progress) { throw SnapshotError.damaged(path: path, flaw: flaw) }
        let expected = tensors + (isBetweenSteps(progress) ? [] : gradients)
        for (name, tensor) in expected {
            tensor.assign(try values(of: name, shape: tensor.shape, among: stored, path: path))
        }
        return progress
    }

    /// - Throws: for a tensor that is missing, of another shape or not finite.
    private func values(
        of name: String, shape: [Int], among stored: [String: StoredTensor], path: String
    ) throws -> Tensor {
        guard let values = stored[name]?.float32() else {
            throw CheckpointError.missingTensor(name: name, path: path, closest: nil)
        }
        guard values.shape == shape else {
            throw CheckpointError.wrongShape(
                tensor: name, path: path, expected: shape, found: values.shape)
        }
        let broken = values.withElements { $0.first { !$0.isFinite } }
        if let broken {
            throw SnapshotError.damaged(
                path: path,
                flaw: SnapshotFlaw(
                    name, found: spelledNumber(broken), expected: "finite numbers"))
        }
        return values
    }

    /// Oldest first.
    private var paths: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("step-") && $0.hasSuffix(".safetensors") }.sorted {
            $0.count == $1.count ? $0 < $1 : $0.count < $1.count
        }.map { join(folder, $0) }
    }
}
