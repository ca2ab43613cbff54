import Base
import Checkpoints
import Kernels
import Models
import Tokenization

/// A token of a vocabulary.
public typealias TokenID = Int32

/// A state-space language model in memory, ready to be looked into.
///
///     let model = try Model(folder: "mamba2-370m")
///     let tokens = try model.tokenizer().encode("The capital of France is")
///     let stream = try model.activations(["blocks.*.hook_resid_post"], of: tokens)
public final class Model: Sendable {
    /// The arithmetic of the projections. Sums are float32 either way.
    public enum Precision: Sendable {
        case float32
        /// Weights and what they are multiplied with are rounded to bfloat16: fast on CPUs with AMX, slower
        /// than `float32` elsewhere.
        case bfloat16
    }

    let model: LanguageModel

    /// Loads a model folder: `config.json`, and weights as safetensors or a torch archive, sharded or not.
    ///
    /// float32 weights stay in the mapped file. Files from outside are not executed and not trusted: what is
    /// wrong with them is said.
    ///
    /// - Parameters:
    ///   - folder: its path, or `organization/name` of a model in the Hugging Face cache.
    ///   - precision: of the projections.
    ///   - wholeWidthNorm: whether the gated norm of a Mamba-2 with several groups is over all channels, as
    ///     transformers before 5.23 had it, instead of group by group.
    public init(
        folder: String, precision: Precision = .float32, wholeWidthNorm: Bool = false
    ) throws(Failure) {
        model = try facing {
            try LanguageModel(
                folder: resolveModelFolder(folder),
                precision: precision == .float32 ? .fp32 : .bf16, wholeWidthNorm: wholeWidthNorm)
        }
    }

    /// `organization/name`, or the last component of the folder's path.
    public var name: String { model.name }
    /// The folder it was loaded from.
    public var folder: String { model.folder }
    /// Family, blocks and sizes in words.
    public var architecture: String { model.configuration.architecture }
    /// How many blocks it has. Positions on the residual stream are counted in blocks completed, 0 to this.
    public var blockCount: Int { model.blocks.count }
    /// Width of the residual stream, `d_model`.
    public var width: Int { model.configuration.dModel }
    /// Rows of the unembedding, padding included.
    public var vocabularySize: Int { model.configuration.vocabSize }
    /// λ of each block, nil for those that are not differential.
    public var lambdas: [Float?] { model.blocks.map { $0.differential?.lambdaFull } }
    /// What was found in the files that the configuration does not say, a sentence each.
    public var notes: [String] { model.notes }

    /// The tokenizer in the model's folder.
    public func tokenizer() throws(Failure) -> Tokenizer {
        try Tokenizer(path: join(model.folder, "tokenizer.json"))
    }

    /// Continues a prompt, token by token.
    ///
    /// - Parameters:
    ///   - prompt: at least one token.
    ///   - limit: how many tokens at most.
    ///   - temperature: 0 for the most probable token each time.
    ///   - seed: of what is drawn where the temperature is not 0.
    ///   - stop: a token at which to end, which is not part of the result.
    public func generate(
        after prompt: [TokenID], limit: Int, temperature: Double = 0, seed: UInt64 = 0,
        stop: TokenID? = nil
    ) throws(Failure) -> [TokenID] {
        try continuation(after: prompt, limit: limit, temperature, seed, stop)
    }
}

/// Byte-level BPE of a `tokenizer.json`.
public final class Tokenizer: Sendable {
    let tokenizer: Tokenization.Tokenizer

    public init(path: String) throws(Failure) {
        tokenizer = try facing { try Tokenization.Tokenizer(path: path) }
    }

    /// The tokens of a text, without special tokens added.
    public func encode(_ text: String) -> [TokenID] { tokenizer.encode(text) }

    public func decode(_ tokens: [TokenID]) -> String { tokenizer.decode(tokens) }

    /// How many tokens it has.
    public var count: Int { tokenizer.vocabularyCount }
}

/// What the library does with the machine. Importing it touches nothing; the first call that computes sets
/// OpenBLAS to one thread, because products are shared between threads here, and makes it use the kernels
/// that this CPU is capable of.
public enum Machine {
    /// Threads that computations use; at first one for each core.
    public static var threads: Int {
        get { Threads.count }
        set { Threads.count = newValue }
    }

    /// The instruction set of the loops: `amx`, `avx512`, `avx2` or `portable`.
    public static var kernels: String { KernelPath.name }
}
