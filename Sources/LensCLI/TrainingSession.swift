import CommandSupport
import ArgumentParser
import Checkpoints
import Base
import Results

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
    /// Bytes of a snapshot.
    var stateByteCount: Int { get }
    /// Bytes of the files that the training ends with.
    var resultByteCount: Int { get }
}

extension OutputFolder {
    /// Checks that the disk holds what a training will put on it: beside the last snapshot the next
    /// one, or the result.
    func checkSpace(for training: some ResumableTraining) throws {
        let bytes = training.stateByteCount + max(training.stateByteCount, training.resultByteCount)
        try Base.checkSpace(for: path, in: path, bytes: bytes)
    }
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
        try requireFolder(out)
        try requireNumber(snapshotEvery, "--snapshot-every", 0...Bounds.many)
    }

    /// Takes the folder before anything is read.
    ///
    /// - Parameter inputs: what must not be in it, with the options that name it.
    func claim(
        for kind: OutputFolder.Kind, inputs: [(option: String, path: String?)]
    ) throws -> OutputFolder {
        try OutputFolder(
            out, for: kind, mode: resume ? .resume : overwrite ? .overwrite : .new,
            inputs: inputs.compactMap { input in input.path.map { (input.option, $0) } })
    }

    /// Runs until the last step, from the snapshot if there is one to go on from, leaving snapshots
    /// on the way.
    ///
    /// - Parameters:
    ///   - start: when the work began that a snapshot keeps from being lost.
    ///   - detail: what of a step's report and the newest measurement the progress line shows.
    /// - Throws: `CommandError.interrupted` once a requested stop is safe.
    func run<Training: ResumableTraining>(
        _ training: Training, in folder: OutputFolder, log: TrainingLog,
        since start: ContinuousClock.Instant = .now,
        detail: (Training.Report, Training.Scores?) -> String
    ) throws {
        var scores: Training.Scores?
        // A state is one to go on from only with the lines that came before it.
        func writeState() throws {
            try log.flush()
            try training.writeSnapshot(to: out)
        }
        var isFull = false
        /// Does what a later time can make good: there may be room again then.
        func unlessFull(_ body: () throws -> Void) throws {
            do {
                try body()
                isFull = false
            } catch let failure as FileError {
                if !isFull { StandardStreams.warn("lens: not written for now: \(failure)") }
                isFull = true
            }
        }
        /// Does what must be done now; an earlier state, if there is one, is named where it cannot be.
        func orEarlierState(_ body: () throws -> Void) throws {
            do {
                try body()
            } catch let failure as FileError where folder.hasState {
                throw CommandError.stopped(reason: "\(failure)", folder: out)
            }
        }
        Interruption.catchSignals()
        if resume {
            try training.restore(from: out)
            try log.keep(through: training.completedSteps)
        } else {
            try log.begin()
            if let report = try training.measure() {
                try log.append(report)
                scores = report.scores
            }
        }
        let display = ProgressDisplay(
            "training", unit: "tokens", total: training.totalTokens,
            alreadyDone: training.tokensSeen)
        defer { display.finish() }
        var latest = ""
        var saved = start
        while !training.isFinished {
            if Interruption.isRequested {
                try orEarlierState(writeState)
                throw CommandError.interrupted(folder: out)
            }
            let report = try training.advance()
            if let report {
                try unlessFull { try log.append(report) }
                if let measured = try training.measure() {
                    scores = measured.scores
                    try unlessFull { try log.append(measured) }
                }
                latest = detail(report, scores)
            }
            let isDue =
                if let snapshotEvery {
                    snapshotEvery > 0 && report.map { $0.step % snapshotEvery == 0 } == true
                } else {
                    .now - saved > Self.snapshotInterval
                }
            if isDue, !training.isFinished {
                try unlessFull(writeState)
                saved = .now
            }
            let step = "step \(training.completedSteps)/\(training.totalSteps)"
            display.update(training.tokensSeen, detail: "\(step)  \(latest)")
        }
        try orEarlierState(log.flush)
    }

    /// Writes what a finished training ends with and puts it in its place. Where that fails the state is
    /// kept, from which `--resume` only writes the result.
    func finish(
        _ training: some ResumableTraining, in folder: OutputFolder, write: () throws -> Void
    ) throws {
        do {
            try write()
            try folder.commit()
        } catch let failure as any UserFacingError where failure.kind == .inputOutput {
            folder.removeIncomplete()
            try? training.writeSnapshot(to: out)
            guard folder.hasState else { throw failure }
            throw CommandError.stopped(reason: "\(failure)", folder: out)
        }
    }
}
