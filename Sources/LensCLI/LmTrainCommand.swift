import ArgumentParser
import Checkpoints
import Corpora
import Files
import Foundation
import Kernels
import LanguageModeling
import Lenses
import Reports
import StateSpaceModels
import Tokenization

extension TrainingOptions.Schedule: ExpressibleByArgument {}

/// The placements that a conversion offers.
enum PlacementChoice: String, ExpressibleByArgument, CaseIterable {
    case all, quarter, alternate

    var placement: DifferentialPlacement {
        switch self {
        case .all: .all
        case .quarter: .quarter
        case .alternate: .alternate
        }
    }
}

/// `lens lm train`: a model from a configuration, or on from a checkpoint.
struct LmTrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a Mamba-2 or Diff-Mamba-2 model, or finetune one.",
        discussion: """
            Starts from --model, or from the random parameters that upstream draws for --config. \
            --data is text, cut into windows; with --tasks it is a BABILong or bAbI folder, whose \
            prompts are learnt, the loss on the answer only. The folder --out gets config.json, \
            model.safetensors and tokenizer.json, which transformers loads, the loss of every step \
            in train.jsonl, and run.json. Ctrl-C leaves a snapshot there, from which the same \
            command with --resume goes on.

              lens lm train --config config.json --tokenizer tokenizer.json \\
                --data train.txt --window 256 --out models/small
              lens lm train --model models/small --data babi --tasks all \\
                --out models/finetuned
            """)

    @Option(help: ArgumentHelp("Model folder to start from.", valueName: "dir"))
    var model: String?

    @Option(
        help: ArgumentHelp(
            "A config.json in Hugging Face's layout, to start from random parameters.",
            valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Turn the Mamba-2 model --model into a Diff-Mamba-2 start.",
            valueName: "all|quarter|alternate"))
    var convertToDiff: PlacementChoice?

    @Option(
        help: ArgumentHelp(
            "A tokenizer.json. (default: the one in the model folder)", valueName: "file"))
    var tokenizer: String?

    @Option(
        help: "Threads to use; their number can change last digits. (default: one for each core)")
    var threads: Int?

    @OptionGroup var corpus: CorpusOptions
    @OptionGroup var task: TaskOptions
    @OptionGroup var recipe: LmRecipeOptions
    @OptionGroup var session: SessionOptions

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads), expected 1 to 1024.")
        }
        guard (model == nil) != (config == nil) else {
            throw ValidationError("Give --model to start from a checkpoint, or --config.")
        }
        guard config == nil || tokenizer != nil else {
            throw ValidationError("--config needs --tokenizer.")
        }
        guard convertToDiff == nil || model != nil else {
            throw ValidationError("--convert-to-diff needs --model.")
        }
        guard task.tasks == nil || corpus.data.count == 1 else {
            throw ValidationError("--tasks takes one --data.")
        }
        guard model != session.out else {
            throw ValidationError("--model and --out are the same folder; write to another one.")
        }
    }

    func run() throws {
        let out = session.out
        try session.check(
            finished: ModelOutput.exists(in: out)
                ? LanguageModelingError.finished(folder: out) : nil)
        if let threads { Threads.count = threads }
        let (start, output) = try makeStart()
        let tokenizerPath = try tokenizer ?? join(resolveModelFolder(model ?? ""), "tokenizer.json")
        guard fileExists(tokenizerPath) else {
            throw CommandError.missingTokenizer(path: tokenizerPath)
        }
        let options = recipe.options
        let sequences = try readSequences(Tokenizer(path: tokenizerPath))
        let trainer = try LanguageModelTrainer(start, sequences: sequences, options: options)

        // The arguments are good; from here on the folder is ours.
        let lock = try FolderLock(out)
        defer { withExtendedLifetime(lock) {} }
        try checkWritable(join(out, "run.json"))
        if ModelOutput.exists(in: out) { try ModelOutput.retract(from: out) }
        let log = TrainingLog<LanguageModelTrainer.Report>(folder: out)
        try session.run(trainer, log: log) { "loss \(decimal($0.loss))" }

        try output.write(trainer.parameters, tokenizer: tokenizerPath, to: out)
        let record = LanguageModelRecord(
            run: try RunRecord(
                command: commandLine, version: version, seed: options.seed,
                model: LanguageModel(folder: out), data: corpus.data, dataSHA256: sequences.sha256),
            start: model ?? config ?? "", options: options, parameters: start.count,
            sequences: sequences.count)
        try writeFile(try encodeJSON(record), to: join(out, "run.json"))
        session.snapshots.remove()
        print(try summary(log))
    }

    /// The first parameters, and how the result is to be written.
    private func makeStart() throws -> (Parameters, ModelOutput) {
        if let config {
            let configuration = try ModelConfiguration(path: config)
            let output = try ModelOutput(
                configurationFile: config, configuration, adding: nil)
            return (try Parameters(initialOf: configuration, seed: recipe.seed), output)
        }
        let model = try LanguageModel(folder: resolveModelFolder(model ?? ""))
        let placement = convertToDiff?.placement
        let output = try ModelOutput(
            configurationFile: join(model.folder, "config.json"), model.configuration,
            adding: placement)
        let start = try placement.map {
            try Parameters(converting: model, to: $0, seed: recipe.seed)
        }
        return (try start ?? Parameters(copying: model), output)
    }

    private func readSequences(_ tokenizer: Tokenizer) throws -> TrainingSequences {
        guard let tasks = task.tasks else {
            return TrainingSequences(try corpus.readWindows(tokenizer, limit: nil))
        }
        let names = try BabilongTasks.parse(tasks)
        let rows = try loadBabilong(data: corpus.data[0], length: task.length, tasks: names)
        let samples = names.flatMap { name in
            rows.filter { $0.task == name }.dropLast(task.holdOut)
        }
        return try TrainingSequences(
            samples, tokenizer: tokenizer, promptWeight: task.promptWeight, window: corpus.window)
    }

    /// The loss of the first and the last step.
    private func summary(_ log: TrainingLog<LanguageModelTrainer.Report>) throws -> String {
        let reports = try log.reports()
        guard let first = reports.first, let last = reports.last else { return session.out }
        return """
            Cross entropy in nats: \(decimal(first.loss)) at step 1, \(decimal(last.loss)) at step \
            \(last.step), \(last.tokens) tokens
            model written to \(session.out)
            """
    }
}

