import Base
import Checkpoints
import Foundation
import Kernels
import Tensors

/// A state-space language model, ready to run.
package final class LanguageModel: Sendable {
    package let folder: String
    package let configuration: ModelConfiguration
    package let checkpoint: Checkpoint
    /// Of the projections.
    package let precision: Precision
    /// `backbone.embeddings.weight`, `[vocab, d_model]`.
    package let embeddings: Tensor
    package let blocks: [Block]
    package let unembedding: Unembedding
    /// What was found in the files that the configuration does not say, a sentence each.
    package let notes: [String]

    /// Loads a model folder: `config.json` and weights in any layout `Checkpoint` reads.
    ///
    /// float32 weights stay in the mapped file; others are converted, and with `bf16` the
    /// projections are packed.
    ///
    /// - Parameter wholeWidthNorm: see `ModelConfiguration.init(path:wholeWidthNorm:)`.
    /// - Throws: `ModelError`, `CheckpointError` or `FileError`, naming the file and what is wrong.
    package convenience init(
        folder: String, precision: Precision = .fp32, wholeWidthNorm: Bool = false
    ) throws {
        let checkpoint = try Checkpoint(folder: folder)
        let configuration = try ModelConfiguration(
            path: join(folder, "config.json"), wholeWidthNorm: wholeWidthNorm)
        try self.init(folder: folder, configuration, checkpoint, precision: precision)
    }

    /// A model of this configuration with the weights of `checkpoint`.
    ///
    /// - Parameter folder: where the model lives, or its name if it lives in memory.
    package convenience init(
        folder: String, _ configuration: ModelConfiguration, _ checkpoint: Checkpoint,
        precision: Precision = .fp32
    ) throws {
        let found = try ModelWeights(checkpoint, configuration, folder: folder)
        let weights = WeightReader(found.checkpoint, mode: .load, precision: precision)
        try self.init(folder: folder, weights, found)
        try weights.refuseSurplus(path: folder)
    }

    init(folder: String, _ weights: WeightReader, _ found: ModelWeights) throws {
        let configuration = found.configuration
        let shape = [configuration.vocabSize, configuration.dModel]
        embeddings = try weights.tensor(
            weights.contains(legacyEmbeddingName) ? legacyEmbeddingName : embeddingName, shape,
            .embedding, isMatrix: true)
        blocks = try (0..<configuration.nLayers).map {
            try Block(weights, index: $0, configuration: configuration)
        }
        // A tied head may be stored all the same; it is the embedding.
        if configuration.tieEmbeddings { weights.ignore(tiedHeadName) }
        unembedding = Unembedding(
            norm: try weights.tensor(finalNormName, [configuration.dModel], .norm),
            epsilon: configuration.epsilon,
            weight: configuration.tieEmbeddings
                ? embeddings
                : try weights.tensor(
                    tiedHeadName, shape, .head(inputs: configuration.dModel), isMatrix: true))
        self.folder = folder
        self.configuration = configuration
        checkpoint = found.checkpoint
        notes = found.notes
        precision = weights.precision
    }

    /// Runs the model and returns the residual stream `[pos, d_model]` after the last block that
    /// ran, all positions of all sequences one below the other.
    ///
    /// The final norm and the logits are computed only if a hook asks for them.
    ///
    /// - Parameters:
    ///   - state: carried from and to other pieces of the same sequences; zeros if nil.
    ///   - blockCount: how many blocks to run; all if nil.
    /// - Throws: `ModelError` for ids outside the vocabulary and for a stream or logits that are not
    ///   finite, and what hooks throw.
    @discardableResult
    package func run(
        _ batch: TokenBatch, hooks: Hooks = Hooks(), state: RecurrentState? = nil,
        stoppingAfter blockCount: Int? = nil
    ) throws -> Tensor {
        try run(
            batch, ForwardPass(batch, hooks: hooks, state: state), stoppingAfter: blockCount)
    }

    func run(
        _ batch: TokenBatch, _ pass: ForwardPass, stoppingAfter blockCount: Int? = nil
    ) throws -> Tensor {
        try batch.check(vocabSize: configuration.vocabSize)
        let count = blockCount ?? blocks.count
        guard (0...blocks.count).contains(count) else {
            throw ModelError.stopAfter(blocks: count, nLayers: blocks.count)
        }
        let stream = Tensor(batch.ids.count, configuration.dModel)
        embed(batch.ids, into: stream)
        try pass.visit(.embed, stream)
        for block in blocks.prefix(count) {
            guard try block.forward(stream, pass: pass) else {
                throw streamNotFinite(after: block.index)
            }
        }
        pass.advanceState()
        guard count == blocks.count else { return stream }
        if pass.wants(.finalNorm) || pass.wants(.logits) {
            let normed = pass.buffer(.normed, stream.shape)
            unembedding.normalize(stream, into: normed)
            guard firstNonFinite(normed) == nil else { throw outputNotFinite }
            try pass.visit(.finalNorm, normed)
            if pass.wants(.logits) {
                let logits = try finiteLogits(normed)
                try pass.visit(.logits, logits)
            }
        }
        return stream
    }

    /// The logits `[pos, vocab]` of a stream `[pos, d_model]` after the last block.
    ///
    /// - Throws: `ModelError.notFinite`.
    package func logits(of stream: Tensor) throws -> Tensor {
        let normed = Tensor(stream.shape)
        unembedding.normalize(stream, into: normed)
        return try finiteLogits(normed)
    }

    private func finiteLogits(_ normed: Tensor) throws -> Tensor {
        let logits = unembedding.logits(normed)
        guard firstNonFinite(logits) == nil else { throw outputNotFinite }
        return logits
    }

    /// The embeddings of the tokens, `[pos, d_model]`.
    private func embed(_ ids: [Int32], into stream: Tensor) {
        gatherRows(ids.map(Int.init), of: embeddings, into: stream)
    }
}

extension ModelConfiguration {
    /// Every parameter of such a model, in the order in which it reads them.
    ///
    /// - Throws: `ModelError.tooLarge`.
    package func parameters() throws -> [ParameterDeclaration] {
        let nothing = Checkpoint([:], path: "")
        let reader = WeightReader(nothing, mode: .declare)
        do {
            _ = try LanguageModel(folder: "", reader, ModelWeights(nothing, self, folder: ""))
        } catch is WeightReader.Stop {
            throw ModelError.tooLarge(
                path: "config.json", bytes: Int.max / 16,
                memory: Int(ProcessInfo.processInfo.physicalMemory))
        }
        return reader.declarations
    }
}

extension LanguageModel {
    /// See `modelName(ofFolder:)`.
    package var name: String { modelName(ofFolder: folder) }
}

/// The name under which people know the model in a folder: `org/model` for one in the Hugging Face
/// cache, else the last component of the folder's path.
package func modelName(ofFolder folder: String) -> String {
    let url = URL(fileURLWithPath: folder).standardizedFileURL
    let prefix = "models--"
    guard let cached = url.pathComponents.last(where: { $0.hasPrefix(prefix) }) else {
        return url.lastPathComponent
    }
    return cached.dropFirst(prefix.count).split(separator: "--").joined(separator: "/")
}
