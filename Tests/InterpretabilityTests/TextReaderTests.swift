import Base
import Foundation
import Interpretability
import Lenses
import LensTestSupport
import Models
import Results
import Tensors
import Testing
import TestSupport
import Tokenization

@Suite struct TextReaderTests {
    private static let numbers = Tolerance.relative(
        1e-5, because: "float32 states and logits; 6.4e-7 measured")

    /// A small random model, a random lens of it and random tokens.
    private struct Setup {
        let folder: TemporaryFolder
        let model: LanguageModel
        let tokenizer: Tokenizer
        let ids: [TokenID]
        let lens: Lens

        init(_ kind: SmallModel.Kind = .diffAlternate) throws {
            folder = try TemporaryFolder()
            try SmallModel.write(kind, vocabSize: 260, to: folder.path)
            try TinyTokenizer().write(to: folder("tokenizer.json"))
            model = try LanguageModel(folder: folder.path)
            tokenizer = try Tokenizer(path: folder("tokenizer.json"))
            var random = TestRandom(seed: 5)
            ids = random.ids(12, below: 200)
            let d = SmallModel.dModel
            lens = Lens(
                weight: Tensor(SmallModel.nLayers, d, d), bias: Tensor(SmallModel.nLayers, d))
            for i in 0..<lens.weight.count { lens.weight.elements[i] = 0.1 * random.normal() }
            for i in 0..<lens.bias.count { lens.bias.elements[i] = 0.1 * random.normal() }
        }

        func read(
            _ request: ReadingRequest = ReadingRequest(), lens: NamedLens? = nil
        ) throws -> ReadingResult {
            let lens = try lens ?? NamedLens("logit", for: model)
            return try TextReader(model, through: lens, tokenizer: tokenizer).read(
                ids, request, name: "test")
        }
    }

    @Test(
        "every quantity equals a float64 computation with all logits",
        arguments: [SmallModel.Kind.mamba1, .mamba2, .diffAlternate], [false, true])
    func equalsOracle(kind: SmallModel.Kind, isTuned: Bool) throws {
        let setup = try Setup(kind)
        let reading = try setup.read(
            lens: isTuned ? NamedLens("random", setup.lens) : NamedLens("logit", for: setup.model))
        let oracle = try Float64Oracle(setup.model, batch: TokenBatch([setup.ids]))
        let embedded = Float64Oracle.rows(
            try setup.model.capture([.residPre(block: 0)], texts: [setup.ids])[0].tensor[0])
        let blocks = Array((isTuned ? 1 : 0)...SmallModel.nLayers)
        #expect(reading.blocks == blocks && reading.length == 12)
        #expect(reading.positions == Array(0..<12) && reading.ids == setup.ids.map(Int.init))
        #expect(reading.targets == setup.ids.dropFirst().map(Int.init) + [nil])

        var expected: [ReadingQuantity: [Double]] = [:]
        let model = oracle.streams[SmallModel.nLayers - 1].map(oracle.logProbabilities)
        var before: [[Double]]?
        for block in blocks {
            let distributions = setup.ids.indices.map { position in
                let stream =
                    block == 0 ? embedded[position] : oracle.streams[block - 1][position]
                guard isTuned else { return oracle.logProbabilities(stream) }
                return oracle.logProbabilities(
                    oracle.translate(
                        stream, weight: Float64Oracle.rows(setup.lens.weight[block - 1]),
                        bias: setup.lens.bias[block - 1].elements.map(Double.init)))
            }
            for (position, q) in distributions.enumerated() {
                let p = model[position]
                let middle = zip(p, q).map { log((exp($0) + exp($1)) / 2) }
                func add(_ quantity: ReadingQuantity, _ value: Double) {
                    expected[quantity, default: []].append(value)
                }
                add(.entropy, q.reduce(0) { $0 - exp($1) * $1 })
                add(.kl, oracle.kl(p, q))
                add(.js, (oracle.kl(p, middle) + oracle.kl(q, middle)) / 2)
                add(.tv, zip(p, q).reduce(0) { $0 + abs(exp($1.0) - exp($1.1)) } / 2)
                add(.maxProbability, exp(q.max() ?? 0))
                if let before { add(.forwardKL, oracle.kl(before[position], q)) }
                guard let target = reading.targets[position] else { continue }
                add(.probability, exp(q[target]))
                add(.logProbability, q[target])
                add(.crossEntropy, -q[target])
                add(.logProbabilityDifference, q[target] - p[target])
                add(.rank, Double(1 + q.count { $0 > q[target] }))
            }
            before = distributions
            let row = reading.rows[block - blocks[0]]
            for (top, q) in zip(row.top, distributions) {
                #expect(top.map(\.id) == q.indices.sorted { q[$0] > q[$1] }.prefix(10).map { $0 })
            }
        }
        for quantity in ReadingQuantity.allCases {
            expectClose(
                reading[quantity].flatMap { $0.compactMap(\.self) }, expected[quantity] ?? [],
                within: Self.numbers, quantity.rawValue)
        }
        #expect(reading[.forwardKL][0].allSatisfy { $0 == nil })
        // The model itself.
        #expect(reading.output[.kl].allSatisfy { $0 == 0 })
        expectClose(
            reading.output[.logProbability].compactMap(\.self),
            zip(model, reading.targets).compactMap { q, target in target.map { q[$0] } },
            within: Self.numbers, "the model's own")
    }

