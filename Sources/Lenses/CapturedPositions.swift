import Kernels
import Models
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

    /// Whether the labels are elsewhere than what the translators read, so that they are held besides.
    private var hasOtherLabels: Bool {
        final.address != streams[streams.shape[0] - 1].address
    }

    /// Room for the streams of some positions.
    private init(layers: Int, count: Int, dModel: Int, hasOtherLabels: Bool, ids: [Int]) {
        streams = Tensor(layers, count, dModel)
        final = hasOtherLabels ? Tensor(count, dModel) : streams[layers - 1]
        self.ids = ids
    }

    /// - Parameter blocks: whose streams the translators read, to the last block; all if nil.
    init(
        _ positions: LabelledPositions, readBy model: LanguageModel, blocks: Range<Int>? = nil
    ) throws {
        let blocks = blocks ?? 0..<model.configuration.nLayers
        let lengths = positions.batch.sequences.map(\.count)
        func cache(_ blocks: Range<Int>, _ rows: [Int]) -> ActivationCache {
            ActivationCache(
                streamsAfter: blocks, lengths: lengths, rows: rows, model.configuration)
        }
        var hooks = Hooks()
        let read = cache(blocks, positions.rows)
        read.add(to: &hooks)
        streams = read.stacked
        if positions.labels == positions.rows {
            final = streams[blocks.count - 1]
        } else {
            let labels = cache(blocks.suffix(1), positions.labels)
            labels.add(to: &hooks)
            final = labels.stacked[0]
        }
        ids = positions.labelIDs
        try model.run(positions.batch, hooks: hooks)
    }

    /// - Parameter streams: of all rows of the batch, `[n_layers, pos, d_model]`.
    init(_ positions: LabelledPositions, of streams: Tensor) {
        let layers = streams.shape[0]
        self.init(
            layers: layers, count: positions.count, dModel: streams.shape[2],
            hasOtherLabels: positions.labels != positions.rows, ids: positions.labelIDs)
        for layer in 0..<layers {
            gatherRows(positions.rows, of: streams[layer], into: self.streams[layer])
        }
        if hasOtherLabels { gatherRows(positions.labels, of: streams[layers - 1], into: final) }
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
        let places = places.map { place in
            let (part, row) = place.quotientAndRemainder(dividingBy: parts[0].count)
            return (table: part, row: row)
        }
        let (layers, d) = (parts[0].streams.shape[0], parts[0].streams.shape[2])
        self.init(
            layers: layers, count: places.count, dModel: d,
            hasOtherLabels: parts[0].hasOtherLabels,
            ids: places.map { parts[$0.table].ids[$0.row] })
        let (streams, final) = (streams, final)
        parallel(layers + (hasOtherLabels ? 1 : 0)) { layer in
            gatherRows(
                places, of: parts.map { layer < layers ? $0.streams[layer] : $0.final },
                into: layer < layers ? streams[layer] : final)
        }
    }
}
