import Kernels
import Models
import Tensors
import Testing
import TestSupport

/// Models against an independent program, which computes them position by position in float64.
@Suite struct GoldenTests {
    /// Model folder, and the golden values that it must give.
    struct Case: CustomTestStringConvertible {
        let folder, golden: String
        var testDescription: String { folder }

        static func embedded(_ design: String) -> Case {
            Case(folder: Repository.model(design), golden: design)
        }

        static func tiny(_ name: String) -> Case {
            Case(folder: Repository.golden("tiny/\(name)"), golden: "tiny/\(name)/golden")
        }

        /// A small model as a program saves it, whose values are those of the layout `golden`.
        static func layout(_ name: String, as golden: String? = nil) -> Case {
            Case(
                folder: Repository.golden("layouts/\(name)"),
                golden: "layouts/\(golden ?? name)/golden")
        }
    }

    static let cases: [Case] = [
        .embedded("mamba2"), .embedded("diffmamba2"), .tiny("mamba1"), .tiny("falcon_mamba"),
        .tiny("mamba2"),
        .tiny("mamba2-whole-width"), .tiny("diffmamba2"), .layout("plain"), .layout("bfloat16"),
        .layout("torch", as: "plain"), .layout("original", as: "plain"),
        .layout("transformers", as: "plain"), .layout("all"), .layout("quarter"),
    ]

    static let rounding = Tolerance.relative(
        1e-5, because: "fp32, and other orders of additions, up to eight blocks deep")

    @Test("every golden value", arguments: cases)
    func equalsGolden(of example: Case) throws {
        try compare(LanguageModel(folder: example.folder), TensorFile(golden: example.golden))
    }

    @Test("a norm over the whole width where that is asked for, as transformers had it before 5.23")
    func wholeWidthNorm() throws {
        let golden = try TensorFile(golden: "tiny/mamba2-whole-width/golden")
        let asked = try LanguageModel(
            folder: Repository.golden("tiny/mamba2"), wholeWidthNorm: true)
        let saying = try LanguageModel(folder: Repository.golden("tiny/mamba2-whole-width"))
        // The weights are the same; only the configuration says otherwise.
        let batch = try TokenBatch(golden.sequences())
        var streams: [[Float]] = []
        for model in [asked, saying] {
            var hooks = Hooks()
            hooks.add(.finalNorm) { streams.append(Array($0.elements)) }
            try model.run(batch, hooks: hooks)
        }
        #expect(streams[0] == streams[1])
    }

    private func compare(_ model: LanguageModel, _ golden: TensorFile) throws {
        let sequences = try golden.sequences()
        let positions = try golden.integers("positions")
        let length = sequences[0].count
        let rows = sequences.indices.flatMap { sequence in
            positions.map { sequence * length + $0 }
        }
        var captured: [String: [Float]] = [:]
        var normed: Tensor?
        var hooks = Hooks()
        let names = Set(golden.names.filter { $0.hasPrefix("hook/") }.map { $0.dropFirst(5) })
        for point in model.configuration.hookPoints where names.contains("\(point)"[...]) {
            hooks.add(point) { value in
                captured["\(point)"] = Array(value.elements)
                if point == .finalNorm { normed = value.copy() }
            }
        }
        try model.run(TokenBatch(sequences), hooks: hooks)

        #expect(names.count >= model.configuration.nLayers + 3)
        for name in names.map(String.init) {
            let all = try #require(captured[name], "\(name)")
            let expected = try golden.values("hook/\(name)")
            if name.hasSuffix("hook_final_state") {
                expectSampled(all, expected, about: 512, within: Self.rounding, name)
            } else if name.hasSuffix("hook_lambda") {
                expectClose(all, expected, within: Self.rounding, name)
            } else {
                expectClose(
                    self.rows(rows, of: all, count: sequences.count * length), expected,
                    within: Self.rounding, name)
            }
        }
        try compareVocabularyAttention(model, #require(normed), rows, golden)
    }

    private func compareVocabularyAttention(
        _ model: LanguageModel, _ normed: Tensor, _ rows: [Int], _ golden: TensorFile
    ) throws {
        let mean = Tensor(normed.shape)
        let logPartition = VocabularyPass(model.unembedding.weight).attention(
            normed, expected: mean)
        expectClose(
            rows.map { logPartition[$0] }, try golden.values("log_partition"),
            within: Self.rounding, "log-partition")
        expectClose(
            self.rows(rows, of: Array(mean.elements), count: logPartition.count),
            try golden.values("expected_unembedding"), within: Self.rounding,
            "expected unembedding")
    }

    private func rows(_ rows: [Int], of values: [Float], count: Int) -> [Float] {
        let width = values.count / count
        return rows.flatMap { values[$0 * width..<($0 + 1) * width] }
    }
}
