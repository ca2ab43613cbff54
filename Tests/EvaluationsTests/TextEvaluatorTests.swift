import Base
import Checkpoints
import Corpora
import Evaluations
import Foundation
import Lenses
import LensTestSupport
import Models
import Results
import Tensors
import Testing
import TestSupport

struct TextEvaluatorTests {
    /// A small random model with windows of random tokens.
    private struct Setup {
        let folder: TemporaryFolder
        let model: LanguageModel
        let windows: TokenWindows

        init(windows count: Int, of length: Int) throws {
            folder = try TemporaryFolder()
            try SmallModel.write(.diffAlternate, to: folder.path)
            model = try LanguageModel(folder: folder.path)
            var random = TestRandom(seed: 5)
            windows = TokenWindows(
                window: length, ids: random.ids(count * length, below: SmallModel.vocabSize),
                tokenCount: count * length, documentCount: 1, byteCount: count * length * 4)
        }
    }

    @Test("equals a float64 computation with all logits")
    func equalsOracle() throws {
        let setup = try Setup(windows: 3, of: 10)
        let d = SmallModel.dModel
        var random = TestRandom(seed: 9)
        let lens = Lens(
            weight: Tensor(SmallModel.nLayers, d, d), bias: Tensor(SmallModel.nLayers, d))
        for i in 0..<lens.weight.count { lens.weight.pointer[i] = 0.1 * random.normal() }
        for i in 0..<lens.bias.count { lens.bias.pointer[i] = 0.1 * random.normal() }
        let zero = Lens(zeroFor: setup.model.configuration)
        let evaluator = TextEvaluator(model: setup.model, lenses: [zero, lens])
        let (lenses, output) = try evaluator.evaluate(setup.windows) { _ in }

        let oracle = try Float64Oracle(
            setup.model, batch: TokenBatch((0..<3).map { setup.windows[$0] }))
        for (lens, metrics) in zip([zero, lens], lenses) {
            for layer in 0..<SmallModel.nLayers {
                let weight = Float64Oracle.rows(lens.weight[layer])
                let bias = lens.bias[layer].elements.map(Double.init)
                let expectedCE = oracle.loss(
                    .ce, shift: 1, layer: layer, weight: weight, bias: bias)
                let expectedKL = oracle.loss(
                    .kl, shift: 0, layer: layer, weight: weight, bias: bias)
                let entropies = oracle.streams[layer].map { stream in
                    oracle.logProbabilities(
                        oracle.translate(stream, weight: weight, bias: bias)
                    ).reduce(0) { $0 - exp($1) * $1 }
                }
                #expect(abs(metrics[layer].crossEntropy - expectedCE) < 1e-5)
                #expect(abs(metrics[layer].kl - expectedKL) < 1e-5)
                let entropy = entropies.reduce(0, +) / Double(entropies.count)
                #expect(abs(metrics[layer].entropy - entropy) < 1e-5)
            }
        }
        // The logit lens of the last layer is the model.
        #expect(abs(lenses[0][3].crossEntropy - output.crossEntropy) < 1e-6)
        #expect(abs(output.kl) < 1e-6)
    }

    @Test("of numbers that are not finite, the model's own are not blamed on a lens")
    func notFinite() throws {
        let setup = try Setup(windows: 3, of: 10)
        let broken = Lens(zeroFor: setup.model.configuration)
        broken.bias[2].fill(3e38)
        broken.bias[2].pointer[0] = -.infinity
        #expect(throws: LensError.notFinite(blocks: 3)) {
            try TextEvaluator(model: setup.model, lenses: [broken]).evaluate(setup.windows) { _ in }
        }

        let path = setup.folder("model.safetensors")
        var tensors = try Safetensors.read(path).tensors
        let norm = Tensor(SmallModel.dModel)
        norm.fill(3e38)
        tensors["backbone.norm_f.weight"] = StoredTensor(norm)
        let other = try TemporaryFolder()
        try Safetensors.write(
            tensors.map { ($0.key, $0.value) }, to: other("model.safetensors"))
        try writeFile(readFile(setup.folder("config.json")), to: other("config.json"))
        let model = try LanguageModel(folder: other.path)
        let evaluator = TextEvaluator(model: model, lenses: [Lens(zeroFor: model.configuration)])
        let error = #expect(throws: ModelError.self) {
            try evaluator.evaluate(setup.windows) { _ in }
        }
        #expect(error == model.outputNotFinite)
        #expect(error?.description.contains("3e+38 in 'backbone.norm_f.weight'") == true)
    }

    @Test(
        "the logit lens's KL equals the golden values",
        arguments: ["mamba1", "mamba2", "mamba2-whole-width", "diffmamba2"])
    func golden(name: String) throws {
        let model = try LanguageModel(folder: Repository.golden("tiny/\(name)"))
        let golden = try TensorFile(golden: "tiny/\(name)/golden")
        let ids = try golden.sequences()
        let windows = TokenWindows(
            window: ids[0].count, ids: ids.flatMap(\.self), tokenCount: 300, documentCount: 1,
            byteCount: 300)
        let evaluator = TextEvaluator(model: model, lenses: [Lens(zeroFor: model.configuration)])
        let metrics = try evaluator.evaluate(windows) { _ in }.lenses[0]
        expectClose(
            metrics.map(\.kl), try golden.values("logit_lens_kl"),
            within: .relative(1e-5, because: "fp32 through three blocks"))
    }

    @Test("gives upstream's tree of metrics")
    func aggregateMetrics() throws {
        let setup = try Setup(windows: 2, of: 8)
        let logit = (0..<2).map { TextMetrics(crossEntropy: 4, entropy: 2, kl: Double($0)) }
        let result = TextResult(
            logit: logit, tuned: logit, output: logit[0], windows: 2, window: 8,
            natsToBitsPerByte: 0.5,
            run: try RunRecord(
                command: "", version: "", model: setup.model, data: [], dataSHA256: ""))
        let tree = result.aggregateMetrics
        #expect(tree.keys.sorted() == ["baseline", "logit", "tuned"])
        #expect(tree["logit"]?["kl"] == ["layer_0": 0, "layer_1": 0.5])
        #expect(tree["tuned"]?["ce"] == ["layer_0": 2, "layer_1": 2])
        #expect(tree["baseline"] == ["ce": ["final": 2], "entropy": ["final": 1]])
    }
}
