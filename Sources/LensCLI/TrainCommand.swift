import ArgumentParser
import Base
import CommandOptions
import CommandSupport
import Corpora
import Foundation
import Lenses
import Models
import Reports
import Results
import Training

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
    @OptionGroup var session: SessionOptions
    @OptionGroup var recipeOptions: RecipeOptions

    @Option(
        help: ArgumentHelp("Start from this lens instead of zero translators.", valueName: "dir"),
        completion: .lens)
    var lens: String?

    @OptionGroup(title: .measuring) var measuring: MeasuringOptions
    @OptionGroup(title: .expert) var other: OtherModelOption

    private var recipe: LensRecipe {
        var recipe = recipeOptions.recipe()
        measuring.apply(to: &recipe)
        return recipe
    }

    func validate() throws {
        let fit = recipe.usedFit
        for (isGiven, what) in [
            (lens != nil, "--lens"), (recipe.biasOnly, "--bias-only"),
            (measuring.heldOut == 0, "--held-out 0"),
            (fit == .closedForm && session.resume, "--resume"),
            (fit == .closedForm && measuring.patience != nil, "--patience"),
            (fit == .closedForm && recipe.positionsPerWindow != nil, "--positions-per-window"),
        ] where fit != .gradient {
            try require(
                !isGiven,
                "\(what) does not go with the closed form; take --fit gradient, or leave it out.")
        }
        try require(
            recipe.kept == .best || measuring.patience == nil,
            "--patience needs --keep best, which knows what better is.")
    }

    func perform() throws -> String {
        let began = ContinuousClock.now
        let folder = try session.claim(
            for: .lens,
            inputs: [("--model", modelOptions.model), ("--lens", lens)]
                + corpus.data.map { ("--data", $0) })
        let model = try modelOptions.loadModel(isRecorded: true)
        let windows = try corpus.readWindows(
            modelOptions.loadTokenizer(for: model),
            limit: try recipe.windowsToRead(of: corpus.window, model.configuration))
        let training = try LensTraining(
            model: model, text: windows, recipe: recipe,
            start: try lens.map {
                try NamedLens($0, for: model, allowOtherModel: other.allowOtherModel)
            },
            resuming: session.resume ? SnapshotFolder(in: session.out) : nil, since: began)
        if let forecast = training.forecast {
            StandardStreams.warn(sentence(training.plan, forecast))
        }
        let display = TrainingDisplay()
        defer { display.finish() }
        let trained = try training.run(
            session.start(in: folder),
            origin: RunOrigin(command: commandLine, version: version, data: corpus.data)
        ) { progress in
            switch progress {
            case .closedForm(let tokens, let total):
                display.update(closedForm: tokens, of: total)
            case .steps(let progress):
                display.update(progress) { report, heldOut in
                    ["mean loss \(decimal(report.loss.mean))"]
                        + (heldOut.map { ["held out \(decimal($0.mean))"] } ?? [])
                }
            }
        }
        return summary(trained)
    }

    /// What training will do, and what that takes.
    private func sentence(
        _ plan: LensTrainingPlan, _ forecast: LensTrainingPlan.Forecast
    ) -> String {
        let (cost, spell): (LensTrainingPlan.Cost, (Double) -> String) =
            switch forecast {
            case .operations(let cost): (cost, { String(format: "%.2g operations", $0) })
            case .seconds(let cost): (cost, ProgressDisplay.duration)
            }
        func spelled(_ steps: LensTrainingPlan.Steps) -> String {
            """
            \(counted(steps.count, "step")) of \(steps.tokensPerStep) tokens, \
            \(counted(steps.positionsPerWindow, "position")) of each window of \(plan.window) \
            (\(spell(cost.steps)))
            """
        }
        let work =
            switch plan.work {
            case .closedForm:
                """
                closed form of \(counted(plan.windows, "window")) of \(plan.window) tokens \
                (\(spell(cost.closedForm)))\
                \(recipe.fit == nil ? ", which leaves no time for steps" : "")
                """
            case .closedFormThenSteps(let steps):
                "closed form (\(spell(cost.closedForm))), then \(spelled(steps))"
            case .steps(let steps): spelled(steps)
            }
        return """
            plan: \(work); measurements on \(counted(plan.heldOut, "window")) held out \
            (\(spell(cost.measuring))); \(spell(cost.total)) in all
            """
    }

    /// Losses of the first and the last step, and of what was held out.
    private func summary(_ trained: TrainedLens) -> String {
        let heldOut = trained.heldOut
        var columns: [(title: String, values: [String])] = []
        func add(_ title: String, _ values: [Double]?) {
            if let values { columns.append((title, values.map { decimal($0) })) }
        }
        add("first step", trained.firstStep?.loss)
        add("last step", trained.lastStep?.loss)
        add("bits per byte", trained.lastStep?.lossBitsPerByte)
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
        files: ["params.pt", "params.safetensors", "train.jsonl", "run.json", "config.json"])
}

extension [Double] {
    fileprivate var mean: Double { reduce(0, +) / Double(count) }
}