    @Test("some positions, blocks and a token are those of the whole")
    func parts() throws {
        let setup = try Setup()
        let whole = try setup.read()
        var request = ReadingRequest()
        request.positions = [3, 7, 11]
        request.blocks = [0, 2, 3]
        request.target = 42
        request.followed = [42, 7, 42]
        request.top = 2
        let part = try setup.read(request)
        #expect(part.blocks == [0, 2, 3] && part.positions == [3, 7, 11])
        #expect(part.depth == SmallModel.nLayers && !part.endsInOutput && whole.endsInOutput)
        #expect(part.ids == [3, 7, 11].map { Int(setup.ids[$0]) })
        #expect(part.targets == [42, 42, 42] && part.targetTokens == ["*", "*", "*"])
        #expect(part.followed.map(\.id) == [42, 7])
        for (row, block) in part.blocks.enumerated() {
            for (column, position) in part.positions.enumerated() {
                let (some, all) = (part[.entropy][row][column], whole[.entropy][block][position])
                #expect(abs((some ?? 9) - (all ?? 0)) < 1e-5)
                #expect(
                    part.rows[row].top[column].map(\.id)
                        == whole.rows[block].top[position].prefix(2).map(\.id))
                #expect(
                    part[.logProbability][row][column]
                        == part.followed[0].logProbability[row][column])
                #expect(part[.rank][row][column] == Double(part.followed[0].rank[row][column]))
            }
        }
        // Only what was chosen is before.
        #expect(part[.forwardKL][0] == [nil, nil, nil] && part[.forwardKL][1][0] != nil)
    }

    @Test("tokens are followed as far as there is room: what follows, then what is likely")
    func following() throws {
        let setup = try Setup()
        var request = ReadingRequest()
        request.followed = [1]
        request.followedCells = 14 * 12 * (SmallModel.nLayers + 2)
        let reading = try setup.read(request)
        #expect(reading.followed.count == 14)
        #expect(reading.followed.map(\.id).starts(with: [1] + setup.ids.dropFirst().map(Int.init)))
        let best = reading.output.top.map { $0[0].id }
        #expect(reading.followed.suffix(2).allSatisfy { best.contains($0.id) })
        request.followedCells = 0
        #expect(try setup.read(request).followed.map(\.id) == [1])
    }

    @Test("what blocks write is told part by part, and the parts' effects add up")
    func branches() throws {
        let setup = try Setup()
        var request = ReadingRequest()
        request.hasBranches = true
        request.top = 260
        for lens in [NamedLens("random", setup.lens), try NamedLens("logit", for: setup.model)] {
            let reading = try setup.read(request, lens: lens)
            let branches = try #require(reading.branches)
            // Every second block of this model is differential.
            #expect(
                branches.map { "\($0.block) \($0.branch)" } == [
                    "1 mixer_1", "1 mixer_2", "1 block", "2 mixer", "3 mixer_1", "3 mixer_2",
                    "3 block", "4 mixer",
                ])
            func effects(_ branch: BranchReading, _ position: Int) -> [Int: Double] {
                Dictionary(
                    uniqueKeysWithValues: branch.promoted[position].map { ($0.id, $0.effect) })
            }
            for first in [0, 4] {
                for position in 0..<12 {
                    let parts = [first, first + 1].map { effects(branches[$0], position) }
                    for (token, effect) in effects(branches[first + 2], position) {
                        #expect(
                            abs((parts[0][token] ?? 9) + (parts[1][token] ?? 9) - effect) < 1e-4)
                    }
                    let all = effects(branches[first + 2], position)
                    #expect(abs(all.values.reduce(0, +)) < 1e-2)
                    #expect(
                        branches[first].targetEffect[position]
                            == reading.targets[position].flatMap { parts[0][$0] })
                }
            }
        }
    }

    @Test("a branch's effect is its product with the unembedding, through translator and held norm")
    func firstOrder() throws {
        let setup = try Setup(.diffAll)
        var request = ReadingRequest()
        request.hasBranches = true
        request.top = 260
        let reading = try setup.read(request, lens: NamedLens("random", setup.lens))
        let block = 2
        let points = [HookPoint.residPre(block: block - 1), .residPost(block: block - 1)]
        let streams = try setup.model.capture(points, texts: [setup.ids]).map {
            Float64Oracle.rows($0.tensor[0])
        }
        let branch = try #require(
            reading.branches?.first {
                $0.block == block && $0.branch == BranchReading.wholeBlock
            })
        let weight = Float64Oracle.rows(setup.lens.weight[block - 1])
        let (norm, epsilon) = (
            setup.model.unembedding.norm.elements.map(Double.init),
            Double(setup.model.unembedding.epsilon)
        )
        let table = Float64Oracle.rows(setup.model.unembedding.weight)
        for position in [0, 5, 11] {
            let (before, after) = (streams[0][position], streams[1][position])
            func product(_ x: [Double]) -> [Double] {
                weight.map { zip($0, x).reduce(0) { $0 + $1.0 * $1.1 } }
            }
            let bias = setup.lens.bias[block - 1].elements.map(Double.init)
            let translated = zip(after, zip(product(after), bias)).map { $0 + $1.0 + $1.1 }
            let rms = (translated.reduce(0) { $0 + $1 * $1 } / 32 + epsilon).squareRoot()
            let written = zip(after, before).map { $0 - $1 }
            let change = zip(zip(written, product(written)), norm).map { ($0.0 + $0.1) * $1 / rms }
            let logits = table.map { zip($0, change).reduce(0) { $0 + $1.0 * $1.1 } }
            let mean = logits.reduce(0, +) / Double(logits.count)
            for effect in branch.promoted[position] {
                #expect(abs(effect.effect - (logits[effect.id] - mean)) < 1e-4)
            }
            let length = written.reduce(0) { $0 + $1 * $1 }.squareRoot()
            #expect(abs(branch.norm[position] - length) < 1e-4 * length)
        }
    }
}
