import Kernels
import Models
import Tensors
import Testing
import TestSupport

@Suite struct BlockBranchesTests {
    @Test(
        "the parts add up to what the block writes",
        arguments: [SmallModel.Kind.mamba1, .mamba2, .grouped, .diffAlternate, .diffAll])
    func sums(kind: SmallModel.Kind) throws {
        let folder = try TemporaryFolder()
        try SmallModel.write(kind, to: folder.path)
        try expectSums(of: LanguageModel(folder: folder.path), ids: Array(0..<60))
    }

    @Test("and in trained models", arguments: ["mamba2", "diffmamba2"])
    func trained(name: String) throws {
        try expectSums(
            of: LanguageModel(folder: Repository.model(name)), ids: Array(300..<340))
    }

    private func expectSums(of model: LanguageModel, ids: [Int32]) throws {
        for block in model.blocks {
            let points: [HookPoint] = [
                .residPre(block: block.index), .residPost(block: block.index),
            ]
            let cache = ActivationCache(
                points + block.branchPoints, lengths: [ids.count], model.configuration)
            var hooks = Hooks()
            cache.add(to: &hooks)
            try model.run(texts: [ids], hooks: hooks)
            let branches = block.branches { cache[$0] }
            #expect(
                branches.map(\.name)
                    == (block.differential == nil ? ["mixer"] : ["mixer_1", "mixer_2"]))
            let sum = Tensor(cache[points[0]].shape)
            for branch in branches { add(branch.written, into: sum) }
            let written = cache[points[1]].copy()
            subtract(cache[points[0]], from: written)
            expectClose(
                sum, written,
                within: .relative(
                    3e-6, because: "the stream that it is subtracted from rounds; 2.2e-7 measured"),
                "block \(block.index)")
        }
    }
}
