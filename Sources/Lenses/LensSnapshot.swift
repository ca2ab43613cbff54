import Checkpoints
import Base
import Models
import Tensors

/// The state of an unfinished training of a lens, from which it goes on as if it had never stopped.
package enum LensSnapshot {
    /// What must be equal for training to go on.
    private static func identity(of trainer: LensTrainer) throws -> [String: String] {
        [
            "starting_lens": trainer.startingLens,
            "windows_sha256": trainer.text.windows.sha256,
            "held_out_sha256": trainer.heldOut.windows.sha256,
            "text_size": trainer.text.windows.size,
            "model_sha256": try trainer.model.checkpoint.sha256(),
        ].merging(trainer.model.configuration.identity) { first, _ in first }
            .merging(try trainer.options.spelled) { first, _ in first }
            // Says again in words what the other options say.
            .filter { $0.key != "option recipe" }
    }

    private static func tensors(of trainer: LensTrainer) -> [(name: String, tensor: Tensor)] {
        let best: [(name: String, tensor: Tensor)]? = trainer.best.map {
            [("best.weight", $0.weight), ("best.bias", $0.bias)]
        }
        return trainer.optimizer.tensors + (best ?? [])
    }

    private static func isGradient(_ name: String) -> Bool { name.hasPrefix("gradient.") }

    /// Of the file with the state, about.
    package static func byteCount(of trainer: LensTrainer) -> Int {
        tensors(of: trainer).reduce(0) { $0 + 4 * $1.tensor.count }
    }

    package static func write(_ trainer: LensTrainer, to folder: String) throws {
        // Between steps the gradient is zero and need not be kept.
        let tensors = tensors(of: trainer).filter {
            trainer.progress.positions > 0 || !isGradient($0.name)
        }
        try SnapshotFolder(in: folder).write(
            step: trainer.completedSteps, tensors, progress: trainer.progress,
            identity: identity(of: trainer), sources: trainer.sources)
    }

    /// The sizes of the training that left the newest snapshot.
    ///
    /// - Throws: `SnapshotError`; `CheckpointError` for a damaged file.
    package static func plan(
        in folder: String, window: Int, heldOut: Int?, _ configuration: ModelConfiguration
    ) throws -> LensTrainingPlan {
        let snapshots = SnapshotFolder(in: folder)
        let (steps, tokens) = (1...1 << 32, 1...1 << 40)
        return LensTrainingPlan(
            windows: 1, of: window, configuration,
            positionsPerWindow: (try? snapshots.option("positions_per_window", in: 1...window))
                ?? window,
            steps: try snapshots.option("steps", in: steps),
            tokensPerStep: try snapshots.option("tokens_per_step", in: tokens), heldOut: heldOut)
    }

    /// Puts the newest snapshot's state into `trainer`, which was made with the same arguments.
    ///
    /// - Throws: `SnapshotError`; `CheckpointError` for a damaged file.
    package static func restore(_ trainer: LensTrainer, from folder: String) throws {
        trainer.progress = try SnapshotFolder(in: folder).restore(
            tensors(of: trainer), optional: { isGradient($0) && $1.positions == 0 },
            identity: identity(of: trainer), sources: trainer.sources,
            progress: LensTrainer.Progress.self,
            flaw: trainer.flaw(in:))
    }
}

extension LensTrainer {
    /// What of a restored `progress` no training with these options can have written.
    fileprivate func flaw(in progress: Progress) -> SnapshotFlaw? {
        let layers = lens.layerCount
        let counts = progress.measurementsSinceBest
        guard counts.count == layers, counts.allSatisfy({ (0...options.steps + 1).contains($0) })
        else {
            return SnapshotFlaw(
                "measurementsSinceBest", found: "\(counts)",
                expected: "\(counted(layers, "number")) from 0 to \(options.steps + 1)")
        }
        guard progress.smallestLosses == nil || best != nil else {
            return SnapshotFlaw(
                "smallestLosses", found: "present",
                expected: "none where the last translators are kept")
        }
        let closedForm = progress.closedForm
        if let ridges = closedForm?.ridges, ridges.count != layers {
            return SnapshotFlaw(
                "closedForm.ridges", found: counted(ridges.count, "number"), expected: "\(layers)")
        }
        if let flaw = SnapshotFlaw.outside(0...options.steps, "step", progress.step) { return flaw }
        let positions = 0...options.positionsPerStep - 1
        if let flaw = SnapshotFlaw.outside(positions, "positions", progress.positions) {
            return flaw
        }
        if let flaw = SnapshotFlaw.notFinite("squares", [progress.squares], count: 1) {
            return flaw
        }
        let byLayer: [(field: String, values: [Double]?)] = [
            ("losses", progress.losses), ("lossSums", progress.lossSums),
            ("smallestLosses", progress.smallestLosses),
            ("closedForm.start", closedForm?.start), ("closedForm.end", closedForm?.end),
        ]
        for (field, values) in byLayer {
            guard let values else { continue }
            if let flaw = SnapshotFlaw.notFinite(field, values, count: layers) { return flaw }
        }
        return nil
    }
}
