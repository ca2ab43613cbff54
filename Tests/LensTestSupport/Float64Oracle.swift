import Foundation
import Lenses
import Models
import Tensors

/// The lens's distributions and losses, written out plainly in float64 with all logits, from the
/// captured streams of a model.
package struct Float64Oracle {
    private let model: LanguageModel
    /// `[layer][row][d_model]`
    package let streams: [[[Double]]]
    package let ids: [Int]
    package let sequences: [Range<Int>]

    package init(_ model: LanguageModel, batch: TokenBatch) throws {
        self.model = model
        ids = batch.ids.map(Int.init)
        sequences = batch.sequences
        var captured: [[[Double]]] = []
        var hooks = Hooks()
        for block in 0..<model.configuration.nLayers {
            hooks.add(.residPost(block: block)) { captured.append(Self.rows($0)) }
        }
        try model.run(batch, hooks: hooks)
        streams = captured
    }

    package static func rows(_ tensor: Tensor) -> [[Double]] {
        (0..<tensor.shape[0]).map { tensor[$0].elements.map(Double.init) }
    }

    /// `h + A h + b`.
    package func translate(_ h: [Double], weight: [[Double]], bias: [Double]) -> [Double] {
        h.indices.map { i in
            h[i] + bias[i] + zip(weight[i], h).reduce(0) { $0 + $1.0 * $1.1 }
        }
    }

    /// Log-probabilities of every token.
    package func logProbabilities(_ stream: [Double]) -> [Double] {
        let unembedding = model.unembedding
        let square = stream.reduce(0) { $0 + $1 * $1 } / Double(stream.count)
        let scale = 1 / (square + Double(unembedding.epsilon)).squareRoot()
        let normed = zip(stream, unembedding.norm.elements).map { $0 * scale * Double($1) }
        let logits = (0..<unembedding.weight.shape[0]).map { v in
            zip(unembedding.weight[v].elements, normed).reduce(0) { $0 + Double($1.0) * $1.1 }
        }
        let top = logits.max() ?? 0
        let partition = top + log(logits.reduce(0) { $0 + exp($1 - top) })
        return logits.map { $0 - partition }
    }

    package func kl(_ own: [Double], _ other: [Double]) -> Double {
        zip(own, other).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
    }

    /// Mean loss of one layer as upstream defines it: labels are `shift` positions ahead.
    ///
    /// - Parameter chosen: rows to take; all if nil.
    package func loss(
        _ objective: LensLoss, shift: Int, layer: Int, weight: [[Double]], bias: [Double],
        rows chosen: [Int]? = nil
    ) -> Double {
        var losses: [Double] = []
        for rows in sequences {
            for row in rows where rows.contains(row + shift) && chosen?.contains(row) ?? true {
                let lens = logProbabilities(
                    translate(streams[layer][row], weight: weight, bias: bias))
                switch objective {
                case .ce: losses.append(-lens[ids[row + shift]])
                case .kl:
                    let own = logProbabilities(streams[streams.count - 1][row + shift])
                    losses.append(kl(own, lens))
                }
            }
        }
        return losses.reduce(0, +) / Double(losses.count)
    }
}
