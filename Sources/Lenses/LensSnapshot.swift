import Checkpoints
import Files
import Foundation
import Tensors

/// The state of an unfinished training in one safetensors file, `snapshots/step-000040.safetensors`
/// in the output folder, from which training goes on as if it had never stopped.
package enum LensSnapshot {
    /// What must be equal for training to go on, and where it stands; the file's metadata.
    private static func metadata(of trainer: LensTrainer) throws -> [String: String] {
        [
            "progress": try text(trainer.progress),
            "starting_lens": trainer.startingLens,
            "windows_sha256": trainer.windows.sha256,
            "unembed_hash": unembeddingHash(trainer.model.unembedding.weight),
        ].merging(try trainer.options.spelled) { first, _ in first }
    }

    /// Writes the snapshot and then removes older ones.
    package static func write(_ trainer: LensTrainer, to folder: String) throws {
        let number = String(format: "%06d", trainer.completedSteps)
        let path = join(snapshotFolder(folder), "step-\(number).safetensors")
        let older = paths(in: folder).filter { $0 != path }
        // Between steps the gradient is zero and need not be kept.
        let tensors = trainer.optimizer.tensors.filter {
            trainer.progress.windowsDone > 0 || !$0.name.hasPrefix("gradient.")
        }
        try Safetensors.write(
            tensors.map { ($0.name, StoredTensor($0.tensor)) }, metadata: metadata(of: trainer),
            to: path)
        for old in older { try? FileManager.default.removeItem(atPath: old) }
    }

    /// Puts the newest snapshot's state into `trainer`, which was made with the same arguments.
    ///
    /// - Throws: `LensError.nothingToResume`; `LensError.snapshotMismatch` where options, data or
    ///   model differ; `CheckpointError` for a damaged file.
    package static func restore(_ trainer: LensTrainer, from folder: String) throws {
        guard let path = paths(in: folder).last else {
            throw LensError.nothingToResume(folder: folder)
        }
        let (stored, found) = try Safetensors.read(path)
        // In alphabetical order, so that a changed option is named before the data that it changes.
        let expectations = try metadata(of: trainer).sorted { $0.key < $1.key }
        for (key, expected) in expectations where key != "progress" {
            let value = found[key] ?? "missing"
            guard value == expected else {
                throw LensError.snapshotMismatch(
                    path: path, what: key, found: value, expected: expected)
            }
        }
        let progress = try decodeJSON(
            LensTrainer.Progress.self, from: Data((found["progress"] ?? "").utf8), path: path)
        for (name, tensor) in trainer.optimizer.tensors where stored[name] != nil {
            tensor.assign(try values(name, stored, shape: tensor.shape, path: path))
        }
        trainer.progress = progress
    }

    package static func exists(in folder: String) -> Bool { !paths(in: folder).isEmpty }

    /// Removes all snapshots of a folder, once the lens itself is written.
    package static func remove(from folder: String) {
        try? FileManager.default.removeItem(atPath: snapshotFolder(folder))
    }

    private static func values(
        _ name: String, _ stored: [String: StoredTensor], shape: [Int], path: String
    ) throws -> Tensor {
        guard let tensor = stored[name]?.float32() else {
            throw CheckpointError.missingTensor(name: name, path: path, closest: nil)
        }
        guard tensor.shape == shape else {
            throw CheckpointError.wrongShape(
                tensor: name, path: path, expected: shape, found: tensor.shape)
        }
        return tensor
    }

    private static func snapshotFolder(_ folder: String) -> String { join(folder, "snapshots") }

    /// Oldest first.
    private static func paths(in folder: String) -> [String] {
        let folder = snapshotFolder(folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("step-") && $0.hasSuffix(".safetensors") }
            .sorted().map { join(folder, $0) }
    }

    private static func text(_ value: some Encodable) throws -> String {
        String(decoding: try encodeJSON(value, pretty: false), as: UTF8.self)
    }
}

extension LensTrainingOptions {
    /// Every option under its JSON key, as text.
    fileprivate var spelled: [String: String] {
        get throws {
            let object = try JSONSerialization.jsonObject(with: encodeJSON(self))
            return (object as? [String: Any] ?? [:]).reduce(into: [:]) {
                $0["option \($1.key)"] = "\($1.value)"
            }
        }
    }
}
