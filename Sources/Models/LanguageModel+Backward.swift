import Kernels
import Tensors

/// The positions of a batch at which a loss counts the next token.
package struct TrainingLabels: Sendable {
    /// Rows of the batch.
    package let rows: [Int]
    /// For each of them the token that comes next and its weight.
    package let labels: Labels

    package init(rows: [Int], labels: Labels) {
        precondition(rows.count == labels.tokens.count, "\(rows.count) rows with labels")
        self.rows = rows
        self.labels = labels
    }
}

extension LanguageModel {
    /// What the model makes of each label's token; sequences longer than a piece go in pieces.
    ///
    /// - Throws: what `run` throws; `ModelError.notFinite`.
    package func predictions(
        _ batch: TokenBatch, labels: TrainingLabels
    ) throws -> [TokenPrediction] {
        let last = ActivationCache(
            [.residPost(block: blocks.count - 1)], lengths: batch.sequences.map(\.count),
            rows: labels.rows, configuration)
        var hooks = Hooks()
        last.add(to: &hooks)
        try run(texts: batch.sequences.map { Array(batch.ids[$0]) }, hooks: hooks)
        let normed = last.stacked[0]
        unembedding.normalize(normed, into: normed)
        let found = VocabularyPass(unembedding.weight).read(
            normed, targets: labels.labels.tokens.map(Int.init),
            asking: [.logProbability, .rank]
        ).predictions
        guard found.allSatisfy(\.logProbability.isFinite) else { throw outputNotFinite }
        return found
    }

    /// `Σ w · cross entropy` of the labels in nats, adding its gradient in every parameter to
    /// `gradients`.
    ///
    /// - Parameters:
    ///   - memory: that of all steps of a training.
    ///   - dropout: of what the blocks add to the stream.
    ///   - hooks: run in the forward pass, once at each point; they may read only, since a block may be
    ///     computed anew without them.
    package func accumulateGradients(
        _ batch: TokenBatch, labels: TrainingLabels, into gradients: Gradients,
        memory: TrainingMemory, dropout: Dropout? = nil, hooks: Hooks = Hooks()
    ) throws -> Double {
        let shape = [batch.ids.count, configuration.dModel]
        let streams = memory.gradients(.streams, [blocks.count] + shape)
        var hooks = hooks
        ActivationCache(
            blocks.indices.map { .residPre(block: $0) }, lengths: batch.sequences.map(\.count),
            configuration, into: streams
        ).add(to: &hooks)
        if let dropout { dropout.add(to: &hooks, blocks, batch.sequences) }
        let forward = ForwardPass(batch, hooks: hooks, state: nil, memory: memory)
        let final = labelled(try run(batch, forward), labels)

        let (normed, dNormed, dFinal) = (
            Tensor(final.shape), Tensor(final.shape), Tensor(final.shape)
        )
        unembedding.normalize(final, into: normed)
        let loss = VocabularyPass(unembedding.weight).crossEntropyBackward(
            normed, labels: labels.labels, into: dNormed,
            weightGradient: gradients[unembedding.weight])
        rmsNormBackward(
            final, weight: unembedding.norm, epsilon: unembedding.epsilon,
            dy: dNormed, into: dFinal,
            weightGradient: gradients[unembedding.norm])
        let dStream = Tensor(shape)
        for (index, row) in labels.rows.enumerated() { dStream[row].assign(dFinal[index]) }

        let pass = BackwardPass(forward, memory, gradients: gradients)
        for block in blocks.reversed() {
            try block.backward(streams[block.index], dStream: dStream, pass: pass, dropout: dropout)
        }
        embeddingBackward(
            batch.ids, dy: dStream, into: gradients[embeddings])
        return loss
    }

    /// The rows of the stream that have labels.
    private func labelled(_ stream: Tensor, _ labels: TrainingLabels) -> Tensor {
        let result = Tensor(labels.rows.count, configuration.dModel)
        for (index, row) in labels.rows.enumerated() { result[index].assign(stream[row]) }
        return result
    }
}
