import Corpora
import Base
import Evaluations
import Lenses
import Models
import Results
import TestSupport
import Testing
import Tokenization

@Suite(.enabled(if: Fixtures.available, "needs ../shared/fixtures"))
struct BabilongEvaluatorTests {
    /// Per prompt and layer, as the PyTorch program measured it.
    private struct Reference: Decodable {
        let tuned: [[Double]]
        let model: [Double]
        let target: [Int]
        let task: [String]
    }

    @Test(
        "equals the reference for every prompt and layer",
        arguments: ["mamba2-babi", "diffmamba2-babi"], ["eval.json", "eval-logit-lens.json"])
    func equalsReference(name: String, file: String) throws {
        let reference = try decodeJSON(
            Reference.self, from: Fixtures.path("lens/\(name)/\(file)"))
        let model = try LanguageModel(folder: Fixtures.path("models/\(name)"))
        let lens =
            file == "eval.json"
            ? try LensArtifact.read(Fixtures.path("lens/\(name)"), for: model)
            : Lens(zeroFor: model.configuration)
        let samples = try ["qa1", "qa6", "qa11"].flatMap {
            try loadBabilong(
                data: Fixtures.path("data/babilong"), length: "0k", task: $0
            ).suffix(50)
        }
        let evaluator = BabilongEvaluator(
            model: model, lens: lens,
            tokenizer: try Tokenizer(path: Fixtures.path("models/\(name)/tokenizer.json")),
            form: .lens)
        let prompts = try evaluator.evaluate(samples) { _ in }
        #expect(prompts.map(\.targetID) == reference.target)
        #expect(prompts.map(\.task) == reference.task)
        for (prompt, (layers, own)) in zip(prompts, zip(reference.tuned, reference.model)) {
            // 9e-6 measured: probabilities near 1/2 of logits that differ in the last fp32 digits.
            #expect(zip(prompt.probability, layers).allSatisfy { abs($0 - $1) < 5e-5 })
            #expect(abs(prompt.output.probability - own) < 5e-5)
            #expect(prompt.rank.allSatisfy { $0 >= 1 && $0 <= 4096 })
        }
    }

    @Test("refuses an empty target")
    func emptyTarget() throws {
        let name = "mamba2-babi"
        let model = try LanguageModel(folder: Fixtures.path("models/\(name)"))
        let evaluator = BabilongEvaluator(
            model: model, lens: Lens(zeroFor: model.configuration),
            tokenizer: try Tokenizer(path: Fixtures.path("models/\(name)/tokenizer.json")),
            form: .lens)
        let sample = BabilongSample(
            task: "qa1", index: 4, input: "Mary moved.", question: "Where?", target: "")
        #expect(throws: EvaluationError.emptyTarget(task: "qa1", index: 4)) {
            try evaluator.evaluate([sample]) { _ in }
        }
    }
}

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