extension LanguageModelTrainer: ResumableTraining {
    var totalSteps: Int { options.steps }
    var totalTokens: Int { expectedTokens }
}

/// Which prompts to learn instead of text.
struct TaskOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Learn the prompts of these tasks in --data instead of text.",
            valueName: "qa1,qa4|all"))
    var tasks: String?

    @Option(help: "With --tasks: context length, as BABILong spells it.")
    var length = "0k"

    @Option(help: "With --tasks: rows at the end of every task that are not learnt.")
    var holdOut = 100

    @Option(help: "With --tasks: weight of the tokens before the answer, whose own is 1.")
    var promptWeight: Float = 0

    func validate() throws {
        guard holdOut >= 0 else {
            throw ValidationError("--hold-out is \(holdOut), expected 0 or more.")
        }
        guard promptWeight >= 0, promptWeight.isFinite else {
            throw ValidationError("--prompt-weight is \(promptWeight), expected 0 or more.")
        }
    }
}

/// The training recipe.
struct LmRecipeOptions: ParsableArguments {
    @Option(help: "Updates of the parameters.")
    var steps = 1000

    @Option(help: "Sequences in a step.")
    var batch = 8

    @Option(
        help: """
            Sequences that go through the model together; fewer need less memory, gradients of a \
            step's parts add up. (default: all of a step)
            """)
    var atATime: Int?

    @Option(help: "Learning rate at its peak.")
    var lr = 3e-4

    @Option(
        help: ArgumentHelp(
            "How the learning rate falls after the warm-up; to 0 but for constant.",
            valueName: "cosine|linear|constant"))
    var schedule = TrainingOptions.Schedule.cosine

    @Option(help: "Steps over which the learning rate rises from 0.")
    var warmupSteps = 0

    @Option(
        help: "AdamW's decoupled decay of the weights of linear and convolution layers.")
    var weightDecay = 0.1

    @Option(help: "AdamW's decay of the mean gradient.")
    var beta1 = 0.9

    @Option(help: "AdamW's decay of the mean squared gradient.")
    var beta2 = 0.999

    @Option(help: "Largest norm of the gradient of all parameters together; 0 for any.")
    var clip = 1.0

    @Option(help: "Seed of the first parameters and of the order of the sequences.")
    var seed: UInt64 = 42

    @Flag(
        inversion: .prefixedNo, help: "Shuffle the sequences instead of taking them in order.")
    var shuffle = true

    func validate() throws {
        func require(_ holds: Bool, _ message: String) throws {
            if !holds { throw ValidationError(message) }
        }
        try require(
            (1...1 << 32).contains(steps), "--steps is \(steps), expected at least 1.")
        try require((1...1 << 20).contains(batch), "--batch is \(batch), expected at least 1.")
        try require(
            (1...1 << 20).contains(atATime ?? 1),
            "--at-a-time is \(atATime ?? 1), expected at least 1.")
        try require(lr > 0 && lr.isFinite, "--lr is \(lr), expected a positive number.")
        try require(
            (0..<steps).contains(warmupSteps),
            "--warmup-steps is \(warmupSteps), expected 0 to \(steps - 1).")
        try require(
            weightDecay >= 0 && weightDecay.isFinite,
            "--weight-decay is \(weightDecay), expected 0 or more.")
        try require((0..<1).contains(beta1), "--beta1 is \(beta1), expected 0 to 1.")
        try require((0..<1).contains(beta2), "--beta2 is \(beta2), expected 0 to 1.")
        try require(clip >= 0, "--clip is \(clip), expected 0 or more.")
    }

    var options: TrainingOptions {
        var options = TrainingOptions()
        options.steps = steps
        options.batch = batch
        options.atATime = min(atATime ?? batch, batch)
        options.learningRate = lr
        options.schedule = schedule
        options.warmupSteps = warmupSteps
        options.weightDecay = weightDecay
        options.beta1 = beta1
        options.beta2 = beta2
        options.clip = clip
        options.seed = seed
        options.shuffle = shuffle
        return options
    }
}

/// `run.json` of a language model's training.
private struct LanguageModelRecord: Encodable {
    let run: RunRecord
    /// The model folder or configuration that training started from.
    let start: String
    let options: TrainingOptions
    let parameters: Int
    let sequences: Int
}
