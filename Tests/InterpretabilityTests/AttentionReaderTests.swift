import Interpretability
import Models
import Tensors
import Testing
import TestSupport

@Suite struct AttentionReaderTests {
    @Test(
        "M x + D x is the SSM's output, in every mixer and in pieces",
        arguments: [SmallModel.Kind.mamba1, .mamba2, .grouped, .diffAlternate], [40, 5000])
    func closes(kind: SmallModel.Kind, length: Int) throws {
        let folder = try TemporaryFolder()
        try SmallModel.write(kind, to: folder.path)
        let model = try LanguageModel(folder: folder.path)
        var random = TestRandom(seed: 3)
        let ids = random.ids(length, below: SmallModel.vocabSize)
        let targets = [0, 7, length - 1]
        var names: [String] = []
        try AttentionReader(model).read(ids, blocks: [1, 2], targets: targets) { attention in
            names.append(attention.name)
            let points = [MixerPart.x, .D, .ssmOut].map {
                HookPoint.mixer($0, block: attention.block, index: attention.mixer)
            }
            let captured = try model.capture(points, texts: [ids]).map(\.tensor)
            let heads = attention.values.shape[0]
            let width = captured[2].count / length / heads
            let (x, D, y) = (captured[0].values, captured[1].values, captured[2].values)
            var (found, expected) = ([Double](), [Double]())
            for (row, t) in targets.enumerated() {
                for head in 0..<heads {
                    let line = attention.values[head][row].values
                    for channel in head * width..<(head + 1) * width {
                        func input(_ j: Int) -> Double { Double(x[j * heads * width + channel]) }
                        let sum = (0...t).reduce(0) { $0 + Double(line[$1]) * input($1) }
                        found.append(sum + Double(D[head]) * input(t))
                        expected.append(Double(y[t * heads * width + channel]))
                    }
                }
            }
            expectClose(
                found, expected,
                within: .relative(2e-6, because: "the scan rounds by chunks; 1.8e-7 measured"),
                attention.name)
        }
        #expect(names.count == (kind == .diffAlternate ? 3 : 2))
        #expect(names[0].hasPrefix("blocks.1.mixer") && names[0].hasSuffix(".hook_attention"))
    }

    @Test(
        "equals an independent program's, row by row",
        .enabled(if: Fixtures.available, "needs ../shared/fixtures"),
        arguments: [
            "tiny-mamba1", "tiny-mamba2", "tiny-mamba2-groups-untied-bias",
            "tiny-diffmamba2-alternate",
        ])
    func golden(name: String) throws {
        let path = Fixtures.path("interp/tiny/\(name)")
        let model = try LanguageModel(folder: Fixtures.path("models/\(name)"))
        let golden = try TensorFile("\(path).safetensors")
        let json = try JSONValue(path: "\(path).json")
        guard case .list(let list) = json["ids"] else { throw Missing() }
        let ids = list.compactMap { if case .number(let id) = $0 { Int32(id) } else { nil } }
        let all = Array(0..<model.configuration.nLayers)
        try AttentionReader(model).read(ids, blocks: all, targets: Array(ids.indices)) {
            let expected = try golden.values($0.name.replacing("hook_attention", with: "M"))
            let size = ids.count * ids.count
            for head in $0.heads {
                expectClose(
                    $0.values[head].values, Array(expected[head * size..<(head + 1) * size]),
                    within: .relative(
                        4e-5, because: "ten times what float32 may lose there; 2.2e-6 measured"),
                    "\($0.name), head \(head)")
            }
        }
    }

    private struct Missing: Error {}
}
