import ArgumentParser
import Base
import Checkpoints
import CommandOptions
import CommandSupport
import Corpora
import Foundation
import Kernels
import LanguageModeling
import Lenses
import Models
import Reports
import Results
import Tensors
import Tokenization

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

/// The element types of weights that are written.
enum WeightType: String, ExpressibleByArgument, CaseIterable {
    case fp32, bf16

    var dtype: DType { self == .bf16 ? .bfloat16 : .float32 }
}

/// `lens lm train`: a model from a configuration, or on from a checkpoint.
struct LmTrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a Mamba-1, Mamba-2 or Diff-Mamba-2 model, or finetune one.",
        discussion: """
            Starts from --model, or from the random parameters that upstream draws for --config. \
            --data is text, cut into windows; with --tasks it is a BABILong or bAbI folder, whose \
            prompts are learnt, the loss on the answer only, with --text beside text. The folder \
            --out gets config.json, model.safetensors and tokenizer.json, which transformers loads, \
            the loss of every step in train.jsonl, and run.json; until all of it is complete it \
            lies in the subfolder unfinished. Ctrl-C leaves a snapshot there, \
            from which the same command with --resume goes on.

              lens lm train --config config.json --tokenizer tokenizer.json \\
                --data train.txt --window 256 --out models/small
              lens lm train --model models/small --data babi --tasks all \\
                --out models/finetuned
            """)

    @Option(
        help: ArgumentHelp("Model folder to start from.", valueName: "dir"), completion: .model)
    var model: String?

    @Option(
        help: ArgumentHelp(
            "A config.json in Hugging Face's layout, to start from random parameters.",
            valueName: "file"), completion: .file(extensions: ["json"]))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Turn the Mamba-2 model --model into a Diff-Mamba-2 start.",
            valueName: "all|quarter|alternate"))
    var convertToDiff: PlacementChoice?

    @Option(
        help: ArgumentHelp(
            "A tokenizer.json. (default: the one in the model folder)", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var tokenizer: String?

    @Option(
        help: ArgumentHelp(
            "Element type of the weights in model.safetensors; training is in fp32 either way.",
            valueName: "fp32|bf16"))
    var dtype = WeightType.fp32

    @OptionGroup var data: LmDataOptions
    @OptionGroup var session: SessionOptions
    @OptionGroup(title: .recipe) var recipe: LmRecipeOptions
    @OptionGroup(title: "Random start") var initial: InitialScaleOptions
    @OptionGroup(title: .expert) var norm: NormOptions
    @OptionGroup(title: .expert) var threads: ThreadOptions

    func validate() throws {
        guard (model == nil) != (config == nil) else {
            throw ValidationError(
                "Give exactly one of --model, to start from a checkpoint, and --config, to start anew."
            )
        }
        guard config == nil || tokenizer != nil else {
            throw ValidationError("--config needs --tokenizer.")
        }
        guard convertToDiff == nil || model != nil else {
            throw ValidationError("--convert-to-diff needs --model.")
        }
        let tokens = Double(recipe.steps) * Double(recipe.batch) * Double(data.corpus.window)
        try require(
            tokens <= 0x1p56,
            "--steps \(recipe.steps) of --batch \(recipe.batch) of --window \(data.corpus.window) are"
                + " more tokens than any text has, expected 1 to \(1 << 56) together.")
        let together = min(recipe.atATime ?? recipe.batch, recipe.batch)
        try require(
            together * data.corpus.window <= 1 << 26,
            "\(counted(together, "sequence")) of --window \(data.corpus.window)"
                + " \(together == 1 ? "does" : "do") not fit into any memory together, expected at most \(1 << 26) tokens; say how many go through the model"
                + " together by --at-a-time.")
    }

    func run() throws {
        let folder = try session.claim(
            for: .model,
            inputs: [("--model", model), ("--config", config), ("--tokenizer", tokenizer)]
                + (data.paths + data.measuring.evalData).map { ("--data", $0) })
        threads.apply()
        let start = try start()
        let tokenizerPath = try tokenizer ?? join(resolveModelFolder(model ?? ""), "tokenizer.json")
        guard fileExists(tokenizerPath) else {
            throw OptionError.missingTokenizer(path: tokenizerPath)
        }
        let (mixture, heldOut) = try data.read(
            Tokenizer(path: tokenizerPath), steps: recipe.steps)
        let training = try LanguageModelTraining(
            start, mixture: mixture, options: recipe.options, heldOut: heldOut)
        let display = TrainingDisplay()
        defer { display.finish() }
        let trained = try training.run(
            session.start(in: folder), tokenizer: tokenizerPath, from: model ?? config ?? "",
            origin: RunOrigin(command: commandLine, version: version, data: data.paths)
        ) { progress in
            display.update(progress) { report, scores in
                ["loss \(decimal(report.loss))"] + (scores?.brief ?? [])
            }
        }
        display.finish()
        try StandardStreams.say(summary(trained))
    }

    private func start() throws -> LanguageModelStart {
        if let config {
            return try LanguageModelStart(
                configurationFile: config, wholeWidthNorm: norm.wholeWidthNorm,
                scales: initial.scales, seed: recipe.seed, writing: dtype.dtype)
        }
        let model = try LanguageModel(
            folder: resolveModelFolder(model ?? ""), wholeWidthNorm: norm.wholeWidthNorm)
        model.sayNotes()
        return try LanguageModelStart(
            model, convertedTo: convertToDiff?.placement, seed: recipe.seed,
            writing: dtype.dtype)
    }

    /// The loss of the first and the last step.
    private func summary(_ trained: TrainedLanguageModel) -> String {
        guard let first = trained.firstStep, let last = trained.lastStep else { return session.out }
        let heldOut = trained.scores.map { "held out:\n\($0.table)\n" } ?? ""
        return """
            Cross entropy in nats: \(decimal(first.loss)) at step 1, \(decimal(last.loss)) at step \
            \(last.step), \(counted(last.tokens, "token"))
            \(heldOut)model written to \(session.out)
            """
    }
}

extension OutputFolder.Kind {
    static let model = OutputFolder.Kind(
        command: "lens lm train", result: "a finished model", key: "config.json",
        files: ["model.safetensors", "tokenizer.json", "train.jsonl", "run.json", "config.json"])
}
