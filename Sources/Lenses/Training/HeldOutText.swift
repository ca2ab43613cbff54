import Corpora
import Kernels
import Models
import Tensors

/// Windows that no training takes, on which lenses are measured, at evenly spaced positions.
///
/// The model reads them once; what the lenses read is kept.
package final class HeldOutText {
    package let windows: TokenWindows
    private let model: LanguageModel
    let vocabulary: VocabularyPass
    private let objective: LensObjective
    private let positions: Int
    private lazy var captured = Result { try capture() }

    private struct Captured {
        /// What the lenses read, `[n_layers, count, d_model]`.
        let streams: Tensor
        let labels: LensLabels
        /// `1 / rms` of the last stream, `[count]`.
        let inverseRMS: Tensor
    }

    /// - Parameter positions: at how many to measure, of all windows together.
    package init(
        _ windows: TokenWindows, model: LanguageModel, objective: LensObjective, positions: Int
    ) {
        self.windows = windows
        self.model = model
        vocabulary = VocabularyPass(model.unembedding.weight, precision: objective.precision)
        self.objective = objective
        self.positions = positions
    }

    var isEmpty: Bool { windows.count == 0 }

    private func capture() throws -> Captured {
        let atATime = windowsAtATime(of: windows.window)
        let parts = try stride(from: 0, to: windows.count, by: atATime).map { start in
            let batch = TokenBatch(
                (start..<min(start + atATime, windows.count)).map { windows[$0] })
            let positions = LabelledPositions(
                batch, tokenShift: objective.tokenShift,
                perWindow: max(1, self.positions / windows.count))
            return try CapturedPositions(positions, readBy: model)
        }
        let count = parts.reduce(0) { $0 + $1.count }
        let all = CapturedPositions(0..<count, of: parts)
        let last = all.streams[model.configuration.nLayers - 1]
        let inverseRMS = Tensor(count)
        model.unembedding.normalize(
            last, into: Tensor(last.shape), inverseRMS: inverseRMS)
        return Captured(
            streams: all.streams,
            labels: LensLabels(
                objective.loss, ids: all.ids, finalStream: all.final,
                unembedding: model.unembedding,
                vocabulary: vocabulary),
            inverseRMS: inverseRMS)
    }

    /// Mean loss of each layer over the positions, in nats.
    ///
    /// - Parameters:
    ///   - layers: which to measure; all if nil.
    ///   - known: what is returned for the others.
    package func losses(
        of lens: Lens, layers: [Int]? = nil, known: [Double]? = nil
    ) throws -> [Double] {
        let captured = try captured.get()
        var losses = known ?? Array(repeating: 0, count: lens.layerCount)
        let layers = layers ?? Array(losses.indices)
        let readout = LensReadout(lens, unembedding: model.unembedding, vocabulary: vocabulary)
        let sums = readout.losses(captured.streams, layers: layers, labels: captured.labels)
        for (layer, sum) in zip(layers, sums) {
            losses[layer] = sum / Double(captured.labels.count)
        }
        return losses
    }

    /// For each layer the mean over the positions of `|h + A h + b − h*|² / rms(h*)²`, with h* the last
    /// stream: what the closed form minimizes.
    func squaredErrors(of lens: Lens) throws -> [Double] {
        let captured = try captured.get()
        let (count, d) = (captured.labels.count, lens.dModel)
        let final = captured.streams[lens.layerCount - 1]
        let weights = captured.inverseRMS.values
        return (0..<lens.layerCount).map { layer in
            let translated = Tensor(count, d)
            lens.translate(captured.streams[layer], layer: layer, into: translated)
            add(final, into: translated, scale: -1)
            var sum = 0.0
            for row in 0..<count {
                let weight = Double(weights[row])
                let error = translated[row]
                sum += weight * weight * dot(error, error)
            }
            return sum / Double(count)
        }
    }
}
