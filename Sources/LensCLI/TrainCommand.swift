import ArgumentParser
import Corpora
import Files
import Foundation
import Lenses
import Reports
import StateSpaceModels

/// `lens train`: one translator for every block of a model.
struct TrainCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a tuned lens: one affine translator for every block of a model.",
        discussion: """
            The defaults are the recipe of tuned-lens 0.2 (Belrose et al. 2023). The folder --out \
            gets config.json and params.pt, which Python's tuned-lens loads, the same parameters \
            as params.safetensors, the losses of every step in train.jsonl, and run.json. The \
            windows of --held-out, the next ones in the text after those that training takes, are \
            for measuring alone. Ctrl-C leaves a snapshot there, from which the same command with \
            --resume goes on.

              lens train --model mamba2-370m --data val.jsonl.zst --out lenses/mamba2-370m
            """)

    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var corpus: CorpusOptions
    @OptionGroup var recipe: RecipeOptions
    @OptionGroup var measuring: HeldOutOptions

    @Option(
        help: ArgumentHelp("Start from this lens instead of zero translators.", valueName: "dir"))
    var lens: String?

    @Flag(help: "Start from --lens even if it was trained for another unembedding.")
    var allowOtherModel = false

    @OptionGroup var session: SessionOptions

    func validate() throws {
        guard lens != session.out else {
            throw ValidationError("--lens and --out are the same folder; write to another one.")
        }
        guard recipe.fit == .closedForm else { return }
        for (isGiven, what) in [
            (lens != nil, "--lens"), (session.resume, "--resume"),
            (recipe.biasOnly, "--bias-only"), (recipe.loss != .kl, "--loss ce"),
            (measuring.heldOut == 0, "--held-out 0"),
        ] where isGiven {
            throw ValidationError("--fit closed-form and \(what) do not go together.")
        }
    }

    func perform() throws -> String {
        let out = session.out
        try session.check(
            finished: LensArtifact.exists(in: out) ? LensError.finished(folder: out) : nil)
        let model = try modelOptions.loadModel()
        var options = recipe.options(window: corpus.window)
        options.precision = model.precision
        options.evalEvery = measuring.every(of: options.steps)
        options.keep = recipe.fit == .closedForm ? .best : measuring.keep
        let read = try corpus.readWindows(
            modelOptions.loadTokenizer(for: model),
            limit: max(1, options.windowsNeeded + measuring.atMost))
        switch options.fit {
        case .gradient:
            let (windows, heldOut) = try measuring.split(read, after: options.windowsNeeded)
            return try train(model, windows, heldOut: heldOut, options)
        case .closedForm:
            // As many windows as there are, up to those that steps would take.
            let rest = min(measuring.atMost, read.count / 4)
            let (windows, heldOut) = try measuring.split(
                read, after: min(options.windowsNeeded, read.count - rest))
            return try solve(model, windows, heldOut: heldOut, options)
        }
    }

    /// Translators by steps along the gradient.
    private func train(
        _ model: LanguageModel, _ windows: TokenWindows, heldOut: TokenWindows,
        _ options: LensTrainingOptions
    ) throws -> String {
        let start = try lens.map {
            try LensArtifact.read($0, for: model, allowOtherModel: allowOtherModel)
        }
        let startSHA256 = try lens.map(LensArtifact.sha256)
        let trainer = try LensTrainer(
            model, lens: start ?? Lens(zeroFor: model.configuration), windows: windows,
            heldOut: heldOut, options: options)

        let lock = try session.claim(retracting: LensArtifact.self)
        defer { withExtendedLifetime(lock) {} }
        let log = TrainingLog(folder: session.out)
        try session.run(trainer, log: log) { report, heldOut in
            let measured = heldOut.map { "  held out \(decimal($0.mean))" } ?? ""
            return "mean loss \(decimal(report.loss.mean))\(measured)"
        }

        let measured = try log.reports(HeldOutReport<[Double]>.self)
        var record: TrainingRecord.HeldOut?
        // Both are in the log unless it was lost while training was interrupted.
        if let first = measured.first, let last = measured.last, first.step == 0,
            last.step == options.steps
        {
            record = TrainingRecord.HeldOut(
                heldOut, start: first.scores, end: trainer.smallestLosses ?? last.scores)
        }
        try write(
            trainer.result, of: model, windows, options, heldOut: record, startSHA256: startSHA256)
        session.snapshots.remove()
        return summary(try log.reports(LensTrainer.Report.self), heldOut: record)
    }

    /// Translators by least squares.
    private func solve(
        _ model: LanguageModel, _ windows: TokenWindows, heldOut: TokenWindows,
        _ options: LensTrainingOptions
    ) throws -> String {
        let fit = try ClosedFormFit(model, windows: windows, heldOut: heldOut, options: options)
        let lock = try session.claim(retracting: LensArtifact.self)
        defer { withExtendedLifetime(lock) {} }
        Interruption.catchSignals()
        let display = ProgressDisplay(
            "reading", unit: "tokens", total: windows.count * windows.window)
        defer { display.finish() }
        while !fit.isRead {
            if Interruption.isRequested { throw CommandError.interruptedWithoutState }
            try fit.advance()
            display.update(fit.windowsSeen * windows.window)
        }
        let solution = try fit.solve()
        let log = TrainingLog(folder: session.out)
        try log.begin()
        try log.append(HeldOutReport(step: 0, scores: solution.start))
        try log.append(HeldOutReport(step: 1, scores: solution.end))
        let record = TrainingRecord.HeldOut(
            heldOut, start: solution.start, end: solution.end, ridges: solution.ridges)
        try write(solution.lens, of: model, windows, options, heldOut: record)
        return summary(solution, record)
    }

    private func write(
        _ result: Lens, of model: LanguageModel, _ windows: TokenWindows,
        _ options: LensTrainingOptions, heldOut: TrainingRecord.HeldOut?,
        startSHA256: String? = nil
    ) throws {
        try LensArtifact.write(result, for: model, to: session.out)
        let record = TrainingRecord(
            run: try RunRecord(
                command: commandLine, version: version, seed: options.seed, model: model,
                lens: lens, lensSHA256: startSHA256, data: corpus.data,
                dataSHA256: windows.sha256),
            options: options, windows: windows, heldOut: heldOut)
        try writeFile(try encodeJSON(record), to: join(session.out, "run.json"))
    }

    /// Losses of the first and the last step, and of what was held out.
    private func summary(
        _ reports: [LensTrainer.Report], heldOut: TrainingRecord.HeldOut?
    ) -> String {
        guard let first = reports.first, let last = reports.last else { return session.out }
        var table = TextTable(
            ["blocks", "first step", "last step", "bits per byte"]
                + (heldOut == nil ? [] : ["held out: start", "end"]))
        for layer in last.loss.indices {
            let measured = heldOut.map { [$0.start[layer], $0.end[layer]] } ?? []
            table.add(
                ["\(layer + 1)"]
                    + ([first.loss[layer], last.loss[layer], last.lossBitsPerByte[layer]]
                    + measured).map { decimal($0) })
        }
        let unit = recipe.loss == .kl ? "KL to the model's output" : "Cross entropy"
        return """
            \(unit) in nats after each block\(measuring.sentence(heldOut?.windows ?? 0)):
            \(table.text)
            lens written to \(session.out)
            """
    }

    /// The logit lens and the one that was found, on what was held out.
    private func summary(
        _ solution: ClosedFormFit.Solution, _ heldOut: TrainingRecord.HeldOut
    ) -> String {
        var table = TextTable("blocks", "logit lens", "closed form", "ridge")
        for (layer, ridge) in solution.ridges.enumerated() {
            table.add(
                ["\(layer + 1)", decimal(solution.start[layer]), decimal(solution.end[layer])]
                    + [ridge.map { "\($0)" } ?? "none"])
        }
        return """
            KL to the model's output in nats after each block, on \(heldOut.windows) windows held out:
            \(table.text)
            lens written to \(session.out)
            """
    }
}

extension LensArtifact: TrainingResult {}

extension LensTrainer: ResumableTraining {
    var totalSteps: Int { options.steps }
    var tokensSeen: Int { windowsSeen * options.window }
    var totalTokens: Int { options.steps * options.tokensPerStep }
    func writeSnapshot(to folder: String) throws { try LensSnapshot.write(self, to: folder) }
    func restore(from folder: String) throws { try LensSnapshot.restore(self, from: folder) }
}

extension [Double] {
    fileprivate var mean: Double { reduce(0, +) / Double(count) }
}
