import ArgumentParser
import Files
import Foundation
import Lenses
import Reports
import StateSpaceModels

extension LensObjective: ExpressibleByArgument {}
extension LensTrainingOptions.Optimizer: ExpressibleByArgument {}

/// `lens train`: one translator for every block of a model.
struct TrainCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a tuned lens: one affine translator for every block of a model.",
        discussion: """
            The defaults are the recipe of tuned-lens 0.2 (Belrose et al. 2023). The folder --out \
            gets config.json and params.pt, which Python's tuned-lens loads, the same parameters \
            as params.safetensors, the losses of every step in train.jsonl, and run.json. Ctrl-C \
            leaves a snapshot there, from which the same command with --resume goes on.

              lens train --model mamba2-370m --data val.jsonl.zst --out lenses/mamba2-370m
            """)

    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var corpus: CorpusOptions
    @OptionGroup var recipe: RecipeOptions

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
    }

    func perform() throws -> String {
        let out = session.out
        try session.check(
            finished: LensArtifact.exists(in: out) ? LensError.finished(folder: out) : nil)
        let model = try modelOptions.loadModel()
        let start = try lens.map {
            try LensArtifact.read($0, for: model, allowOtherModel: allowOtherModel)
        }
        let startSHA256 = try lens.map(LensArtifact.sha256)
        var options = recipe.options(window: corpus.window)
        options.precision = model.precision
        let windows = try corpus.readWindows(
            modelOptions.loadTokenizer(for: model), limit: options.windowsNeeded)
        let trainer = try LensTrainer(
            model, lens: start ?? Lens(zeroFor: model.configuration), windows: windows,
            options: options)

        let lock = try session.claim(retracting: LensArtifact.self)
        defer { withExtendedLifetime(lock) {} }
        let log = TrainingLog<LensTrainer.Report>(folder: out)
        try session.run(trainer, log: log) { "mean loss \(decimal($0.meanLoss))" }

        try LensArtifact.write(trainer.lens, for: model, to: out)
        let record = TrainingRecord(
            run: try RunRecord(
                command: commandLine, version: version, seed: options.seed, model: model,
                lens: lens, lensSHA256: startSHA256, data: corpus.data,
                dataSHA256: windows.sha256),
            options: options, windows: windows)
        try writeFile(try encodeJSON(record), to: join(out, "run.json"))
        session.snapshots.remove()
        return try summary(log)
    }

    /// Losses of the first and the last step.
    private func summary(_ log: TrainingLog<LensTrainer.Report>) throws -> String {
        let reports = try log.reports()
        guard let first = reports.first, let last = reports.last else { return session.out }
        var table = TextTable("blocks", "first step", "last step", "bits per byte")
        for layer in last.loss.indices {
            table.add(
                ["\(layer + 1)"]
                    + [first.loss[layer], last.loss[layer], last.lossBitsPerByte[layer]]
                    .map { decimal($0) })
        }
        let unit = recipe.loss == .kl ? "KL to the model's output" : "Cross entropy"
        return "\(unit) in nats after each block:\n\(table.text)\nlens written to \(session.out)"
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

extension LensTrainer.Report {
    fileprivate var meanLoss: Double { loss.reduce(0, +) / Double(loss.count) }
}

/// The training recipe.
struct RecipeOptions: ParsableArguments {
    @Option(help: "What the lens is trained towards: the model's own output, or the next token.")
    var loss = LensObjective.kl

    @Option(help: "SGD with Nesterov momentum, or Adam with AMSGrad.")
    var optimizer = LensTrainingOptions.Optimizer.sgd

    @Option(help: "Updates of the translators.")
    var steps = 250

    @Option(help: "Tokens in a step; a multiple of --window.")
    var tokensPerStep = 1 << 18

    @Option(help: "Factor on the learning rate, 0.1 for SGD and 0.001 for Adam.")
    var lrScale = 1.0

    @Option(
        help: "Pull of the translators towards zero, that is, of the lens towards the identity.")
    var weightDecay = 1e-3

    @Option(help: "Momentum of SGD.")
    var momentum = 0.9

    @Option(
        help: """
            Steps over which the learning rate rises. (default: 0 for SGD, a fifth of the steps \
            for Adam)
            """)
    var warmupSteps: Int?

    @Flag(help: "Train only the translators' biases.")
    var biasOnly = false

    @Option(help: "Seed of the order of the windows.")
    var seed: UInt64 = 42

    @Option(
        help: """
            Positions by which labels are ahead of the state; --token-shift=-1 for behind. \
            (default: 0 for kl, 1 for ce)
            """)
    var tokenShift: Int?

    @Flag(inversion: .prefixedNo, help: "Shuffle the windows instead of taking them in text order.")
    var shuffle = true

    func validate() throws {
        func require(_ holds: Bool, _ message: String) throws {
            if !holds { throw ValidationError(message) }
        }
        try require(steps > 0, "--steps is \(steps), expected at least 1.")
        try require(tokensPerStep > 0, "--tokens-per-step is \(tokensPerStep), expected more.")
        let (tokens, overflow) = steps.multipliedReportingOverflow(by: tokensPerStep)
        try require(
            !overflow && tokens <= 1 << 48,
            "--steps \(steps) of --tokens-per-step \(tokensPerStep) are more than any text has.")
        try require(
            lrScale > 0 && lrScale.isFinite, "--lr-scale is \(lrScale), expected a positive number."
        )
        try require(
            weightDecay >= 0 && weightDecay.isFinite,
            "--weight-decay is \(weightDecay), expected 0 or more.")
        try require((0..<1).contains(momentum), "--momentum is \(momentum), expected 0 to 1.")
        try require(
            (0..<steps).contains(warmupSteps ?? 0),
            "--warmup-steps is \(warmupSteps ?? 0), expected 0 to \(steps - 1).")
    }

    func options(window: Int) -> LensTrainingOptions {
        var options = LensTrainingOptions()
        options.loss = loss
        options.tokenShift = tokenShift ?? loss.defaultTokenShift
        options.optimizer = optimizer
        options.steps = steps
        options.tokensPerStep = tokensPerStep
        options.window = window
        options.learningRateScale = lrScale
        options.momentum = momentum
        options.weightDecay = weightDecay
        options.warmupSteps = warmupSteps
        options.biasOnly = biasOnly
        options.seed = seed
        options.shuffle = shuffle
        return options
    }
}
