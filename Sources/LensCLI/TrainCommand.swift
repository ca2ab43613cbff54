import CommandSupport
import ArgumentParser
import Corpora
import Base
import Foundation
import Lenses
import Reports
import Results
import Models

/// `lens train`: one translator for every block of a model.
struct TrainCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a tuned lens: one affine translator for every block of a model.",
        discussion: """
            The folder --out gets config.json and params.pt, which Python's tuned-lens loads, the \
            same parameters as params.safetensors, the losses of every step in train.jsonl, and \
            run.json; until all of it is complete it lies in the subfolder unfinished, and what an \
            earlier training left stays as it is. The windows of --held-out, the next ones in the text after those that \
            training takes, are for measuring alone. Once the closed form is found, Ctrl-C leaves a \
            snapshot there, from which the same command with --resume goes on.

              lens train --model mamba2-370m --data val.jsonl.zst --out lenses/mamba2-370m
              lens train --model mamba2-370m --data val.jsonl.zst --out lenses/short \\
                --budget 10m

            The published recipe is that of tuned-lens 0.2 (Belrose et al. 2023), for text without \
            end. fast reaches its losses with a tenth of the tokens on such text as it is trained \
            on; on text of another kind, such as prompts after Wikipedia, its first blocks read \
            less well, so give it some of what you will read.
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
        let fit = recipe.options(window: corpus.window).fit
        guard fit != .gradient else { return }
        for (isGiven, what) in [
            (lens != nil, "--lens"), (recipe.biasOnly, "--bias-only"),
            (measuring.heldOut == 0, "--held-out 0"),
            (fit == .closedForm && session.resume, "--resume"),
            (fit == .closedForm && measuring.patience != nil, "--patience"),
            (fit == .closedForm && recipe.positionsPerWindow != nil, "--positions-per-window"),
        ] {
            try require(
                !isGiven,
                "\(what) does not go with the closed form; take --fit gradient, or leave it out.")
        }
    }

    func perform() throws -> String {
        let began = ContinuousClock.now
        let folder = try session.claim(
            for: .lens,
            inputs: [("--model", modelOptions.model), ("--lens", lens)]
                + corpus.data.map { ("--data", $0) })
        let model = try modelOptions.loadModel(isRecorded: true)
        var options = recipe.options(window: corpus.window)
        options.precision = model.precision
        let (windows, heldOut) = try readText(model, &options, since: began)
        let measured = HeldOutText(heldOut, model: model, options: options)
        return options.fit == .closedForm
            ? try solve(model, windows, measured, options, in: folder)
            : try train(model, windows, measured, options, in: folder)
    }

    /// The windows to train on and those to measure on; the sizes that follow from their number are
    /// set in `options`.
    private func readText(
        _ model: LanguageModel, _ options: inout LensTrainingOptions,
        since began: ContinuousClock.Instant
    ) throws -> (training: TokenWindows, heldOut: TokenWindows) {
        let length = corpus.window
        if recipe.recipe == .published, let tokens = recipe.tokensPerStep,
            !tokens.isMultiple(of: length)
        {
            throw LensError.tokensPerStep(tokens: tokens, window: length)
        }
        var (needed, held) = (options.windowsNeeded, measuring.heldOut ?? 16)
        let read = try corpus.readWindows(
            modelOptions.loadTokenizer(for: model),
            limit: max(1, recipe.windowLimit(of: length, model.configuration) + held))
        switch recipe.recipe {
        case .fast:
            // A speed that is measured anew would give another plan.
            let plan =
                if session.resume, case .seconds = recipe.budget {
                    try LensSnapshot.plan(
                        in: session.out, window: length, heldOut: measuring.heldOut,
                        model.configuration)
                } else {
                    try Planner(
                        model: model, options: options, recipe: recipe,
                        heldOut: measuring.heldOut, began: began
                    ).plan(read)
                }
            plan.apply(to: &options)
            if plan.isClosedFormAlone { options.recipe += ", closed form alone" }
            (needed, held) = (plan.windows, plan.heldOut)
        case .published:
            options.evalEvery = max(1, options.steps / 10)
            if options.fit == .closedForm {
                // As many as there are, without those to measure on.
                needed = min(needed, read.count - min(held, read.count / 4))
            }
        }
        measuring.apply(to: &options)
        try require(
            (0..<options.steps).contains(options.warmupSteps ?? 0),
            "--warmup-steps is \(options.warmupSteps ?? 0), expected 0 to \(options.steps - 1), fewer than"
                + " the steps.")
        try require(
            options.keep == .best || measuring.patience == nil,
            "--patience needs --keep best, which knows what better is.")
        return try measuring.split(read, after: needed, count: held)
    }

    /// Translators by steps along the gradient, from the closed form if that is asked for.
    private func train(
        _ model: LanguageModel, _ windows: TokenWindows, _ heldOut: HeldOutText,
        _ options: LensTrainingOptions, in folder: OutputFolder
    ) throws -> String {
        let start = try lens.map {
            try LensArtifact.readWithHash($0, for: model, allowOtherModel: allowOtherModel)
        }
        let trainer = try LensTrainer(
            model, lens: start?.lens ?? Lens(zeroFor: model.configuration), windows: windows,
            heldOut: heldOut, options: options)
        trainer.sources = sources
        try folder.checkSpace(for: trainer)
        let began = ContinuousClock.now
        if options.fit == .both, !session.resume {
            let enough = LensTrainingPlan.closedFormWindows(
                of: windows.window, dModel: model.configuration.dModel)
            trainer.start(
                from: try closedForm(model, trainer.text, heldOut, atMost: enough))
        }
        let log = TrainingLog(folder: folder.work)
        try session.run(trainer, in: folder, log: log, since: began) { report, heldOut in
            let measured = heldOut.map { "  held out \(decimal($0.mean))" } ?? ""
            return "mean loss \(decimal(report.loss.mean))\(measured)"
        }

        let measured = try log.reports(HeldOutReport<[Double]>.self)
        var record: HeldOutLosses?
        // Both are in the log unless it was lost while training was interrupted.
        if let first = measured.first, let last = measured.last, first.step == 0,
            last.step == trainer.completedSteps
        {
            record = HeldOutLosses(
                windows: heldOut.windows.count, sha256: heldOut.windows.sha256,
                start: trainer.closedForm?.start ?? first.scores,
                closedForm: trainer.closedForm?.end,
                end: trainer.smallestLosses ?? last.scores, ridges: trainer.closedForm?.ridges)
        }
        let text = summary(try log.reports(LensTrainer.Report.self), heldOut: record)
        try session.finish(trainer, in: folder) {
            try write(
                trainer.result, of: model, windows, options, heldOut: record,
                startSHA256: start?.sha256, in: folder)
        }
        return text
    }

    /// The arguments that chose the model, the text and the start.
    private var sources: [String: String] {
        [
            "model_sha256": Invocation.typed(["--model"]),
            "starting_lens": lens == nil ? "without --lens" : Invocation.typed(["--lens"]),
            "windows_sha256": Invocation.typed(["--data", "--tokenizer", "--text-key", "--lines"]),
            "held_out_sha256": Invocation.typed([
                "--data", "--tokenizer", "--text-key", "--lines", "--held-out",
            ]),
        ]
    }

    /// Translators by least squares.
    private func solve(
        _ model: LanguageModel, _ windows: TokenWindows, _ heldOut: HeldOutText,
        _ options: LensTrainingOptions, in folder: OutputFolder
    ) throws -> String {
        let bytes = 2 * Lens(zeroFor: model.configuration).byteCount
        try checkSpace(for: folder.path, in: folder.path, bytes: bytes)
        let text = try TrainingText(windows, model: model, options: options)
        let solution = try closedForm(model, text, heldOut)
        let log = TrainingLog(folder: folder.work)
        try log.begin()
        try log.append(HeldOutReport(step: 0, scores: solution.losses.start))
        try log.append(HeldOutReport(step: 1, scores: solution.losses.end))
        let record = HeldOutLosses(
            windows: heldOut.windows.count, sha256: heldOut.windows.sha256,
            start: solution.losses.start, end: solution.losses.end,
            ridges: solution.losses.ridges)
        try write(solution.lens, of: model, windows, options, heldOut: record, in: folder)
        try folder.commit()
        return summary([], heldOut: record)
    }

    /// Reads the text once, or the windows that steps take first, which can not be put away half-way.
    private func closedForm(
        _ model: LanguageModel, _ text: TrainingText, _ heldOut: HeldOutText,
        atMost limit: Int = .max
    ) throws -> ClosedFormFit.Solution {
        let fit = try ClosedFormFit(model, text: text, atMost: limit, heldOut: heldOut)
        Interruption.catchSignals()
        let display = ProgressDisplay(
            "closed form", unit: "tokens", total: fit.windowsToSee * text.windows.window)
        defer { display.finish() }
        while !fit.isRead {
            if Interruption.isRequested { throw CommandError.interruptedWithoutState }
            try fit.advance()
            display.update(fit.windowsSeen * text.windows.window)
        }
        return try fit.solve()
    }

    private func write(
        _ result: Lens, of model: LanguageModel, _ windows: TokenWindows,
        _ options: LensTrainingOptions, heldOut: HeldOutLosses?,
        startSHA256: String? = nil, in folder: OutputFolder
    ) throws {
        try LensArtifact.write(result, for: model, recipe: options.recipe, to: folder.work)
        let record = LensTrainingRecord(
            run: try RunRecord(
                command: commandLine, version: version, seed: options.seed, model: model,
                lens: lens, lensSHA256: startSHA256, data: corpus.data,
                dataSHA256: windows.sha256),
            options: options, windows: windows.count, heldOut: heldOut,
            documents: windows.documentCount, natsToBitsPerByte: windows.natsToBitsPerByte)
        try writeFile(try record.json(), to: join(folder.work, "run.json"))
    }

    /// Losses of the first and the last step, and of what was held out.
    private func summary(
        _ reports: [LensTrainer.Report], heldOut: HeldOutLosses?
    ) -> String {
        var columns: [(title: String, values: [String])] = []
        func add(_ title: String, _ values: [Double]?) {
            if let values { columns.append((title, values.map { decimal($0) })) }
        }
        add("first step", reports.first?.loss)
        add("last step", reports.last?.loss)
        add("bits per byte", reports.last?.lossBitsPerByte)
        add("held out: start", heldOut?.start)
        add("closed form", heldOut?.closedForm)
        add("end", heldOut?.end)
        if let ridges = heldOut?.ridges {
            columns.append(("ridge", ridges.map { $0.map { "\($0)" } ?? "none" }))
        }
        var table = TextTable(["blocks"] + columns.map(\.title))
        for layer in columns.first?.values.indices ?? 0..<0 {
            table.add(["\(layer + 1)"] + columns.map { $0.values[layer] })
        }
        let unit = recipe.loss == .kl ? "KL to the model's output" : "Cross entropy"
        return """
            \(unit) in nats after each block\(measuring.sentence(heldOut?.windows)):
            \(table.text)
            lens written to \(session.out)
            """
    }
}

extension OutputFolder.Kind {
    static let lens = OutputFolder.Kind(
        command: "lens train", result: "a finished lens", key: "config.json",
        files: ["params.pt", "params.safetensors", "train.jsonl", "run.json", "config.json"],
        continuation: "give it as --lens, and another --out")
}

extension LensTrainer: ResumableTraining {
    var totalSteps: Int { options.steps }
    var totalTokens: Int { options.steps * options.tokensPerStep }
    func writeSnapshot(to folder: String) throws { try LensSnapshot.write(self, to: folder) }
    func restore(from folder: String) throws { try LensSnapshot.restore(self, from: folder) }
    var stateByteCount: Int { LensSnapshot.byteCount(of: self) }
    // As params.pt and as params.safetensors.
    var resultByteCount: Int { 2 * lens.byteCount }
}

extension [Double] {
    fileprivate var mean: Double { reduce(0, +) / Double(count) }
}
