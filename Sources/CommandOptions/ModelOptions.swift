import ArgumentParser
import Base
import Checkpoints
import CommandSupport
import Corpora
import Foundation
import Kernels
import Models
import Tokenization

/// Which model to run, and on how many threads.
package struct ModelOptions: ParsableArguments {
    package init() {}

    @Option(
        help: ArgumentHelp(
            "Model folder (config.json beside weights), or org/model in the Hugging Face cache.",
            valueName: "dir"), completion: .model)
    package var model: String

    @Option(
        help: ArgumentHelp(
            "A tokenizer.json. (default: the one in the model folder)", valueName: "file"),
        completion: .file(extensions: ["json"]))
    package var tokenizer: String?

    @OptionGroup(title: .expert) package var arithmetic: ArithmeticOptions
    @OptionGroup(title: .expert) package var norm: NormOptions

    /// - Parameter isRecorded: whether the hash of the weights will be asked for; it is taken now, of what
    ///   is used, and not when the work is done.
    package func loadModel(isRecorded: Bool = false) throws -> LanguageModel {
        arithmetic.threads.apply()
        let model = try LanguageModel(
            folder: resolveModelFolder(model), precision: arithmetic.precision.resolved,
            wholeWidthNorm: norm.wholeWidthNorm)
        model.sayNotes()
        if isRecorded { _ = try model.checkpoint.sha256() }
        return model
    }

    /// The tokenizer for `model`.
    package func loadTokenizer(for model: LanguageModel) throws -> Tokenizer {
        try Self.tokenizer(at: tokenizer, for: model)
    }

    /// Whether there is one, or one was named.
    package func hasTokenizer(for model: LanguageModel) -> Bool {
        tokenizer != nil || isNamed(join(model.folder, "tokenizer.json"))
    }

    /// - Parameter path: nil for the tokenizer in the model's folder.
    static func tokenizer(at path: String?, for model: LanguageModel) throws -> Tokenizer {
        let path = path ?? join(model.folder, "tokenizer.json")
        guard isNamed(path) else { throw OptionError.missingTokenizer(path: path) }
        return try Tokenizer(path: path)
    }
}

/// How the model's numbers are computed.
package struct ArithmeticOptions: ParsableArguments {
    package init() {}

    @OptionGroup package var threads: ThreadOptions

    @Option(
        help: ArgumentHelp(
            """
            Arithmetic of the model's projections and of lens training: fp32, bf16 (factors \
            rounded, sums in float32), or auto, which is bf16 where the CPU has AMX tiles, many \
            times as fast there, else fp32. Evaluation reads layers in fp32 either way.
            """, valueName: "fp32|bf16|auto"))
    package var precision = PrecisionChoice.fp32
}

/// How a model with several groups is read.
package struct NormOptions: ParsableArguments {
    package init() {}

    @Flag(
        help: """
            Of a Mamba-2 with several groups (n_groups), take the gated norm over the whole width, \
            as transformers before 5.23 did, not group by group; for models trained that way, \
            whose config.json may say so by "gated_norm_groups": 1.
            """)
    package var wholeWidthNorm = false
}

extension LanguageModel {
    /// Tells what was found in the files that the configuration does not say.
    package func sayNotes() {
        for note in notes {
            StandardStreams.warn("lens: \(folder): \(note)")
        }
    }
}

/// On how many threads to run.
package struct ThreadOptions: ParsableArguments {
    package init() {}

    @Option(
        help: ArgumentHelp(
            "Threads to use; their number changes no result. (default: one for each core)",
            valueName: "n"))
    package var threads: Int?

    package func validate() throws {
        try requireNumber(threads, "--threads", 1...1024)
    }

    /// Uses so many from here on.
    package func apply() {
        if let threads { Threads.count = threads }
    }
}

/// The arithmetic of matrix products, as the user names it.
package enum PrecisionChoice: String, ExpressibleByArgument, CaseIterable {
    case fp32, bf16, auto

    package var resolved: Precision {
        switch self {
        case .fp32: .fp32
        case .bf16: .bf16
        case .auto: .fastest
        }
    }
}

/// What an option names and is not there.
package enum OptionError: UserFacingError, Equatable {
    case missingTokenizer(path: String)
    case emptyText(path: String)

    package var kind: FailureKind {
        switch self {
        case .missingTokenizer: .missingInput
        case .emptyText: .badData
        }
    }

    package var description: String {
        switch self {
        case .missingTokenizer(let path):
            "\(path): no such file; name a tokenizer.json with --tokenizer"
                + " (the Mamba releases use EleutherAI/gpt-neox-20b's)"
        case .emptyText(let path): "\(path): holds no text, expected some to read"
        }
    }
}
