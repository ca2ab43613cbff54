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

    /// - Parameter blocks: whose streams the translators read, to the last block; all if nil.
    init(
        _ positions: LabelledPositions, readBy model: LanguageModel, blocks: Range<Int>? = nil
    ) throws {
        let blocks = blocks ?? 0..<model.configuration.nLayers
        let d = model.configuration.dModel
        let streams = Tensor(blocks.count, positions.count, d)
        let hasOtherLabels = positions.labels != positions.rows
        let final = hasOtherLabels ? Tensor(positions.count, d) : streams[blocks.count - 1]
        var hooks = Hooks()
        for (index, block) in blocks.enumerated() {
            hooks.add(.residPost(block: block)) {
                gather(positions.rows, of: $0, into: streams[index])
            }
        }
        if hasOtherLabels {
            hooks.add(.residPost(block: blocks.upperBound - 1)) {
                gather(positions.labels, of: $0, into: final)
            }
        }
        try model.run(positions.batch, hooks: hooks)
        self.streams = streams
        self.final = final
        ids = positions.labelIDs
    }

    /// - Parameter streams: of all rows of the batch, `[n_layers, pos, d_model]`.
    init(_ positions: LabelledPositions, of streams: Tensor) {
        let (layers, d) = (streams.shape[0], streams.shape[2])
        let taken = Tensor(layers, positions.count, d)
        for layer in 0..<layers {
            gather(positions.rows, of: streams[layer], into: taken[layer])
        }
        let hasOtherLabels = positions.labels != positions.rows
        final = hasOtherLabels ? Tensor(positions.count, d) : taken[layers - 1]
        if hasOtherLabels {
            gather(positions.labels, of: streams[layers - 1], into: final)
        }
        self.streams = taken
        ids = positions.labelIDs
    }

    /// All positions of a batch, each its own label.
    package init(
        _ batch: TokenBatch, readBy model: LanguageModel, blocks: Range<Int>? = nil
    ) throws {
        try self.init(LabelledPositions(batch, tokenShift: 0), readBy: model, blocks: blocks)
    }

    /// Some positions of several others.
    ///
    /// - Parameters:
    ///   - parts: of the same layers, all of as many positions, but for the last.
    ///   - places: where they are when the parts stand one after the other.
    init(_ places: some RandomAccessCollection<Int>, of parts: [CapturedPositions]) {
        let places = places.map { $0.quotientAndRemainder(dividingBy: parts[0].count) }
        let (layers, d) = (parts[0].streams.shape[0], parts[0].streams.shape[2])
        let streams = Tensor(layers, places.count, d)
        let hasOtherLabels = parts[0].final.pointer != parts[0].streams[layers - 1].pointer
        let final = hasOtherLabels ? Tensor(places.count, d) : streams[layers - 1]
        parallel(layers + (hasOtherLabels ? 1 : 0)) { layer in
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

/// Copies some rows of a stream `[pos, d_model]` into `taken`, in parallel.
private func gather(_ rows: [Int], of stream: Tensor, into taken: Tensor) {
    let d = taken.shape[1]
    parallelRanges(rows.count, grain: 64) { range in
        for place in range {
            (taken.pointer + place * d).update(from: stream.pointer + rows[place] * d, count: d)
        }
    }
    withExtendedLifetime((stream, taken)) {}
}
