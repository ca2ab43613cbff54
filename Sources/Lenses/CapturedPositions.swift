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

    private init(roomFor positions: LabelledPositions, layers: Int, dModel: Int) {
        self.init(
            layers: layers, count: positions.count, dModel: dModel,
            hasOtherLabels: positions.labels != positions.rows, ids: positions.labelIDs)
    }

    /// Takes the positions of a layer's stream, `[pos, d_model]`.
    private func take(_ positions: LabelledPositions, of stream: Tensor, layer: Int) {
        gatherRows(positions.rows, of: stream, into: streams[layer])
        if hasOtherLabels, layer == streams.shape[0] - 1 {
            gatherRows(positions.labels, of: stream, into: final)
        }
    }

    /// - Parameter blocks: whose streams the translators read, to the last block; all if nil.
    init(
        _ positions: LabelledPositions, readBy model: LanguageModel, blocks: Range<Int>? = nil
    ) throws {
        let blocks = blocks ?? 0..<model.configuration.nLayers
        let room = CapturedPositions(
            roomFor: positions, layers: blocks.count, dModel: model.configuration.dModel)
        var hooks = Hooks()
        for (layer, block) in blocks.enumerated() {
            hooks.add(.residPost(block: block)) { room.take(positions, of: $0, layer: layer) }
        }
        try model.run(positions.batch, hooks: hooks)
        self = room
    }

    /// - Parameter streams: of all rows of the batch, `[n_layers, pos, d_model]`.
    init(_ positions: LabelledPositions, of streams: Tensor) {
        let layers = streams.shape[0]
        self.init(roomFor: positions, layers: layers, dModel: streams.shape[2])
        for layer in 0..<layers { take(positions, of: streams[layer], layer: layer) }
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
