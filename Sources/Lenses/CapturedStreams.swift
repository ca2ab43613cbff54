import Kernels
import Models
import Tensors

/// How many windows of `length` tokens go through a model together: about 1,024 positions, whose
/// streams of all layers are held at a time. Their number bounds memory and changes results by
/// rounding at most.
func windowsAtATime(of length: Int) -> Int { max(1, 1024 / length) }

/// Layers that go through the vocabulary together, about 8,192 rows: sixteen blocks, which as many
/// threads can share.
///
/// - Parameter rows: of each layer.
/// - Returns: groups of layers, each with its rows in the group's tensors.
func layerGroups(
    _ layers: some RandomAccessCollection<Int>, rows: Int
) -> [[(rows: Range<Int>, layer: Int)]] {
    let size = max(1, 8192 / max(1, rows))
    let layers = Array(layers)
    return stride(from: 0, to: layers.count, by: size).map { first in
        layers[first..<min(first + size, layers.count)].enumerated().map { place, layer in
            (place * rows..<(place + 1) * rows, layer)
        }
    }
}

extension Lens {
    /// Translated states of a group of layers, and what the vocabulary pass reads of them.
    ///
    /// - Parameters:
    ///   - streams: `[n_layers, pos, d_model]`.
    ///   - translated: `[rows, d_model]`; `normed` as well; both overwritten.
    ///   - inverseRMS: `[rows]`, receives what `rmsNormBackward` needs.
    func read(
        _ streams: Tensor, group: [(rows: Range<Int>, layer: Int)], unembedding: Unembedding,
        into translated: Tensor, normed: Tensor, inverseRMS: Tensor? = nil, precision: Precision
    ) {
        translate(
            group.map { (streams[$0.layer], $0.layer, translated[$0.rows]) }, precision: precision)
        unembedding.normalize(translated, into: normed, inverseRMS: inverseRMS)
        precision.round(normed)
    }
}

extension LanguageModel {
    /// The stream after every block, `[n_layers, pos, d_model]`, from one forward pass.
    package func capturedStreams(_ batch: TokenBatch) throws -> Tensor {
        let streams = Tensor(configuration.nLayers, batch.ids.count, configuration.dModel)
        var hooks = Hooks()
        for block in 0..<configuration.nLayers {
            hooks.add(.residPost(block: block)) { copy($0, into: streams[block]) }
        }
        try run(batch, hooks: hooks)
        return streams
    }
}
