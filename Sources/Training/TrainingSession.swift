import Base

/// How far a training is.
package struct TrainingProgress<Training: ResumableTraining> {
    package let completedSteps, totalSteps: Int
    /// Those of an unfinished step included.
    package let tokensSeen, totalTokens: Int
    /// Of the last complete step since the start or the snapshot.
    package let report: Training.Report?
    /// The newest since then.
    package let scores: Training.Scores?
}

/// Runs a training to its last step, from its start or from where a snapshot left it, with its log and
/// snapshots in a folder, or in memory.
///
/// The library has neither signals nor a terminal: whether to stop, and what is to be told, is for the
/// closures.
package struct TrainingSession {
    /// When the state is put away on the way.
    package enum Snapshots: Sendable {
        /// After so many steps each; 0 for never.
        case steps(Int)
        case interval(Duration)
    }

    /// Nil in memory.
    package let folder: OutputFolder?
    package let log: TrainingLog
    package let isResumed: Bool
    package let snapshots: Snapshots
    private let snapshotFolder: SnapshotFolder?
    /// Asked before every piece of work.
    package var isInterrupted: () -> Bool = { false }
    /// Told of what found no room on the disk for now.
    package var postponed: (FileError) -> Void = { _ in }

    /// - Parameters:
    ///   - folder: what gets log, snapshots and result.
    ///   - isResumed: whether to go on from the newest snapshot there.
    ///   - arguments: what the caller was told, kept in snapshots for whom they do not suit later.
    package init(
        in folder: OutputFolder, isResumed: Bool = false,
        snapshots: Snapshots = .interval(.seconds(300)), arguments: [String] = []
    ) {
        self.folder = folder
        self.isResumed = isResumed
        self.snapshots = snapshots
        snapshotFolder = SnapshotFolder(in: folder.path, arguments: arguments)
        log = TrainingLog(folder: folder.work)
    }

    /// In memory, without snapshots.
    package init() {
        (folder, snapshotFolder, log) = (nil, nil, TrainingLog(folder: nil))
        (isResumed, snapshots) = (false, .steps(0))
    }

    /// Runs until the last step.
    ///
    /// - Parameters:
    ///   - start: when the work began that a snapshot keeps from being lost.
    ///   - progress: told before the first piece of work and after every one.
    /// - Throws: `TrainingError.interrupted` once a requested stop is safe, `.stopped` where the disk is
    ///   full, what the training throws, and of resuming `SnapshotError`.
    package func run<Training: ResumableTraining>(
        _ training: Training, since start: ContinuousClock.Instant = .now,
        progress: (TrainingProgress<Training>) -> Void = { _ in }
    ) throws {
        var report: Training.Report?
        var scores: Training.Scores?
        var disk = Disk(postponed: postponed)
        if isResumed, let snapshotFolder {
            try training.restore(from: snapshotFolder)
            try log.keep(through: training.completedSteps)
        } else {
            try log.begin()
            if let first = try training.measure() {
                try log.append(first)
                scores = first.scores
            }
        }
        func tell() {
            progress(
                TrainingProgress(
                    completedSteps: training.completedSteps, totalSteps: training.totalSteps,
                    tokensSeen: training.tokensSeen, totalTokens: training.totalTokens,
                    report: report, scores: scores))
        }
        tell()
        var saved = start
        while !training.isFinished {
            if isInterrupted() {
                try orEarlierState { try writeState(of: training) }
                throw TrainingError.interrupted(folder: folder?.path)
            }
            let step = try training.advance()
            if let step {
                report = step
                try disk.unlessFull { try log.append(step) }
                if let measured = try training.measure() {
                    scores = measured.scores
                    try disk.unlessFull { try log.append(measured) }
                }
            }
            if isDue(after: step?.step, since: saved), !training.isFinished {
                try disk.unlessFull { try writeState(of: training) }
                saved = .now
            }
            tell()
        }
        try orEarlierState(log.flush)
    }

    /// Writes what a finished training ends with and puts it in its place. Where that fails the state is
    /// kept, from which a resumed training only writes the result.
    package func finish(_ training: some ResumableTraining, write: (String) throws -> Void) throws {
        guard let folder, let snapshotFolder else { return }
        do {
            try write(folder.work)
            try folder.commit()
        } catch let failure as any UserFacingError where failure.kind == .inputOutput {
            folder.removeIncomplete()
            try? training.writeSnapshot(to: snapshotFolder)
            guard folder.hasState else { throw failure }
            throw TrainingError.stopped(reason: "\(failure)", folder: folder.path)
        }
    }

    /// - Parameter step: the one that was completed just now, if one was.
    private func isDue(after step: Int?, since saved: ContinuousClock.Instant) -> Bool {
        guard folder != nil else { return false }
        switch snapshots {
        case .steps(let every): return every > 0 && step.map { $0 % every == 0 } == true
        case .interval(let interval): return .now - saved > interval
        }
    }

    /// A state is one to go on from only with the lines that came before it.
    private func writeState(of training: some ResumableTraining) throws {
        try log.flush()
        if let snapshotFolder { try training.writeSnapshot(to: snapshotFolder) }
    }

    /// Does what must be done now; an earlier state, if there is one, is named where it cannot be.
    private func orEarlierState(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let failure as FileError {
            guard let folder, folder.hasState else { throw failure }
            throw TrainingError.stopped(reason: "\(failure)", folder: folder.path)
        }
    }

    /// Does what a later time can make good: there may be room again then.
    private struct Disk {
        let postponed: (FileError) -> Void
        private var isFull = false

        init(postponed: @escaping (FileError) -> Void) { self.postponed = postponed }

        mutating func unlessFull(_ body: () throws -> Void) throws {
            do {
                try body()
                isFull = false
            } catch let failure as FileError {
                // Once for all that finds no room in a row.
                if !isFull { postponed(failure) }
                isFull = true
            }
        }
    }
}
