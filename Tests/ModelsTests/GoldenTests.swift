import Checkpoints
import Kernels
import Models
import Tensors
import TestSupport
import Testing

/// Golden values from an independent PyTorch model (see the fixtures' README for its versions).
@Suite(.enabled(if: Fixtures.available, "needs ../shared/fixtures"))
struct GoldenTests {
    /// Model folder, and the folder whose golden values it must give.
    static let models = [
        ("tiny-mamba2", "tiny-mamba2"),
        ("tiny-mamba2-sharded", "tiny-mamba2"),
        ("tiny-mamba2-torch-bin", "tiny-mamba2"),
        ("tiny-mamba2-original", "tiny-mamba2"),
        ("tiny-mamba2-bf16", "tiny-mamba2-bf16"),
        ("tiny-mamba2-groups-untied-bias", "tiny-mamba2-groups-untied-bias"),
        ("tiny-diffmamba2-all", "tiny-diffmamba2-all"),
        ("tiny-diffmamba2-quarter", "tiny-diffmamba2-quarter"),
        ("tiny-diffmamba2-alternate", "tiny-diffmamba2-alternate"),
        ("tiny-mamba1", "tiny-mamba1"),
        ("tiny-mamba2-transformers5", "tiny-mamba2-transformers5"),
        ("tiny-mamba2-transformers5-sharded", "tiny-mamba2-transformers5-sharded"),
    ]

    static let rounding = Tolerance.relative(
        1e-5, because: "fp32 in another order of additions, five blocks deep; 2.4e-6 measured")

    @Test("every golden tensor", arguments: models)
    func equalsGolden(folder: String, golden: String) throws {
        try compare(LanguageModel(folder: Fixtures.path("models/\(folder)")), Golden(golden))
    }

    @Test("a norm over the whole width where that is asked for, as transformers had it before 5.23")
    func wholeWidthNorm() throws {
        let name = "tiny-mamba2-groups-untied-bias"
        try compare(
            LanguageModel(folder: Fixtures.path("models/\(name)"), wholeWidthNorm: true),
            Golden(name, "golden-whole-width"))
    }

    private func compare(_ model: LanguageModel, _ expected: Golden) throws {
        var captured: [String: Tensor] = [:]
        var hooks = Hooks()
        for (point, name) in goldenNames(model.configuration) {
            hooks.add(point) { captured[name] = $0.copy() }
        }
        try model.run(expected.batch, hooks: hooks)
        var compared = 0
        for name in expected.names {
            guard let actual = captured[name] else { continue }
            let reference = try expected.tensor(name)
            expectClose(
                actual.reshaped(reference.shape), reference, within: Self.rounding, name)
            compared += 1
        }
        #expect(compared >= model.configuration.nLayers + 2)

        guard expected.names.contains("lse") else { return }
        try compareVocabularyAttention(model, captured, expected)
    }

    private func compareVocabularyAttention(
        _ model: LanguageModel, _ captured: [String: Tensor], _ expected: Golden
    ) throws {
        let normed = try #require(captured["final_normed"])
        let mean = Tensor(normed.shape)
        let logPartition = Vocabulary(model.unembedding.weight).attention(
            normed, expected: mean)
        let lse = try expected.tensor("lse")
        let o = try expected.tensor("expected_unembedding")
        expectClose(
            Tensor(logPartition.map(Float.init), shape: lse.shape), lse, within: Self.rounding)
        expectClose(mean.reshaped(o.shape), o, within: Self.rounding)
    }

    /// Where the golden file's tensors are found in a forward pass.
    private func goldenNames(_ configuration: ModelConfiguration) -> [(HookPoint, String)] {
        let differential = configuration.blocks[0].isDifferential
        let parts: [(MixerPart, String)] = [
            (.inProj, "in_proj"), (.conv1d, "conv1d_silu"), (.dt, "dt"), (.ssmOut, "ssm_out"),
            (.finalState, "final_state"), (.innerNorm, "inner_norm"), (.outProj, "out_proj"),
        ]
        let mixers = (differential ? [1, 2] : [nil]).flatMap { (index: Int?) in
            parts.map { part, name in
                (
                    HookPoint.mixer(part, block: 0, index: index),
                    "block0.mixer\(index.map { "_\($0)" } ?? "").\(name)"
                )
            }
        }
        let stream = (0..<configuration.nLayers).map {
            (HookPoint.residPost(block: $0), "resid.\($0 + 1)")
        }
        return [(.embed, "resid.0"), (.normed(block: 0), "block0.normed")] + mixers + stream
            + [(.finalNorm, "final_normed"), (.logits, "logits")]
    }
}

/// The golden values beside a fixture model.
struct Golden {
    let batch: TokenBatch
    let names: [String]
    private let checkpoint: Checkpoint

    init(_ folder: String, _ file: String = "golden") throws {
        checkpoint = try Checkpoint(file: Fixtures.path("models/\(folder)/\(file).safetensors"))
        names = checkpoint.names
        let stored = try checkpoint.stored("input_ids")
        let ids = try #require(stored.integers()).map { Int32($0) }
        let length = stored.shape[1]
        batch = TokenBatch(
            stride(from: 0, to: ids.count, by: length).map { ids[$0..<$0 + length] })
    }

    func tensor(_ name: String) throws -> Tensor {
        try checkpoint.float32(name, shape: checkpoint.stored(name).shape)
    }
}
