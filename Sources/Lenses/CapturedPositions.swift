import Kernels
import StateSpaceModels
import Tensors

/// What a lens is trained or measured on at some positions of text.
package struct CapturedPositions {
    /// What the translators read, `[n_layers, count, d_model]`.
    let streams: Tensor
    /// The last stream at the labels, `[count, d_model]`.
    let final: Tensor
    /// The tokens at the labels.
    let ids: [Int]

    package var count: Int { ids.count }

    /// - Parameter streams: of all rows of the batch, `[n_layers, pos, d_model]`, the model's last
    ///   stream last.
    init(_ positions: LabelledPositions, of streams: Tensor) {
        final = positions.labels(streams[streams.shape[0] - 1])
        ids = positions.labelIDs
        self.streams = positions.read(streams)
    }

    /// All positions of a batch, each its own label.
    package init(_ batch: TokenBatch, streams: Tensor) {
        self.init(LabelledPositions(batch, tokenShift: 0), of: streams)
    }

    /// Some positions of several others.
    ///
    /// - Parameters:
    ///   - parts: of the same layers, all of as many positions, but for the last.
    ///   - places: where they are when the parts stand one after the other.
    init(_ places: some RandomAccessCollection<Int>, of parts: [CapturedPositions]) {
        let places = places.map { $0.quotientAndRemainder(dividingBy: parts[0].count) }
        let (layers, d) = (parts[0].streams.shape[0], parts[0].streams.shape[2])
        let (streams, final) = (Tensor(layers, places.count, d), Tensor(places.count, d))
        parallel(layers + 1) { layer in
            let target = (layer < layers ? streams[layer] : final).pointer
            let sources = parts.map { (layer < layers ? $0.streams[layer] : $0.final).pointer }
            for (row, place) in places.enumerated() {
                (target + row * d).update(
                    from: sources[place.quotient] + place.remainder * d, count: d)
            }
        }
        withExtendedLifetime((parts, streams, final)) {}
        self.streams = streams
        self.final = final
        ids = places.map { parts[$0.quotient].ids[$0.remainder] }
    }
}
