import Base
import CommandSupport
import LanguageModeling
import Lenses
import Models
import Reports
import Training

/// What to say of an error that a library found, with the arguments that mend it: libraries know facts,
/// and no option of this program. Nil where their sentence says enough.
func sentence(_ error: any UserFacingError) -> String? {
    restated(error) ?? advice(error).map { "\(error)\($0)" }
}

/// Of what was typed: the sentence begins with it.
private func restated(_ error: any UserFacingError) -> String? {
    switch error {
    case SnapshotError.mismatch(let path, let key, let found, let expected, let arguments):
        mismatch(path, key, found, expected, arguments)
    case LensError.tokensPerStep(let tokens, let window):
        "--tokens-per-step \(tokens) is not a multiple of --window \(window)"
    case LensError.warmup(let steps, let all):
        "--warmup-steps is \(steps), expected 0 to \(all - 1), fewer than the steps"
    case LensError.budgetTooSmall(let window):
        "--budget does not suffice for one window of \(window) tokens and its measurement; give"
            + " more, or lower --window"
    case LensError.tooLittleHeldOut(let windows, let wanted):
        "the data holds \(counted(windows, "window")) after those that training takes, but --held-out asks"
            + " for \(wanted): give more text, or lower --held-out, --steps or --tokens-per-step"
    case LensError.tokenShift(let shift, let window):
        "--token-shift \(shift) leaves no label inside a window of \(window) tokens"
    case LanguageModelingError.cannotConvert(let path, let found):
        "\(path): is a \(found) model; --convert-to-diff starts from a Mamba-2 model"
    case LanguageModelingError.allHeldOut(let task, let rows, let holdOut):
        "\(task): --held-out \(holdOut) leaves none of its \(counted(rows, "row")) to learn; give more"
            + " rows, or lower --held-out"
    default: nil
    }
}

/// What mends it, as it goes on after the error's own sentence.
private func advice(_ error: any UserFacingError) -> String? {
    switch error {
    case FileError.locked: " by --out"
    case let error as OutputFolderError: advice(error)
    case TrainingError.interrupted(nil): "; repeat the command to start again"
    case TrainingError.interrupted: ": repeat the command with --resume to go on"
    case TrainingError.stopped: ": mend that and repeat the command with --resume"
    case ModelError.unknownHook: " ('lens capture --list-hooks' prints all)"
    case SnapshotError.damaged: ", give another --out to start anew"
    case SnapshotError.nothingToResume: "; leave out --resume to start"
    case LensError.otherUnembedding: "; --allow-other-model uses it all the same"
    case LensError.tooLittleData(let windows, _, _):
        ": give more text, or lower --steps, --tokens-per-step or --window"
            + (windows > 2 ? ", or take what there is by --recipe fast or --budget 10m" : "")
    case LensError.nothingHeldOut:
        ": give more text, or lower --window, --held-out, --steps or --tokens-per-step"
    case ModelError.unknownHook: " ('lens capture --list-hooks' prints all)"
    case DemoError.noModels: "; name their folder with --models"
    case DemoError.foreignFolder: "; name another folder with --out"
    case ComparisonError.differentLayerCounts: "; use --axis blocks or --axis relative"
    case ComparisonError.differentQuantities: "; draw each by itself, or give --metric"
    case LensError.diverged: "; lower --lr-scale"
    case LanguageModelingError.diverged: "; lower --lr"
    default: nil
    }
}

private func advice(_ error: OutputFolderError) -> String? {
    switch error {
    case .finished: return "; give another --out, or --overwrite to replace it"
    case .alreadyFinished(_, _, let command):
        let option = command == "lens train" ? "--lens" : "--model"
        return "; to go on from it, give it as \(option), and another --out"
    case .unfinished: return "; add --resume to go on with it, or give another --out"
    case .nothingToResume: return "; leave out --resume to start"
    case .foreign: return "; give another --out"
    case .isInput: return "; write to another --out"
    }
}

/// Which entry of a snapshot's identity is not this training's, as people speak of it: an option as it is
/// typed, what was read with the arguments that chose it.
private func mismatch(
    _ path: String, _ key: SnapshotIdentity.Key, _ found: String?, _ expected: String?,
    _ arguments: [String]?
) -> String {
    if let source = sources[key.name], case .source = key {
        let what = comparison(source, found, expected, arguments)
        return "\(path): \(what); give the same to resume, or another --out to start anew"
    }
    let what =
        switch key {
        case .option(let name): "--" + name.replacing("_", with: "-")
        case .source(let name): name.replacing("_", with: " ")
        }
    let before = found.map { " \(what) \(spelledValue($0))" } ?? "out \(what)"
    let now =
        expected.map { found == nil ? " with \(what) \(spelledValue($0))" : " \(spelledValue($0))" }
        ?? " without it"
    return
        "\(path): the snapshot was made with\(before), not\(now); give the same arguments to resume,"
        + " or another --out to start anew"
}

/// Flags as people speak of them.
private func spelledValue(_ value: String) -> String {
    switch value {
    case "true": "on"
    case "false": "off"
    default: value.clipped
    }
}

private typealias Source = (name: String, options: [String])

/// What the hashes of an identity are of, and the options that choose it.
private let sources: [String: Source] = [
    "model_sha256": ("model", ["--model"]),
    "start_sha256": (
        "model to start from",
        [
            "--model", "--config", "--convert-to-diff", "--init-embedding", "--init-output",
            "--init-a",
        ]
    ),
    "starting_lens": ("lens to start from", ["--lens"]),
    "windows_sha256": ("text", ["--data", "--tokenizer", "--text-key", "--lines"]),
    "data_sha256": (
        "data",
        [
            "--data", "--tokenizer", "--text-key", "--lines", "--window", "--tasks", "--length",
            "--task-weights", "--prompt-weight", "--story-share", "--text", "--text-share",
            "--text-weight", "--held-out", "--hold-out",
        ]
    ),
    "held_out_sha256": (
        "held-out text",
        ["--data", "--tokenizer", "--text-key", "--lines", "--held-out", "--eval-data"]
    ),
]

private func comparison(
    _ source: Source, _ found: String?, _ expected: String?, _ arguments: [String]?
) -> String {
    func hash(_ value: String?) -> String {
        guard let value else { return "none" }
        return value.utf8.count > 12 ? "sha256 \(value.prefix(12))…" : value.clipped
    }
    func typed(_ arguments: [String]) -> String {
        let words = Invocation.typed(source.options, in: arguments)
        return words.isEmpty ? "without \(source.options[0])" : words.clipped
    }
    let (name, hashes) = (source.name, "\(hash(found)), now \(hash(expected))")
    guard let arguments else {
        return "the snapshot was made with another \(name) (\(hashes))"
    }
    let (before, now) = (typed(arguments), typed(Invocation.arguments))
    return before == now
        ? "the \(name) (\(now)) is not what it was when the snapshot was made (\(hashes))"
        : "the \(name) is another one: the snapshot was made with \(before) (\(hash(found))), this"
            + " run has \(now) (\(hash(expected)))"
}
