import Corpora
import Foundation
import LanguageModeling
import Models
import Results
import Testing
import TestSupport

@Suite struct EvaluationScoreTests {
    private let model: LanguageModel

    init() throws {
        let folder = try TemporaryFolder()
        try SmallModel.write(.mamba2, to: folder.path)
        model = try LanguageModel(folder: folder.path)
        // Weights are read where they are used, so before the folder goes away.
        _ = try model.run(TokenBatch([[1]]))
    }

    private func windows(_ sequences: [[Int32]]) -> TrainingSequences {
        let ids = sequences.flatMap { $0 }
        return TrainingSequences(
            TokenWindows(
                window: sequences[0].count, ids: ids, tokenCount: ids.count, documentCount: 1,
                byteCount: ids.count))
    }

    /// A token and what greedy decoding makes of it.
    private func greedy(_ first: Int32, count: Int) throws -> [Int32] {
        var options = Sampler.Options()
        options.temperature = 0
        var sampler = Sampler(options, seed: 0)
        var tokens = [first]
        try model.generate(after: [first], limit: count, stop: nil, sampler: &sampler) {
            tokens.append($0)
            return true
        }
        return tokens
    }

    @Test("an answer is right if greedy decoding gives every token of it")
    func accuracy() throws {
        var sequences = try (0..<5).map { try greedy(Int32(7 * $0 + 1), count: 3) }
        func score() throws -> EvaluationScore {
            try model.score(EvaluationSet(name: "qa1", kind: .answers, windows(sequences)))
        }
        #expect(try score().accuracy == 1)
        sequences[1][3] = (sequences[1][3] + 1) % 97
        sequences[4][1] = (sequences[4][1] + 1) % 97
        let three = try score()
        #expect(three.accuracy == 0.6 && three.sequences == 5 && three.predictions == 15)
        #expect(three.name == "qa1" && three.bitsPerByte == nil)
    }

    @Test("cross entropy is that of the logits, in nats, and of text in bits per byte as well")
    func crossEntropy() throws {
        var random = TestRandom(seed: 3)
        // More than go through the model together.
        let sequences = (0..<100).map { _ in random.ids(30, below: 97) }
        var (sum, done) = (0.0, [Int]())
        for sequence in sequences {
            var hooks = Hooks()
            hooks.add(.logits) { logits in
                for (row, next) in sequence.dropFirst().enumerated() {
                    let values = logits[row].elements.map(Double.init)
                    let logSum = log(values.reduce(0) { $0 + exp($1) })
                    sum += logSum - values[Int(next)]
                }
            }
            try model.run(TokenBatch([sequence]), hooks: hooks)
        }
        let set = EvaluationSet(
            name: "text", kind: .text(natsToBitsPerByte: 0.25), windows(sequences))
        let score = try model.score(set) { done.append($0) }
        expectClose(
            [score.crossEntropy], [sum / 2900],
            within: .relative(1e-5, because: "fp32 logits in tiles of another size"))
        #expect(score.bitsPerByte == score.crossEntropy / 4 && score.accuracy == nil)
        #expect(done.last == 100 && done.count > 1)
    }
}
