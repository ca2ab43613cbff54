import Corpora
import Kernels
import Lenses
import Models
import Results
import Tensors

/// Cross entropy, KL and entropy of every layer on windows of text, for any number of lenses in one
/// pass of the model.
package struct TextEvaluator {
    private let model: LanguageModel
    private let lenses: [Lens]
    private let vocabulary: VocabularyPass

    /// - Parameter lenses: at least one.
    package init(model: LanguageModel, lenses: [Lens]) {
        precondition(!lenses.isEmpty, "no lens to measure")
        self.model = model
        vocabulary = VocabularyPass(model.unembedding.weight)
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
        // The last position of a window predicts nothing that is there.
        let targets = batch.sequences.flatMap { rows in
            rows.map { Int(batch.ids[min($0 + 1, rows.upperBound - 1)]) }
        }
        func measure(_ readout: LensReadout, layer: Int, to sums: inout Sums) {
            let reading = readout.read(
                streams, layers: [layer], targets: targets, labels: labels,
                asking: [.logProbability, .entropy])[0]
            for rows in batch.sequences {
                for row in rows {
                    sums.entropy += reading.vocabulary.entropy[row]
                    guard row + 1 < rows.upperBound else { continue }
                    sums.crossEntropy -= reading.vocabulary.logProbability[row]
                }
            }
            sums.kl += reading.loss.reduce(0, +)
        }
        let readouts = lenses.map {
            LensReadout($0, unembedding: model.unembedding, vocabulary: vocabulary)
        }
        measure(readouts[0], layer: readouts[0].output, to: &output)
        for (index, readout) in readouts.enumerated() {
            for layer in 0..<readout.output {
                measure(readout, layer: layer, to: &sums[index][layer])
            }
        }
    }
}

extension TextEvaluator {
    /// How far each layer's distribution is from the model's, through the logit lens and, if it is
    /// another, the one that is named.
    ///
    /// - Parameter progress: called with the number of windows done.
    /// - Throws: as `evaluate`, and where the model's files cannot be hashed.
    package static func result(
        of model: LanguageModel, through lens: NamedLens, on windows: TokenWindows,
        origin: RunOrigin, progress: (Int) -> Void = { _ in }
    ) throws -> TextResult {
        let logit = Lens(zeroFor: model.configuration)
        let evaluator = TextEvaluator(
            model: model, lenses: lens.isTuned ? [logit, lens.lens] : [logit])
        let (lenses, output) = try evaluator.evaluate(windows, progress: progress)
        return TextResult(
            logit: lenses[0], tuned: lens.isTuned ? lenses[1] : nil, output: output,
            windows: windows.count, window: windows.window,
            natsToBitsPerByte: windows.natsToBitsPerByte,
            run: try origin.record(model, lens, dataSHA256: windows.sha256))
    }
}
