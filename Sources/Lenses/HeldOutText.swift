import Corpora
import Kernels
import StateSpaceModels
import Tensors

/// Windows that no training takes, on which lenses are measured.
package struct HeldOutText: Sendable {
    package let windows: TokenWindows
    private let model: LanguageModel
    private let vocabulary: Vocabulary
    private let options: LensTrainingOptions

    /// - Parameter options: the loss to measure, and in which arithmetic.
    init(
        _ windows: TokenWindows, model: LanguageModel, vocabulary: Vocabulary,
        options: LensTrainingOptions
    ) {
        self.windows = windows
        self.model = model
        self.vocabulary = vocabulary
        self.options = options
    }

    /// Mean loss of each layer over all positions with a label, in nats.
    package func losses(of lens: Lens) throws -> [Double] {
        var sums = [Double](repeating: 0, count: lens.layerCount)
        var positions = 0
        let perBatch = windowsAtATime(of: windows.window)
        for start in stride(from: 0, to: windows.count, by: perBatch) {
            let batch = TokenBatch(
                (start..<min(start + perBatch, windows.count)).map { windows[$0] })
            positions += addLosses(
                of: lens, batch, streams: try model.capturedStreams(batch), to: &sums)
        }
        return sums.map { $0 / Double(positions) }
    }

    /// - Returns: how many positions have a label.
    private func addLosses(
        of lens: Lens, _ batch: TokenBatch, streams: Tensor, to sums: inout [Double]
    ) -> Int {
        let labels = LensLabels(
            options.loss, tokenShift: options.tokenShift, batch: batch,
            finalStream: streams[lens.layerCount - 1], unembedding: model.unembedding,
            vocabulary: vocabulary)
        for group in layerGroups(lens.layerCount, rows: batch.ids.count) {
            let translated = Tensor(group.count * batch.ids.count, lens.dModel)
            let normed = Tensor(translated.shape)
            lens.read(
                streams, group: group, unembedding: model.unembedding, into: translated,
                normed: normed, precision: options.precision)
            let logPartition = vocabulary.attention(normed.matrix)
            for (rows, layer) in group {
                sums[layer] += labels.loss(
                    normed: normed[rows], logPartition: Array(logPartition[rows]))
            }
        }
        return labels.count
    }
}
