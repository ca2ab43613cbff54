import Base
import Models
import Tensors
import Testing
import TestSupport

struct ActivationCacheTests {
    private let folder: TemporaryFolder
    private let model: LanguageModel
    private let texts: [[Int32]]

    init() throws {
        folder = try TemporaryFolder()
        try SmallModel.write(.grouped, to: folder.path)
        model = try LanguageModel(folder: folder.path)
        var random = TestRandom(seed: 31)
        texts = [7, 30, 1, 12].map { random.ids($0, below: SmallModel.vocabSize) }
    }

    /// The rows of a tensor.
    private func rows(_ tensor: Tensor) -> [[Float]] {
        (0..<tensor.shape[0]).map { Array(tensor[$0].elements) }
    }

    private func whole(_ point: HookPoint) throws -> [[Float]] {
        var found: [[Float]] = []
        var hooks = Hooks()
        hooks.add(point) { found = rows($0) }
        try model.run(TokenBatch(texts), hooks: hooks)
        return found
    }

    @Test("chosen rows of one pass, and all of them")
    func rows() throws {
        let points: [HookPoint] = [.residPost(block: 1), .residPost(block: 3)]
        let chosen = [0, 6, 7, 20, 36, 37, 49]
        for rows in [chosen, nil] {
            let cache = ActivationCache(
                points, lengths: texts.map(\.count), rows: rows, model.configuration)
            var hooks = Hooks()
            cache.add(to: &hooks)
            try model.run(TokenBatch(texts), hooks: hooks)
            for (index, point) in points.enumerated() {
                let all = try whole(point)
                let expected = (rows ?? Array(all.indices)).map { all[$0] }
                #expect(self.rows(cache[point]) == expected)
                #expect(self.rows(cache.stacked[index]) == expected)
            }
        }
    }

    @Test("texts in groups and in pieces fill the same places")
    func pieces() throws {
        let points: [HookPoint] = [
            .mixer(.x, block: 2), .mixer(.finalState, block: 2), .mixer(.A, block: 2), .logits,
        ]
        let cache = ActivationCache(
            points, lengths: texts.map(\.count), rows: [3, 10, 36, 49], model.configuration)
        var hooks = Hooks()
        cache.add(to: &hooks)
        // The second text in pieces, the last two together.
        try model.run(texts: texts, together: 16, hooks: hooks, pieceLength: 16)
        let reference = ActivationCache(
            points, lengths: texts.map(\.count), rows: [3, 10, 36, 49], model.configuration)
        var all = Hooks()
        reference.add(to: &all)
        try model.run(TokenBatch(texts), hooks: all)
        for point in points {
            #expect(cache[point].shape == reference[point].shape)
            expectClose(
                cache[point], reference[point], within: LanguageModelTests.rounding, "\(point)")
        }
        #expect(cache[.mixer(.finalState, block: 2)].shape == [4, 4, 16, 16])
        #expect(cache[.mixer(.A, block: 2)].shape == [4])
    }
}
