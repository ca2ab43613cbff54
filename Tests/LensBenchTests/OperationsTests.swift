import LensBench
import Lenses
import Models
import Testing
import TestSupport

/// The counts that speeds are compared with, against sums over every tensor and every product.
struct OperationsTests {
    static let plain = ModelConfiguration.mamba2(
        dModel: 48, nLayers: 3, vocabSize: 101, dState: 16, headDim: 12)
    static let differential = ModelConfiguration.mamba2(
        dModel: 48, nLayers: 3, vocabSize: 101, dState: 16, headDim: 12, placement: .alternate)

    /// `[rows, inner] · [inner, columns]`.
    private func product(_ rows: Int, _ inner: Int, _ columns: Int) -> Int {
        2 * rows * inner * columns
    }

    /// The weights of all projections of the first blocks, by the names and shapes of the tensors.
    private func projectionWeights(
        _ configuration: ModelConfiguration, blocks: Int
    ) throws -> Int {
        try configuration.parameters().reduce(0) { sum, tensor in
            let isProjection =
                tensor.name.hasSuffix("in_proj.weight") || tensor.name.hasSuffix("out_proj.weight")
            let block = tensor.name.split(separator: ".").compactMap { Int($0) }.first ?? 0
            return isProjection && block < blocks
                ? sum + tensor.shape[0] * tensor.shape[1] : sum
        }
    }

    @Test("a forward pass is its projections and the products of every chunk and head")
    func forward() throws {
        for tokens in [1, 64, 87, 200] {
            let projections = try projectionWeights(Self.plain, blocks: 3) * 2 * tokens
            var scan = 0
            for start in stride(from: 0, to: tokens, by: 64) {
                let q = min(64, tokens - start)
                // 2 · 48 channels in heads of 12; one group.
                scan += product(q, 16, q)
                for _ in 0..<8 {
                    scan += product(q, q, 12) + product(q, 16, 12) + product(12, q, 16)
                }
            }
            #expect(
                Self.plain.forwardOperations(tokens: tokens) == Double(projections + 3 * scan))
        }
    }

    @Test("Mamba-1 has projections of its own, and a scan without chunks")
    func mamba1Forward() throws {
        let folder = try TemporaryFolder()
        try SmallModel.write(.mamba1, to: folder.path)
        let configuration = try ModelConfiguration(path: folder("config.json"))
        let weights = try configuration.parameters().reduce(0) { sum, parameter in
            let isProjection = ["in_proj", "x_proj", "dt_proj", "out_proj"].contains {
                parameter.name.hasSuffix("\($0).weight")
            }
            return isProjection ? sum + parameter.shape[0] * parameter.shape[1] : sum
        }
        // Four blocks of 64 channels with 8 states, which are read and written.
        let scan = 4 * 2 * product(87 * 64, 1, 8)
        #expect(configuration.forwardOperations(tokens: 87) == Double(2 * 87 * weights + scan))
    }

    @Test("a differential block has two mixers of half the width; a pass may stop early")
    func differentialForward() throws {
        for blocks in 0...3 {
            let projections = try projectionWeights(Self.differential, blocks: blocks) * 2 * 64
            // Blocks 0 and 2 are differential: 8 heads of 6 channels in each mixer.
            let inHead = { (p: Int) in
                product(64, 64, p) + product(64, 16, p) + product(p, 64, 16)
            }
            let ordinary = product(64, 16, 64) + 8 * inHead(12)
            let half = product(64, 16, 64) + 8 * inHead(6)
            let scan = [2 * half, ordinary, 2 * half].prefix(blocks).reduce(0, +)
            #expect(
                Self.differential.forwardOperations(tokens: 64, blocks: blocks)
                    == Double(projections + scan))
        }
    }

    @Test("a lens step is its vocabulary passes, one of them for the labels, and its translators")
    func lensStep() {
        let (positions, layers) = (10, 2)
        let logits = product(positions, 48, 101)
        let expected = product(positions, 101, 48)
        let translated = product(positions, 48, 48)
        let gradient = product(48, positions, 48)
        #expect(
            Self.plain.lensStepOperations(positions: positions, layers: layers)
                == Double(
                    logits + expected + layers * (logits + expected + translated + gradient)))
    }

    @Test("decoding reads every parameter once")
    func decoding() throws {
        // Per block: norm; in_proj, conv1d, dt_bias, A_log, D, norm, out_proj.
        let channels = 96 + 2 * 16
        let mixer = 48 * (96 + channels + 8) + channels * 5 + 3 * 8 + 96 + 48 * 96
        #expect(
            try Self.plain.decodeBytes() == Double(4 * (101 * 48 + 3 * (48 + mixer) + 48)))
    }
}
