import Results
import Testing

@Suite("Layer numbering")
struct LayerAxisTests {
    @Test("published label L is the lens after L + 1 blocks, label N the output")
    func published() {
        let axis = LayerAxis.published
        #expect(axis.number(of: .lens(blocks: 1), layerCount: 48) == nil)
        #expect(axis.number(of: .lens(blocks: 2), layerCount: 48) == 1)
        #expect(axis.number(of: .lens(blocks: 48), layerCount: 48) == 47)
        #expect(axis.number(of: .output, layerCount: 48) == 48)
    }

    @Test("blocks are their own number; the output has none")
    func blocks() {
        #expect(LayerAxis.blocks.number(of: .lens(blocks: 1), layerCount: 48) == 1)
        #expect(LayerAxis.blocks.number(of: .lens(blocks: 48), layerCount: 48) == 48)
        #expect(LayerAxis.blocks.number(of: .output, layerCount: 48) == nil)
    }
}
