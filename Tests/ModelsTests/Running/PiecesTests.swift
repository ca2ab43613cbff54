import Base
import Models
import Tensors
import Testing
import TestSupport

struct PiecesTests {
    static let rounding = Tolerance.relative(
        1e-5,
        because: "fp32 products of other sizes, in four blocks; 3.5e-6 measured, at a norm's output"
    )

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func load(_ kind: SmallModel.Kind) throws -> LanguageModel {
        try SmallModel.write(kind, to: folder.path)
        return try LanguageModel(folder: folder.path)
    }

    private func texts(_ lengths: [Int]) -> [[Int32]] {
        var random = TestRandom(seed: 21)
        return lengths.map { random.ids($0, below: SmallModel.vocabSize) }
    }

    @Test("pieces begin where chunks of the scan do, and are no shorter than prompts of 4k tokens")
    func pieceLength() {
        #expect(LanguageModel.pieceLength % 64 == 0 && LanguageModel.pieceLength >= 4096)
    }

    @Test("a text in pieces has the values of the whole", arguments: SmallModel.Kind.allCases)
    func equalsWhole(kind: SmallModel.Kind) throws {
        let model = try load(kind)
        let text = texts([300])[0]
        // Two pieces and a short third one; one position in the second, whose border is no chunk's.
        for length in [128, 299] {
            let points = model.configuration.hookPoints
            let whole = try model.capture(points, texts: [text])
            let pieces = try model.capture(points, texts: [text], pieceLength: length)
            for (expected, found) in zip(whole, pieces) {
                #expect(expected.point == found.point)
                #expect(expected.tensor.shape == found.tensor.shape)
                expectClose(
                    found.tensor, expected.tensor,
                    within: Self.rounding,
                    "\(expected.point)")
            }
        }
    }

    @Test("texts no longer than a piece have the bits of a pass of their own")
    func shortTexts() throws {
        let model = try load(.diffAlternate)
        let texts = texts([128, 5, 70])
        for (index, text) in texts.enumerated() {
            let alone = try model.run(TokenBatch([text]))
            var found: [Float] = []
            var hooks = Hooks()
            hooks.add(.residPost(block: 3)) { value, context in
                if context.spans[0].sequence == index { found = Array(value.elements) }
            }
            try model.run(texts: texts, together: 1, hooks: hooks, pieceLength: 128)
            #expect(found == Array(alone.elements))
        }
        let state = RecurrentState(for: model, sequences: 1)
        let whole = try model.run(TokenBatch([texts[0]]), state: state)
        let other = RecurrentState(for: model, sequences: 1)
        let run = try model.run(text: texts[0], state: other, pieceLength: 128)
        #expect(Array(run.elements) == Array(whole.elements))
        #expect(state.positions == [128] && other.positions == [128])
    }

    @Test("hooks see every position of every text once, in order")
    func context() throws {
        let model = try load(.mamba2)
        let lengths = [10, 20, 150, 3, 64]
        var seen = lengths.map { _ in [Int]() }
        var widths: [Int] = []
        var hooks = Hooks()
        hooks.add(.residPost(block: 2)) { value, context in
            #expect(context.point == .residPost(block: 2) && context.point.block == 2)
            #expect(context.spans.reduce(0) { $0 + $1.rows.count } == value.shape[0])
            widths.append(value.shape[0])
            for span in context.spans { seen[span.sequence] += Array(span.positions) }
        }
        var progress: [Int] = []
        try model.run(
            texts: texts(lengths), together: 40, hooks: hooks, pieceLength: 64
        ) { progress.append($0) }
        #expect(seen == lengths.map { Array(0..<$0) })
        // 10 and 20 together; 150 in pieces; 3 alone, since 67 are more than 40.
        #expect(widths == [30, 64, 64, 22, 3, 64])
        #expect(progress == [2, 3, 4, 5])
    }

    @Test("an id outside the vocabulary is found where it stands in the whole text")
    func badToken() throws {
        let model = try load(.mamba2)
        var texts = texts([10, 100])
        texts[1][90] = 97
        #expect(
            throws: ModelError.tokenOutOfRange(
                id: 97, sequence: 2, position: 91, vocabSize: SmallModel.vocabSize)
        ) { try model.run(texts: texts, hooks: Hooks(), pieceLength: 64) }
        #expect(throws: ModelError.noTokens) { try model.run(texts: [[1], []], hooks: Hooks()) }
    }

    @Test(
        "what is captured is the same in a temporary file, and points that are not reached are named"
    )
    func capture() throws {
        let model = try load(.diffAll)
        let texts = texts([40, 40])
        let points = model.configuration.hookPoints
        let inMemory = try model.capture(points, texts: texts)
        let inFile = try model.capture(points, texts: texts, memoryLimit: 0)
        #expect(inMemory.map(\.point) == points)
        for (one, other) in zip(inMemory, inFile) {
            #expect(one.tensor.shape == other.tensor.shape)
            #expect(one.tensor.elements.elementsEqual(other.tensor.elements), "\(one.point)")
        }
        #expect(inMemory.first?.tensor.shape == [2, 40, SmallModel.dModel])
        #expect(
            throws: ModelError.hooksNotReached(points: ["blocks.3.hook_resid_pre"], blocks: 2)
        ) {
            try model.capture(
                [.residPre(block: 3), .residPost(block: 1)], texts: texts, stoppingAfter: 2)
        }
    }
}
