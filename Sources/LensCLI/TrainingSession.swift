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
            Ctrl-C. (default: one every five minutes)
            """)
    var snapshotEvery: Int?

    private static let snapshotInterval = Duration.seconds(300)

    func validate() throws {
        try require(!out.isEmpty, "--out is empty, expected a folder.")
        try require(
            snapshotEvery ?? 0 >= 0,
            "--snapshot-every is \(snapshotEvery ?? 0), expected 0 or more.")
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
    ///   - start: when the work began that a snapshot keeps from being lost.
    ///   - detail: what of a step's report and the newest measurement the progress line shows.
    /// - Throws: `CommandError.interrupted` once a requested stop is safe.
    func run<Training: ResumableTraining>(
        _ training: Training, log: TrainingLog, since start: ContinuousClock.Instant = .now,
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
        }
        let display = ProgressDisplay(
            "training", unit: "tokens", total: training.totalTokens,
            alreadyDone: training.tokensSeen)
        defer { display.finish() }
        var latest = ""
        var saved = start
        while !training.isFinished {
            if Interruption.isRequested {
                try training.writeSnapshot(to: out)
                throw CommandError.interrupted(folder: out)
            }
            let report = try training.advance()
            if let report {
                try log.append(report)
                try measure()
                latest = detail(report, scores)
            }
            let isDue =
                if let snapshotEvery {
                    snapshotEvery > 0 && report.map { $0.step % snapshotEvery == 0 } == true
                } else {
                    .now - saved > Self.snapshotInterval
                }
            if isDue, !training.isFinished {
                try training.writeSnapshot(to: out)
                saved = .now
            }
            let step = "step \(training.completedSteps)/\(training.totalSteps)"
            display.update(training.tokensSeen, detail: "\(step)  \(latest)")
        }
    }
}
