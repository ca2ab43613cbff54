import Base
import Results
import Tensors

/// A training that advances in small pieces of work and can be put away between any two of them.
package protocol ResumableTraining {
    associatedtype Report: TrainingReport
    associatedtype Scores: Codable & Sendable & Equatable
    /// Where it stands, but for its tensors.
    associatedtype Progress: Codable

    var progress: Progress { get }
    var completedSteps: Int { get }
    var totalSteps: Int { get }
    /// Those of an unfinished step included.
    var tokensSeen: Int { get }
    var totalTokens: Int { get }
    var isFinished: Bool { get }

    /// - Returns: the step's report when a step was completed.
    func advance() throws -> Report?
    /// Measures it on what is held out.
    ///
    /// - Returns: nil where that is not due after the steps done.
    func measure() throws -> HeldOutMeasurement<Scores>?

    /// Everything that it changes, by name.
    var tensors: [(name: String, tensor: Tensor)] { get }
    /// What of a step adds up, by name; zero between steps.
    var gradients: [(name: String, tensor: Tensor)] { get }
    /// Whether no step is under way.
    static func isBetweenSteps(_ progress: Progress) -> Bool
    /// What must be equal for it to go on.
    var identity: SnapshotIdentity { get throws }
    /// What of a restored `progress` no training of this identity can have written.
    func flaw(in progress: Progress) -> SnapshotFlaw?
    /// Goes on from restored tensors.
    func restored(_ progress: Progress) throws

    /// Bytes of the files that it ends with.
    var resultByteCount: Int { get }
}

extension ResumableTraining {
    /// Bytes of a snapshot, about.
    package var stateByteCount: Int {
        (tensors + gradients).reduce(0) { $0 + $1.tensor.count * MemoryLayout<Float>.size }
    }

    /// Checks that the disk holds what it will put there: beside the last snapshot the next one, or the
    /// result.
    ///
    /// - Throws: `FileError.tooLittleSpace`.
    package func checkSpace(in folder: OutputFolder) throws {
        let bytes = stateByteCount + max(stateByteCount, resultByteCount)
        try Base.checkSpace(for: folder.path, in: folder.path, bytes: bytes)
    }

    /// Writes the state, from which it goes on as if it had never stopped.
    package func writeSnapshot(to snapshots: SnapshotFolder) throws {
        let gradients = Self.isBetweenSteps(progress) ? [] : gradients
        try snapshots.write(
            step: completedSteps, tensors + gradients, progress: progress, identity: identity)
    }

    /// Takes up the newest snapshot of a training that was made alike.
    ///
    /// - Throws: `SnapshotError`; `CheckpointError` for a damaged file.
    package func restore(from snapshots: SnapshotFolder) throws {
        let progress = try snapshots.restore(
            tensors, unlessBetweenSteps: gradients, identity: identity, progress: Progress.self,
            isBetweenSteps: Self.isBetweenSteps, flaw: flaw(in:))
        try restored(progress)
    }
}
