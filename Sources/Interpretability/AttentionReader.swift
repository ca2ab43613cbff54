import Kernels
import Models
import Tensors
import Tokenization

/// How much a mixer's state passes on from each position to some reading positions.
package struct HiddenAttention: Sendable {
    /// The block, from 0.
    package let block: Int
    /// 1 or 2 in a differential block, else nil.
    package let mixer: Int?
    /// Of `values`, ascending; of Mamba-1 every channel is one.
    package let heads: [Int]
    /// M, `[heads, targets, pos]`: with it and what enters the state the SSM's output is `M x + D x`.
    package let values: Tensor

    /// As hook points are spelled.
    package var name: String {
        "blocks.\(block).mixer\(mixer.map { "_\($0)" } ?? "").hook_attention"
    }
}

/// Reads the hidden attention of a model's SSMs off what a forward pass computes: no recurrence is run
/// again, and a reading position costs no more than the length of the text for each head.
package struct AttentionReader {
    private let model: LanguageModel

    package init(_ model: LanguageModel) { self.model = model }

    /// - Parameters:
    ///   - ids: of the text.
    ///   - blocks: which, from 0.
    ///   - heads: ascending; all if nil.
    ///   - targets: the reading positions.
    ///   - progress: called with the share of the pass that is done.
    ///   - body: gets one mixer after the other.
    /// - Throws: `ModelError`, `FileError` where the values of a long text do not fit the disk, and what
    ///   `body` throws.
    package func read(
        _ ids: [TokenID], blocks: [Int], heads: [Int]? = nil, targets: [Int],
        progress: @escaping (Double) -> Void = { _ in }, _ body: (HiddenAttention) throws -> Void
    ) throws {
        let mixers = blocks.flatMap { block in
            model.configuration.blocks[block].mixerIndices.map { (block, $0) }
        }
        func points(_ parts: [MixerPart]) -> [HookPoint] {
            mixers.flatMap { block, index in
                parts.map { HookPoint.mixer($0, block: block, index: index) }
            }
        }
        let everywhere = try ActivationCache(
            points([.B, .dt]), lengths: [ids.count], model.configuration,
            memoryLimit: Self.memoryLimit)
        let reading = ActivationCache(
            points([.C]), lengths: [ids.count], rows: targets, model.configuration)
        var hooks = Hooks()
        everywhere.add(to: &hooks)
        reading.add(to: &hooks)
        let count = (blocks.max() ?? -1) + 1
        hooks.tell(progress, blocks: count, of: ids.count)
        try model.run(texts: [ids], hooks: hooks, stoppingAfter: count)
        for (block, index) in mixers {
            func point(_ part: MixerPart) -> HookPoint {
                .mixer(part, block: block, index: index)
            }
            guard let A = model.blocks[block].parameter(.A, mixer: index) else { continue }
            let compute = A.shape.count == 1 ? hiddenAttention : channelHiddenAttention
            let values = compute(
                everywhere[point(.dt)], everywhere[point(.B)], reading[point(.C)], A, targets,
                heads)
            try body(
                HiddenAttention(
                    block: block, mixer: index, heads: heads ?? Array(0..<values.shape[0]),
                    values: values))
        }
    }

    /// How many heads each mixer of some blocks has.
    package func headCounts(of blocks: [Int]) -> [Int] {
        blocks.flatMap { block in
            model.configuration.blocks[block].mixerIndices.compactMap {
                model.blocks[block].parameter(.D, mixer: $0)?.count
            }
        }
    }

    /// What is kept in memory of a text, in bytes; more goes to a temporary file.
    private static let memoryLimit = 1 << 28
}
