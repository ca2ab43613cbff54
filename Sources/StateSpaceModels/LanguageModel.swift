import Checkpoints
import Files
import Foundation
import Kernels
import Tensors

/// A Mamba-1, Mamba-2 or Differential-Mamba-2 language model, ready to run.
package final class LanguageModel: Sendable {
    package let folder: String
    package let configuration: ModelConfiguration
    package let checkpoint: Checkpoint
    /// `backbone.embeddings.weight`, `[vocab, d_model]`.
    package let embeddings: Tensor
    package let blocks: [Block]
    package let unembedding: Unembedding

    /// Loads a model folder: `config.json` and weights in any layout `Checkpoint` reads.
    ///
    /// float32 weights stay in the mapped file; others are converted.
    ///
    /// - Throws: `ModelError`, `CheckpointError` or `FileError`, naming the file and what is wrong.
    package convenience init(folder: String) throws {
        let checkpoint = try Checkpoint(folder: folder)
        let weights = WeightReader(checkpoint, mode: .load)
        try self.init(
            folder: folder, ModelConfiguration(path: join(folder, "config.json")), weights,
            checkpoint)
        try weights.refuseSurplus(path: folder)
    }

    init(
        folder: String, _ configuration: ModelConfiguration, _ weights: WeightReader,
        _ checkpoint: Checkpoint
    ) throws {
        let shape = [configuration.vocabSize, configuration.dModel]
        let legacy = "backbone.embedding.weight"
        embeddings = try weights.tensor(
            weights.contains(legacy) ? legacy : embeddingName, shape)
        blocks = try (0..<configuration.nLayers).map {
            try Block(weights, index: $0, configuration: configuration)
        }
        let head = "lm_head.weight"
        // A tied head may be stored all the same; it is the embedding.
        if configuration.tieEmbeddings { weights.ignore(head) }
        unembedding = Unembedding(
            norm: try weights.tensor("backbone.norm_f.weight", [configuration.dModel]),
            epsilon: configuration.epsilon,
            weight: configuration.tieEmbeddings ? embeddings : try weights.tensor(head, shape))
        self.folder = folder
        self.configuration = configuration
        self.checkpoint = checkpoint
    }

    /// Runs the model and returns the residual stream `[pos, d_model]` after the last block that
    /// ran, all positions of all sequences one below the other.
    ///
    /// The final norm and the logits are computed only if a hook asks for them.
    ///
    /// - Parameters:
    ///   - state: carried from and to other pieces of the same sequences; zeros if nil.
    ///   - blockCount: how many blocks to run; all if nil.
    /// - Throws: `ModelError` for ids outside the vocabulary and for a stream that is not finite, and
    ///   what hooks throw.
    @discardableResult
    package func run(
        _ batch: TokenBatch, hooks: Hooks = Hooks(), state: RecurrentState? = nil,
        stoppingAfter blockCount: Int? = nil
    ) throws -> Tensor {
        try batch.check(vocabSize: configuration.vocabSize)
        let count = blockCount ?? blocks.count
        guard (0...blocks.count).contains(count) else {
            throw ModelError.stopAfter(blocks: count, nLayers: blocks.count)
        }
        let pass = ForwardPass(batch, hooks: hooks, state: state)
        let stream = Tensor(batch.ids.count, configuration.dModel)
        for (row, id) in batch.ids.enumerated() { stream[row].assign(embeddings[Int(id)]) }
        try hooks.visit(.embed, stream)
        for block in blocks.prefix(count) {
            guard try block.forward(stream, pass: pass) else {
                throw ModelError.notFinite(path: folder, block: block.index)
            }
        }
        guard count == blocks.count else { return stream }
        if hooks.wants(.finalNorm) || hooks.wants(.logits) {
            let normed = pass.buffer(.normed, stream.shape)
            unembedding.normalize(stream, into: normed)
            try hooks.visit(.finalNorm, normed)
            try hooks.visit(.logits, unembedding.logits(normed))
        }
        return stream
    }
}

extension LanguageModel {
    /// The name under which people know the model: `org/model` for one in the Hugging Face cache,
    /// else the last component of the folder's path.
    package var name: String {
        let url = URL(fileURLWithPath: folder).standardizedFileURL
        let prefix = "models--"
        guard let cached = url.pathComponents.last(where: { $0.hasPrefix(prefix) }) else {
            return url.lastPathComponent
        }
        return cached.dropFirst(prefix.count).split(separator: "--").joined(separator: "/")
    }
}
