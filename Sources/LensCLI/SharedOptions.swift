import CommandSupport
import ArgumentParser
import Checkpoints
import Corpora
import Base
import Foundation
import Kernels
import Models
import Tokenization

/// Which model to run, and on how many threads.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Model folder (config.json beside weights), or org/model in the Hugging Face cache.",
            valueName: "dir"))
    var model: String

    @Option(
        help: ArgumentHelp(
            "A tokenizer.json. (default: the one in the model folder)", valueName: "file"))
    var tokenizer: String?

    @OptionGroup var threads: ThreadOptions

    @Option(
        help: ArgumentHelp(
            """
            Arithmetic of the model's projections and of lens training: fp32, bf16 (factors \
            rounded, sums in float32), or auto, which is bf16 where the CPU has AMX tiles, many \
            times as fast there, else fp32. Evaluation reads layers in fp32 either way.
            """, valueName: "fp32|bf16|auto"))
    var precision = PrecisionChoice.fp32

    @OptionGroup var norm: NormOptions

    /// - Parameter isRecorded: whether the hash of the weights will be asked for; it is taken now, of what
    ///   is used, and not when the work is done.
    func loadModel(isRecorded: Bool = false) throws -> LanguageModel {
        threads.apply()
        let model = try LanguageModel(
            folder: resolveModelFolder(model), precision: precision.resolved,
            wholeWidthNorm: norm.wholeWidthNorm)
        model.sayNotes()
        if isRecorded { _ = try model.checkpoint.sha256() }
        return model
    }

    /// The tokenizer for `model`.
    func loadTokenizer(for model: LanguageModel) throws -> Tokenizer {
        let path = tokenizer ?? join(model.folder, "tokenizer.json")
        guard isNamed(path) else { throw CommandError.missingTokenizer(path: path) }
        return try Tokenizer(path: path)
    }
}

/// How a model with several groups is read.
struct NormOptions: ParsableArguments {
    @Flag(
        help: """
            Of a Mamba-2 with several groups (n_groups), take the gated norm over the whole width, \
            as transformers before 5.23 did, not group by group; for models trained that way, \
            whose config.json may say so by "gated_norm_groups": 1.
            """)
    var wholeWidthNorm = false
}

extension LanguageModel {
    /// Tells what was found in the files that the configuration does not say.
    func sayNotes() {
        for note in notes {
            StandardStreams.warn("lens: \(folder): \(note)")
        }
    }
}

/// On how many threads to run.
struct ThreadOptions: ParsableArguments {
    @Option(
        help: "Threads to use; their number changes no result. (default: one for each core)")
    var threads: Int?

    func validate() throws {
        try requireNumber(threads, "--threads", 1...1024)
    }

    /// Uses so many from here on.
    func apply() {
        if let threads { Threads.count = threads }
    }
}

/// The arithmetic of matrix products, as the user names it.
enum PrecisionChoice: String, ExpressibleByArgument, CaseIterable {
    case fp32, bf16, auto

    var resolved: Precision {
        switch self {
        case .fp32: .fp32
        case .bf16: .bf16
        case .auto: .fastest
        }
    }
}

/// What the documents of a text file are.
struct DocumentOptions: ParsableArguments {
    @Option(help: "Where a .jsonl record keeps its text.")
    var textKey = "text"

    @Flag(help: "Take every line of a .txt file as a document, as upstream does.")
    var lines = false

    /// - Parameter cuts: where the texts may come in parts.
    func reader(of paths: [String], cuts: TextCuts) throws -> DocumentReader {
        try DocumentReader(paths: paths, key: textKey, lines: lines, cut: cuts.last)
    }
}

/// Which text, and how it is cut.
struct CorpusOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Text files: .txt, .jsonl, .txt.zst, .jsonl.zst; read in this order.",
            valueName: "file"))
    var data: [String]

    @OptionGroup var documents: DocumentOptions

    @Option(help: "Tokens in a window.")
    var window = 2048

    func validate() throws {
        try requireNumber(window, "--window", 2...Bounds.tokens, " tokens")
        guard !data.isEmpty else { throw ValidationError("--data names no file.") }
    }

    /// The first `limit` windows of the text, all of them if nil.
    ///
    /// - Parameter paths: files to read as those of --data are; nil for those.
    func readWindows(
        _ tokenizer: Tokenizer, limit: Int?, from paths: [String]? = nil
    ) throws -> TokenWindows {
        let endOfText = try tokenizer.requiredEndOfText
        let documents = try documents.reader(of: paths ?? data, cuts: tokenizer.cuts)
        let display = ProgressDisplay("reading text", unit: "MB", total: documents.fileBytes)
        defer { display.finish() }
        return try tokenWindows(
            from: documents, encode: tokenizer.encode, endOfText: endOfText, window: window,
            limit: limit
        ) { display.update($0.fileBytesRead) }
    }
}

/// What only the command line can get wrong.
enum CommandError: UserFacingError, Equatable {
    case missingTokenizer(path: String)
    case unequalLengths(path: String, lengths: [Int])
    case foreignID(path: String, list: Int, item: Int, id: TokenID, last: TokenID)
    case notReached(points: [String], blocks: Int)

    var kind: FailureKind {
        switch self {
        case .missingTokenizer: .missingInput
        case .unequalLengths, .foreignID: .badData
        case .notReached: .usage
        }
    }

    var description: String {
        switch self {
        case .missingTokenizer(let path):
            "\(path): no such file; name a tokenizer.json with --tokenizer"
                + " (the Mamba releases use EleutherAI/gpt-neox-20b's)"
        case .unequalLengths(let path, let lengths):
            "\(path): lists of \(Set(lengths).sorted()) ids; expected a JSON list of equally long"
                + " lists, such as [[1,2],[3,4]]"
        case .foreignID(let path, let list, let item, let id, let last):
            "\(path): list \(list), item \(item): id \(id) is outside the model's vocabulary 0...\(last);"
                + " make the ids with the model's own tokenizer"
        case .notReached(let points, let blocks):
            "--stop-after \(blocks): the run ends before \(points.prefix(3).joined(separator: ", "))"
                + (points.count > 3 ? " and \(points.count - 3) more" : "")
                + "; stop later, or capture earlier hook points"
        }
    }
}
