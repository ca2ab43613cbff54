import ArgumentParser
import Checkpoints
import Files

/// A training that advances in small pieces of work and can be put away between any two of them.
protocol ResumableTraining {
    associatedtype Report: TrainingReport
    associatedtype Scores: Codable & Sendable & Equatable

    var completedSteps: Int { get }
    var totalSteps: Int { get }
    /// Those of an unfinished step included.
    var tokensSeen: Int { get }
    var totalTokens: Int { get }
    var isFinished: Bool { get }
    /// - Returns: the step's report when a step was completed.
    func advance() throws -> Report?
    /// Measures what training does not learn from.
    ///
    /// - Returns: nil where that is not due after the steps done.
    func measure() throws -> HeldOutReport<Scores>?
    func writeSnapshot(to folder: String) throws
    func restore(from folder: String) throws
}

/// What a finished training leaves in its folder.
protocol TrainingResult {
    static func exists(in folder: String) -> Bool
    /// Makes the folder one without a result.
    static func retract(from folder: String) throws
}

/// Where a training writes, and how it starts, stops and goes on.
struct SessionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Folder to write.", valueName: "dir"))
    var out: String

    @Flag(help: "Go on from the snapshot in --out.")
    var resume = false

    @Flag(help: "Replace what a finished training left in --out.")
    var overwrite = false

    @Option(
        help: """
            Steps between snapshots, from which --resume goes on after a crash; 0 for none but on \
            Ctrl-C.
            """)
    var snapshotEvery = 10

    func validate() throws {
        guard !out.isEmpty else { throw ValidationError("--out is empty, expected a folder.") }
        guard snapshotEvery >= 0 else {
            throw ValidationError("--snapshot-every is \(snapshotEvery), expected 0 or more.")
        }
    }

    var snapshots: SnapshotFolder { SnapshotFolder(in: out) }

    /// What is in the folder is not replaced unless the user says so.
    ///
    /// - Parameter finished: what to say if the folder holds a result; nil if it does not.
    func check(finished: (any Error)?) throws {
        try snapshots.check(resume: resume)
        if let finished, snapshots.isEmpty, !overwrite { throw finished }
    }

    /// Takes the folder once the arguments are known to be good: whatever result it held is gone, and
    /// nobody else writes to it as long as the lock lives.
    func claim(retracting result: (some TrainingResult).Type) throws -> FolderLock {
        let lock = try FolderLock(out)
        try checkWritable(join(out, "run.json"))
        if result.exists(in: out) { try result.retract(from: out) }
        return lock
    }

    /// Runs until the last step, from the snapshot if there is one to go on from, leaving snapshots
    /// on the way.
    ///
    /// - Parameters:
    ///   - keepsStart: whether a snapshot is worth its while before the first step.
    ///   - detail: what of a step's report and the newest measurement the progress line shows.
    /// - Throws: `CommandError.interrupted` once a requested stop is safe.
    func run<Training: ResumableTraining>(
        _ training: Training, log: TrainingLog, keepsStart: Bool = false,
        detail: (Training.Report, Training.Scores?) -> String
    ) throws {
        var scores: Training.Scores?
        func measure() throws {
            guard let report = try training.measure() else { return }
            try log.append(report)
            scores = report.scores
        }
        Interruption.catchSignals()
        if resume {
            try training.restore(from: out)
            try log.keep(through: training.completedSteps)
        } else {
            try log.begin()
            try measure()
            if keepsStart, snapshotEvery > 0 { try training.writeSnapshot(to: out) }
        }
        let display = ProgressDisplay(
            "training", unit: "tokens", total: training.totalTokens,
            alreadyDone: training.tokensSeen)
        defer { display.finish() }
        var latest = ""
        while !training.isFinished {
            if Interruption.isRequested {
                try training.writeSnapshot(to: out)
                throw CommandError.interrupted(folder: out)
            }
            if let report = try training.advance() {
                try log.append(report)
                try measure()
                latest = detail(report, scores)
                if snapshotEvery > 0, report.step % snapshotEvery == 0, !training.isFinished {
                    try training.writeSnapshot(to: out)
                }
            }
            let step = "step \(training.completedSteps)/\(training.totalSteps)"
            display.update(training.tokensSeen, detail: "\(step)  \(latest)")
        }
    }
}
