import Corpora
import Kernels
import Models
import Results
import Tensors

/// Cross entropy, KL and entropy of every layer on windows of text, for any number of lenses in one
/// pass of the model.
package struct TextEvaluator {
    private let model: LanguageModel
    private let lenses: [Lens]
    private let vocabulary: Vocabulary

    package init(model: LanguageModel, lenses: [Lens]) {
        self.model = model
        vocabulary = Vocabulary(model.unembedding.weight)
        self.lenses = lenses
    }

    /// Sums over positions.
    private struct Sums {
        var crossEntropy = 0.0
        var entropy = 0.0
        var kl = 0.0

        var areFinite: Bool { crossEntropy.isFinite && entropy.isFinite && kl.isFinite }
    }

    /// - Parameter progress: called with the number of windows done.
    /// - Returns: for each lens its metrics of each layer, and the model's own.
    /// - Throws: `ModelError.notFinite`, `LensError.notFinite`, and what the model throws.
    package func evaluate(
        _ windows: TokenWindows, progress: (Int) -> Void
    ) throws -> (lenses: [[TextMetrics]], output: TextMetrics) {
        let layers = model.configuration.nLayers
        var sums = lenses.map { _ in [Sums](repeating: Sums(), count: layers) }
        var own = Sums()
        let perBatch = windowsAtATime(of: windows.window)
        for start in stride(from: 0, to: windows.count, by: perBatch) {
            let chosen = start..<min(start + perBatch, windows.count)
            let batch = TokenBatch(chosen.map { windows[$0] })
            try measure(batch, lenses: &sums, output: &own)
            progress(chosen.upperBound)
        }
        let positions = windows.count * windows.window
        let predicted = windows.count * (windows.window - 1)
        func mean(_ sums: Sums) -> TextMetrics {
            TextMetrics(
                crossEntropy: sums.crossEntropy / Double(predicted),
                entropy: sums.entropy / Double(positions), kl: sums.kl / Double(positions))
        }
        guard own.areFinite else { throw model.outputNotFinite }
        for (lens, layers) in zip(lenses, sums) {
            if let layer = layers.firstIndex(where: { !$0.areFinite }) {
                throw lens.notFinite(layer: layer, of: model)
            }
        }
        return (sums.map { $0.map(mean) }, mean(own))
    }

    private func measure(
        _ batch: TokenBatch, lenses sums: inout [[Sums]], output: inout Sums
    ) throws {
        let streams = try model.capturedStreams(batch)
        let final = streams[model.configuration.nLayers - 1]
        let labels = LensLabels(
            .kl, ids: batch.ids.map(Int.init), finalStream: final, unembedding: model.unembedding,
            vocabulary: vocabulary)
        add(final, batch, labels, to: &output)
        let translated = Tensor(final.shape)
        for (index, lens) in lenses.enumerated() {
            for layer in 0..<lens.layerCount {
                lens.translate(streams[layer], layer: layer, into: translated)
                add(translated, batch, labels, to: &sums[index][layer])
            }
        }
    }

    /// Adds what the distribution of every position of `stream` `[pos, d_model]` says. With n its
    /// normed state, entropy is `A(n) − n · o(n)` and cross entropy `A(n) − U_y · n`.
    private func add(
        _ stream: Tensor, _ batch: TokenBatch, _ labels: LensLabels, to sums: inout Sums
    ) {
        let d = stream.shape[1]
        let unembedding = model.unembedding
        let normed = Tensor(stream.shape)
        let expected = Tensor(stream.shape)
        unembedding.normalize(stream, into: normed)
        let logPartition = vocabulary.attention(normed, expected: expected)
        for (logPartition, dot) in zip(logPartition, rowDots(normed, expected)) {
            sums.entropy += logPartition - dot
        }
        let rows = batch.sequences.flatMap { $0.dropLast() }
        let (predicting, targets) = (Tensor(rows.count, d), Tensor(rows.count, d))
        gatherRows(rows, of: normed, into: predicting)
        gatherRows(rows.map { Int(batch.ids[$0 + 1]) }, of: unembedding.weight, into: targets)
        for (row, dot) in zip(rows, rowDots(predicting, targets)) {
            sums.crossEntropy += logPartition[row] - dot
        }
        sums.kl += labels.losses(normed: normed, logPartition: logPartition)[0]
    }
}
