import Base
import Kernels
import Lenses
import Models
import Tensors

/// One affine translator for every block of a model, and the model's unembedding: what each block would say
/// if the model ended there.
///
/// - SeeAlso: Belrose et al. 2023, arXiv:2303.08112.
public struct Lens: Sendable {
    let lens: NamedLens
    let model: Model

    /// The logit lens: translators that change nothing.
    public static func logit(of model: Model) throws(Failure) -> Lens {
        try Lens("logit", of: model)
    }

    /// A lens from a folder as this library and Python's tuned-lens write it.
    ///
    /// - Parameters:
    ///   - folder: with `config.json` and `params.pt` or `params.safetensors`.
    ///   - model: whose lens it is.
    ///   - allowOtherModel: accept a lens that was trained for another unembedding.
    public init(
        folder: String, of model: Model, allowOtherModel: Bool = false
    ) throws(Failure) {
        try self.init(folder, of: model, allowOtherModel)
    }

    private init(
        _ name: String, of model: Model, _ allowOtherModel: Bool = false
    ) throws(Failure) {
        self.model = model
        lens = try facing {
            try NamedLens(name, for: model.model, allowOtherModel: allowOtherModel)
        }
    }

    init(_ lens: NamedLens, of model: Model) { (self.lens, self.model) = (lens, model) }

    /// Writes the folder that `init(folder:of:)` and Python's tuned-lens read: `config.json`, `params.pt`
    /// and `params.safetensors`. It is there whole or not at all; a lens that stands there is not replaced.
    public func write(to folder: String) throws(Failure) {
        try facing {
            let output = try OutputFolder(folder, for: .lens, mode: .new, inputs: [])
            try LensArtifact.write(lens.lens, for: model.model, to: output.work)
            try output.commit()
        }
    }

    /// What every block says at every position of a text, and last the model itself.
    ///
    /// - Parameters:
    ///   - tokens: of the text.
    ///   - target: the token whose probability and rank are told at every position; nil for the one that
    ///     follows, which the last position does not have and for which it gets its own.
    ///   - top: how many of the most probable tokens to name.
    /// - Returns: `[blockCount + 1][position]`: entry `i` is what the lens reads after `i + 1` blocks, the
    ///   last one the model's output.
    public func read(
        _ tokens: [TokenID], target: TokenID? = nil, top: Int = 1
    ) throws(Failure) -> [[Reading]] {
        try facing {
            let streams = (0..<model.blockCount).map { Models.HookPoint.residPost(block: $0) }
            let cache = ActivationCache(
                streams, lengths: [tokens.count], model.model.configuration)
            var hooks = Models.Hooks()
            cache.add(to: &hooks)
            try model.model.run(texts: [tokens], hooks: hooks)
            let targets = tokens.indices.map { position in
                Int(target ?? tokens[min(position + 1, tokens.count - 1)])
            }
            let read = LensReadout(lens.lens, of: model.model).trajectories(
                streams.map { cache[$0] }, blocks: Array(1...model.blockCount),
                final: cache[streams[model.blockCount - 1]], targets: targets, top: top)
            // Every position has a target.
            return (0...model.blockCount).map { row in
                read.compactMap { rows in rows[row].target.map { Reading(rows[row], target: $0) } }
            }
        }
    }
}

/// What one distribution over the vocabulary says.
public struct Reading: Sendable {
    /// Natural logarithm of the target's probability.
    public let logProbability: Double
    /// Of the target: 1 for the most probable token.
    public let rank: Int
    /// In nats.
    public let entropy: Double
    /// KL divergence of the model's own distribution from this one, in nats; 0 for the model's.
    public let kl: Double
    /// KL divergence of the distribution after the block before from this one, in nats; nil after the first.
    public let change: Double?
    /// Jensen–Shannon divergence from the model's own distribution, in nats, at most log 2.
    public let jensenShannon: Double
    /// Half the sum of all differences from the model's own probabilities, at most 1.
    public let totalVariation: Double
    /// The most probable tokens, the most probable first.
    public let top: [Candidate]

    init(_ reading: DistributionReading, target: TokenPrediction) {
        logProbability = target.logProbability
        rank = target.rank
        entropy = reading.entropy
        kl = reading.kl
        change = reading.change
        jensenShannon = reading.jensenShannon
        totalVariation = reading.totalVariation
        top = reading.top.map {
            Candidate(token: TokenID($0.token), logProbability: $0.logProbability)
        }
    }
}

/// A token and how probable it is.
public struct Candidate: Sendable, Equatable {
    public let token: TokenID
    /// Natural logarithm.
    public let logProbability: Double
}

extension OutputFolder.Kind {
    fileprivate static let lens = OutputFolder.Kind(
        command: "StateLens", result: "a lens", key: "config.json",
        files: ["params.pt", "params.safetensors", "config.json"])
}
