import Checkpoints

extension LanguageModelTrainer {
    /// What must be equal for training to go on.
    private var identity: [String: String] {
        get throws {
            ["start_sha256": start, "data_sha256": mixture.sha256]
                .merging(heldOut.identity) { first, _ in first }
                .merging(parameters.configuration.identity) { first, _ in first }
                .merging(try options.spelled) { first, _ in first }
        }
    }

    /// What of a restored `progress` no training with these options can have written.
    private func flaw(in progress: Progress) -> SnapshotFlaw? {
        .outside(0...options.steps, "step", progress.step)
            ?? .outside(0...max(0, options.batch - 1), "sequencesDone", progress.sequencesDone)
            ?? .outside(0...1 << 53, "tokens", progress.tokens)
            ?? .notFinite("lossSum and weight", [progress.lossSum, progress.weight], count: 2)
    }

    private func isGradient(_ name: String) -> Bool { name.hasPrefix("gradient.") }

    /// Writes the state of an unfinished training, from which it goes on as if it had never stopped.
    package func writeSnapshot(to folder: String) throws {
        // Between steps the gradient is zero and need not be kept.
        let kept = tensors.filter { progress.sequencesDone > 0 || !isGradient($0.name) }
        try SnapshotFolder(in: folder).write(
            step: completedSteps, kept, progress: progress, identity: identity,
            sources: sources)
    }

    /// Bytes of the file with the state, about.
    package var stateByteCount: Int { tensors.reduce(0) { $0 + 4 * $1.tensor.count } }

    /// Takes up the newest snapshot of a trainer that was made with the same arguments.
    ///
    /// - Throws: `SnapshotError`; `CheckpointError` for a damaged file.
    package func restore(from folder: String) throws {
        progress = try SnapshotFolder(in: folder).restore(
            tensors, optional: { isGradient($0) && $1.sequencesDone == 0 }, identity: identity,
            sources: sources, progress: Progress.self, flaw: flaw(in:))
        try restored()
    }
}
