import ArgumentParser
import Base
import CommandSupport
import Training

/// Where a training writes, and how it starts, stops and goes on.
package struct SessionOptions: ParsableArguments {
    package init() {}

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Folder to write.", valueName: "dir"),
        completion: .directory)
    package var out: String

    @Flag(help: "Go on from the snapshot in --out.")
    package var resume = false

    @Flag(help: "Replace what a finished training left in --out.")
    package var overwrite = false

    @OptionGroup(title: .expert) package var snapshots: SnapshotOptions

    package func validate() throws {
        try requireFolder(out)
    }

    /// Takes the folder before anything is read.
    ///
    /// - Parameter inputs: what must not be in it, with the options that name it.
    package func claim(
        for kind: OutputFolder.Kind, inputs: [(option: String, path: String?)]
    ) throws -> OutputFolder {
        try OutputFolder(
            out, for: kind, mode: resume ? .resume : overwrite ? .overwrite : .new,
            inputs: inputs.compactMap { input in input.path.map { (input.option, $0) } })
    }

    /// A session in the folder; from here on Ctrl-C is a wish that training looks for.
    package func start(in folder: OutputFolder) -> TrainingSession {
        Interruption.catchSignals()
        var session = TrainingSession(
            in: folder, isResumed: resume,
            snapshots: snapshots.snapshotEvery.map { .steps($0) } ?? .interval(.seconds(300)),
            arguments: Invocation.arguments)
        session.isInterrupted = { Interruption.isRequested }
        session.postponed = { StandardStreams.warn("lens: not written for now: \($0)") }
        return session
    }
}

/// How often a training can be gone on with.
package struct SnapshotOptions: ParsableArguments {
    package init() {}

    @Option(
        help: ArgumentHelp(
            """
            Steps between snapshots, from which --resume goes on after a crash; 0 for none but on \
            Ctrl-C. (default: one every five minutes)
            """, valueName: "steps"))
    package var snapshotEvery: Int?

    package func validate() throws {
        try requireNumber(snapshotEvery, "--snapshot-every", 0...Bounds.many)
    }
}

/// The progress line of a training.
package final class TrainingDisplay {
    private var label: String?
    private var display: ProgressDisplay?

    package init() {}

    /// - Parameter done: at the first call what was done before, which says nothing of the rate.
    private func update(
        _ label: String, _ done: Int, of total: Int, _ details: [String] = []
    ) {
        if label != self.label {
            display?.finish()
            self.label = label
            display = ProgressDisplay(label, unit: "tokens", total: total, alreadyDone: done)
        }
        display?.update(done, details: details)
    }

    package func update(closedForm tokens: Int, of total: Int) {
        update("closed form", tokens, of: total)
    }

    /// - Parameter details: what of a step's report and the newest measurement the line shows, the most
    ///   important first.
    package func update<Training: ResumableTraining>(
        _ progress: TrainingProgress<Training>,
        details: (Training.Report, Training.Scores?) -> [String]
    ) {
        let report = progress.report.map { details($0, progress.scores) } ?? []
        update(
            "training", progress.tokensSeen, of: progress.totalTokens,
            ["step \(progress.completedSteps)/\(progress.totalSteps)"] + report)
    }

    /// Takes the line away.
    package func finish() { display?.finish() }
}
