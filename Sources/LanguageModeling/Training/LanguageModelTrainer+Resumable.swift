import Training

extension LanguageModelTrainer: ResumableTraining {
    package var completedSteps: Int { progress.step }
    package var totalSteps: Int { options.steps }
    package var resultByteCount: Int { 4 * parameters.count }

    package static func isBetweenSteps(_ progress: Progress) -> Bool {
        progress.sequencesDone == 0
    }

    package var identity: SnapshotIdentity {
        get throws {
            var identity = try SnapshotIdentity(
                options: options,
                sources: ["start_sha256": start, "data_sha256": mixture.sha256])
            identity.add(sources: parameters.configuration.identity)
            heldOut.add(to: &identity)
            return identity
        }
    }

    package func flaw(in progress: Progress) -> SnapshotFlaw? {
        .outside(0...options.steps, "step", progress.step)
            ?? .outside(0...max(0, options.batch - 1), "sequencesDone", progress.sequencesDone)
            ?? .outside(0...1 << 53, "tokens", progress.tokens)
            ?? .notFinite("lossSum and weight", [progress.lossSum, progress.weight], count: 2)
    }
}
