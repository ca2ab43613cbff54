import Base
import Corpora
import Evaluations
import Lenses
import Models
import Results
import Testing
import TestSupport
import Tokenization

/// On a small random model with a tokenizer of bytes and two tokens more.
struct TargetTests {
    private func evaluate(_ target: String) throws -> BabilongResult.Prompt {
        let folder = try TemporaryFolder()
        try SmallModel.write(.mamba2, vocabSize: 257, to: folder("model"))
        var tokenizer = TinyTokenizer(merges: [("Ġ", "a")])
        tokenizer.add(" zz")
        try tokenizer.write(to: folder("tokenizer.json"))
        let model = try LanguageModel(folder: folder("model"))
        let evaluator = BabilongEvaluator(
            model: model, lens: Lens(zeroFor: model.configuration),
            tokenizer: try Tokenizer(path: folder("tokenizer.json")), form: .lens)
        let sample = BabilongSample(
            task: "qa1", index: 4, input: "Mary moved.", question: "Where?", target: target)
        return try evaluator.evaluate([sample]) { _ in }[0]
    }

    @Test("a target is known by its first token, and how many it has is said")
    func tokens() throws {
        let (one, three) = (try evaluate("a"), try evaluate("abc"))
        #expect(one.targetID == 256 && one.targetTokens == 1)
        #expect(three.targetID == 256 && three.targetTokens == 3)
    }

    @Test("a target that the unembedding has no row for")
    func outOfRange() {
        #expect(
            throws: EvaluationError.targetOutOfRange(
                task: "qa1", index: 4, target: "zz", id: 257, rows: 257)
        ) { try evaluate("zz") }
    }

    @Test("a target of white space alone is none", arguments: ["", " ", "\t \n"])
    func blank(target: String) {
        #expect(throws: EvaluationError.emptyTarget(task: "qa1", index: 4)) { try evaluate(target) }
    }
}
