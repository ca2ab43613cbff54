import Kernels
import Models
import Tensors

/// What one layer's lens, or the model itself, says at some rows.
package struct LensReading: Sendable {
    /// Of every row what was asked for.
    package let vocabulary: VocabularyReading
    /// Of every row in nats, where labels were given.
    package let loss: [Double]
}

/// Reads distributions over the vocabulary off residual streams: translator, final norm, unembedding.
///
/// Rows of some layers go through the vocabulary together, and no logits are kept: memory is a few
/// tensors `[rows, d_model]` of about 8,192 rows.
package struct LensReadout {
    package let lens: Lens
    let unembedding: Unembedding
    package let vocabulary: VocabularyPass

    /// - Parameter vocabulary: the unembedding's matrix as the passes of losses are to read it.
    package init(_ lens: Lens, unembedding: Unembedding, vocabulary: VocabularyPass) {
        self.lens = lens
        self.unembedding = unembedding
        self.vocabulary = vocabulary
    }

    /// In float32.
    package init(_ lens: Lens, of model: LanguageModel) {
        self.init(
            lens, unembedding: model.unembedding,
            vocabulary: VocabularyPass(model.unembedding.weight))
    }

    /// What `read` takes for a layer where it is to read the last stream as it is.
    package var output: Int { lens.layerCount }

    /// What the lens says of each layer, in their order.
    ///
    /// - Parameters:
    ///   - streams: after every block, `[n_layers, rows, d_model]`.
    ///   - layers: from 0; `output` for the model's own distribution.
    ///   - targets: a token for each row, where something is asked of it.
    ///   - labels: of each row, where its loss is wanted; in float32.
    ///   - count: how many of the most probable tokens to name.
    package func read(
        _ streams: Tensor, layers: [Int], targets: [Int] = [], labels: LensLabels? = nil,
        asking questions: VocabularyQuestions = [], top count: Int = 0
    ) -> [LensReading] {
        var readings: [LensReading] = []
        forEachGroup(of: layers, in: streams) { states in
            let read = vocabulary.read(
                states.normed, targets: states.group.flatMap { _ in targets },
                asking: questions, top: count)
            let losses = labels?.losses(normed: states.normed, logPartition: read.logPartition)
            readings += states.group.map { rows, _ in
                LensReading(
                    vocabulary: read[rows], loss: losses.map { Array($0[rows]) } ?? [])
            }
        }
        return readings
    }

    /// What each layer's lens and then the model itself say at the last position of each text, in memory
    /// that does not grow with the texts' length.
    ///
    /// - Parameters:
    ///   - model: whose lens this is.
    ///   - targets: a token for each text, where something is asked of it.
    ///   - progress: called with the number of texts that were read.
    package func readLastPositions(
        of texts: [[Int32]], by model: LanguageModel, targets: [Int] = [],
        asking questions: VocabularyQuestions = [], top count: Int = 0,
        progress: (Int) -> Void = { _ in }
    ) throws -> [LensReading] {
        var ends: [Int] = []
        for text in texts { ends.append((ends.last ?? -1) + text.count) }
        return read(
            try model.streams(of: texts, rows: ends, progress: progress),
            layers: Array(0...output), targets: targets, asking: questions, top: count)
    }

    /// Sum of the losses of each layer over the rows, in nats.
    func losses(_ streams: Tensor, layers: [Int], labels: LensLabels) -> [Double] {
        var sums: [Double] = []
        forEachGroup(of: layers, in: streams) { states in
            let losses = labels.losses(
                normed: states.normed,
                logPartition: vocabulary.attention(states.normed))
            sums += states.sums(losses)
        }
        return sums
    }

    /// The same, and the gradients of the sums.
    ///
    /// - Parameter body: gets for a few layers at a time the gradient in what their translators give,
    ///   `[rows, d_model]`, valid until it returns.
    func differentiate(
        _ streams: Tensor, layers: [Int], labels: LensLabels,
        _ body: ([(gradient: Tensor, layer: Int)]) -> Void
    ) -> [Double] {
        var sums: [Double] = []
        let gradients = Tensor(groupRows(layers, of: streams), lens.dModel)
        forEachGroup(of: layers, in: streams) { states in
            let gradient = gradients[0..<states.normed.shape[0]]
            let logPartition = vocabulary.attention(
                states.normed, expected: gradient)
            sums += states.sums(
                labels.losses(
                    normed: states.normed, logPartition: logPartition, expected: gradient))
            // From the normed states back to the translated ones; `normed` is free again.
            rmsNormBackward(
                states.translated, weight: unembedding.norm,
                inverseRMS: states.inverseRMS, dy: gradient,
                into: states.normed)
            body(states.group.map { (states.normed[$0.rows], $0.layer) })
        }
        return sums
    }

    /// The first of the layers whose translated states, or what the vocabulary makes of them, are not
    /// finite; nil if there is none.
    func firstNotFinite(_ streams: Tensor, layers: [Int]) -> Int? {
        var broken: [Int] = []
        forEachGroup(of: layers, in: streams) { states in
            let logPartition = vocabulary.attention(states.normed)
            broken += states.group.filter { rows, _ in
                firstNonFinite(states.translated[rows]) != nil
                    || !logPartition[rows].allSatisfy(\.isFinite)
            }.map(\.layer)
        }
        return broken.first
    }

    /// Some layers at the same rows, one below the other.
    private struct States {
        let group: [(rows: Range<Int>, layer: Int)]
        /// `[layers · rows, d_model]`.
        let translated, normed: Tensor
        /// `[layers · rows]`, of `translated`: what `rmsNormBackward` needs.
        let inverseRMS: Tensor

        /// Of each layer.
        func sums(_ values: [Double]) -> [Double] {
            group.map { values[$0.rows].reduce(0, +) }
        }
    }

    private func groupRows(_ layers: [Int], of streams: Tensor) -> Int {
        (layerGroups(layers, rows: streams.shape[1]).first?.count ?? 0) * streams.shape[1]
    }

    private func forEachGroup(of layers: [Int], in streams: Tensor, _ body: (States) -> Void) {
        let shape = [groupRows(layers, of: streams), lens.dModel]
        let (translated, normed, inverseRMS) = (Tensor(shape), Tensor(shape), Tensor(shape[0]))
        for group in layerGroups(layers, rows: streams.shape[1]) {
            let all = 0..<group.count * streams.shape[1]
            let states = States(
                group: group, translated: translated[all], normed: normed[all],
                inverseRMS: inverseRMS[all])
            lens.translate(
                group.filter { $0.layer != output }.map {
                    (streams[$0.layer], $0.layer, translated[$0.rows])
                }, precision: vocabulary.precision)
            for (rows, _) in group.filter({ $0.layer == output }) {
                copy(streams[output - 1], into: translated[rows])
            }
            unembedding.normalize(
                states.translated, into: states.normed, inverseRMS: inverseRMS)
            vocabulary.precision.round(states.normed)
            body(states)
        }
    }
}

/// Layers that go through the vocabulary together, about 8,192 rows: sixteen blocks, which as many
/// threads can share.
///
/// - Parameter rows: of each layer.
/// - Returns: groups of layers, each with its rows in the group's tensors.
private func layerGroups(
    _ layers: [Int], rows: Int
) -> [[(rows: Range<Int>, layer: Int)]] {
    let size = max(1, 8192 / max(1, rows))
    return stride(from: 0, to: layers.count, by: size).map { first in
        layers[first..<min(first + size, layers.count)].enumerated().map { place, layer in
            (place * rows..<(place + 1) * rows, layer)
        }
    }
}
