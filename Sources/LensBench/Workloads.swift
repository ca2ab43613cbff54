import Base
import Corpora
import Kernels
import Lenses
import Models
import Randomness
import Tensors
import Tokenization

/// The pieces of work that are timed, on a model of random weights and random tokens.
struct Workloads {
    /// Tokens of a prompt of BABILong at length 0k, on average.
    private static let promptTokens = 87
    /// How many prompts the evaluation sends through the model together.
    private static let promptCount = 2048 / promptTokens
    /// About as many positions as training takes at a time.
    private static let lensPositions = 1024
    private static let lensLayers = 2
    private static let decodedTokens = 8

    let model: LanguageModel
    let sgemm: MachineLimit
    let bf16: MachineLimit
    let read: MachineLimit

    private var configuration: ModelConfiguration { model.configuration }

    private func randomIDs(_ count: Int) -> [TokenID] {
        var random = SplitMix64(seed: 2)
        return (0..<count).map { _ in
            TokenID(random.next(below: UInt64(configuration.vocabSize)))
        }
    }

    private func randomSequence(_ count: Int) -> TokenBatch { TokenBatch([randomIDs(count)]) }

    /// One sequence through the model, the streams of all layers kept.
    func forward(tokens: Int) -> Benchmark {
        let batch = randomSequence(tokens)
        let operations = configuration.forwardOperations(tokens: tokens)
        let isRounded = model.precision == .bf16
        // With bfloat16 tiles it may exceed what float32 products allow; the scan stays in float32.
        return Benchmark(
            path: "\(isRounded ? "forward_bf16" : "forward").\(tokens)",
            title: "forward and capture, \(tokens) tokens\(isRounded ? ", bf16" : "")",
            measure: .tokens, amount: Double(tokens), limit: (sgemm, operations),
            note: "sgemm of \(threeDigits(operations / Double(tokens) / 1e6)) MFLOP a token"
        ) {
            try seconds { _ = try model.capturedStreams(batch) }
        }
    }

    /// Training steps on captured streams of the last few layers; the speed is that of all layers.
    ///
    /// - Parameter samples: how many the meter will take.
    func lensStep(_ precision: Precision, samples: Int) throws -> Benchmark {
        let (positions, layers) = (
            Self.lensPositions, min(Self.lensLayers, configuration.nLayers)
        )
        let ids = randomIDs(positions)
        let batch = TokenBatch([ids])
        let captured = try CapturedPositions(
            batch, readBy: model, blocks: configuration.nLayers - layers..<configuration.nLayers)
        var options = LensTrainingOptions()
        options.text.window = positions
        options.text.tokensPerStep = positions
        options.text.steps = samples
        options.objective.precision = precision
        let trainer = try LensTrainer(
            model, lens: randomLens(configuration, layers: layers),
            windows: TokenWindows(
                window: positions, ids: Array(repeating: ids, count: samples).flatMap(\.self),
                tokenCount: samples * positions, documentCount: 1,
                byteCount: samples * positions),
            options: options)
        let limit = precision == .bf16 ? bf16 : sgemm
        let operations = configuration.lensStepOperations(positions: positions, layers: layers)
        let all = configuration.lensStepOperations(
            positions: positions, layers: configuration.nLayers)
        return Benchmark(
            path: "lens_step.\(precision)",
            title: "lens step, \(configuration.nLayers) layers, \(precision)",
            measure: .tokens, amount: Double(positions) * operations / all,
            limit: (limit, operations),
            note:
                "\(limit.title); timed: \(positions) tokens, \(layers) of \(configuration.nLayers) layers"
        ) {
            try seconds {
                trainer.accumulate(captured)
                _ = try trainer.finishStep()
            }
        }
    }

    /// Prompts of a needle evaluation: forward pass and readout of the last position of all layers.
    func needle() -> Benchmark {
        let prompts = Array(
            repeating: randomIDs(Self.promptTokens), count: Self.promptCount)
        let readout = LensReadout(
            randomLens(configuration, layers: configuration.nLayers), of: model)
        return Benchmark(
            path: "needle", title: "needle evaluation, \(Self.promptTokens) tokens a prompt",
            measure: .prompts, amount: Double(prompts.count), limit: nil,
            note: "\(prompts.count) prompts at a time, all layers"
        ) {
            try seconds {
                _ = try readout.readLastPositions(
                    of: prompts, by: model, targets: prompts.map { Int($0[0]) },
                    asking: [.logProbability, .rank])
            }
        }
    }

    /// Single tokens through the model with a carried state, each with its logits.
    func decode() throws -> Benchmark {
        let ids = randomIDs(Self.decodedTokens)
        let state = RecurrentState(for: model, sequences: 1)
        let bytes = try configuration.decodeBytes()
        var hooks = Hooks()
        hooks.add(.logits) { _ in }
        return Benchmark(
            path: "decode", title: "decode, token by token", measure: .tokens,
            amount: Double(ids.count), limit: (read, bytes * Double(ids.count)),
            note: "memory read of \(threeDigits(bytes / 1e6)) MB of weights a token"
        ) {
            try seconds {
                for id in ids { try model.run(TokenBatch([[id]]), hooks: hooks, state: state) }
            }
        }
    }

    /// Text to token ids, by a tokenizer that has seen nothing of it.
    static func tokenizer(_ path: String, text: String) throws -> Benchmark {
        _ = try Tokenizer(path: path)
        let contents = try readFile(text)
        return Benchmark(
            path: "tokenizer", title: "tokenizer", measure: .bytes, amount: Double(contents.count),
            limit: nil, note: "\(threeDigits(Double(contents.count) / 1e6)) MB of text, one thread"
        ) {
            let tokenizer = try Tokenizer(path: path)
            return try seconds { _ = try tokenizer.encode(contents: contents, of: text) }
        }
    }
}

// How the time of a forward pass grows; nothing is captured.
extension Workloads {
    private static let growthTokens = 512

    /// The benchmarks of `--growth`: with the number of tokens, of blocks, and of threads.
    func growth() -> [Benchmark] {
        let tokens = [512, 1024, 2048, 4096, 8192].map { count in
            growing("tokens", count, tokens: count)
        }
        let blocks = Set([1, 2, 3, 4].map { max(1, configuration.nLayers * $0 / 4) }).sorted()
            .map { growing("layers", $0, blocks: $0) }
        let all = Threads.count
        let threads = sequence(first: 1) { $0 * 2 }.prefix { $0 < all } + [all]
        return tokens + blocks + threads.map { growing("threads", $0, threads: $0) }
    }

    private func growing(
        _ axis: String, _ value: Int, tokens: Int = growthTokens, blocks: Int? = nil,
        threads: Int? = nil
    ) -> Benchmark {
        let batch = randomSequence(tokens)
        let operations = configuration.forwardOperations(tokens: tokens, blocks: blocks)
        return Benchmark(
            path: "growth.\(axis).\(value)", title: "growth, \(value) \(axis)",
            measure: .timePerToken, amount: Double(tokens), limit: (sgemm, operations),
            note: "sgemm; \(tokens) tokens", threads: threads
        ) {
            try seconds { try model.run(batch, stoppingAfter: blocks) }
        }
    }
}
