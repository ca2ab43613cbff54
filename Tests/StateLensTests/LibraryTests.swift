import Base
import Foundation
import StateLens
import StateLensPlotting
import Testing
import TestSupport

/// The public interface on the embedded models, as somebody outside uses it.
@Suite struct LibraryTests {
    static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    static let folder = join(repository, "models/diffmamba2/seed0")
    static let prompt =
        "Mary went to the kitchen. John moved to the garden. Where is Mary? Answer:"

    private let model: Model
    private let tokenizer: Tokenizer
    private let tokens: [TokenID]

    init() throws {
        model = try Model(folder: Self.folder)
        tokenizer = try model.tokenizer()
        tokens = tokenizer.encode(Self.prompt)
    }

    @Test("a model says what it is")
    func describes() {
        #expect(model.blockCount == 8 && model.width == 128 && model.vocabularySize == 1024)
        #expect(model.architecture.hasPrefix("Diff-Mamba-2 (alternate), 8 blocks"))
        #expect(model.lambdas.map { $0 != nil } == (0..<8).map { $0 % 2 == 0 })
        #expect(tokenizer.decode(tokens) == Self.prompt && tokenizer.count == 1024)
    }

    @Test("the last reading of a lens is the model's own distribution")
    func reads() throws {
        let lens = try Lens.logit(of: model)
        let target = try #require(tokenizer.encode(" kitchen").first)
        let readings = try lens.read(tokens, target: target, top: 3)
        #expect(readings.count == 9 && readings.allSatisfy { $0.count == tokens.count })
        let output = try #require(readings.last?.last)
        let logits = try model.run(tokens).map(Double.init)
        let logPartition = log(logits.reduce(0) { $0 + exp($1) })
        #expect(abs(output.logProbability - (logits[Int(target)] - logPartition)) < 1e-5)
        #expect(output.rank == 1 + logits.count { $0 > logits[Int(target)] })
        let order = logits.indices.sorted { logits[$0] > logits[$1] }
        #expect(output.top.map { Int($0.token) } == Array(order.prefix(3)))
        let entropy = logits.reduce(0) {
            $0 - exp($1 - logPartition) * ($1 - logPartition)
        }
        #expect(abs(output.entropy - entropy) < 1e-3)
    }

    @Test("activations are those that hooks see, and what a hook writes is read on")
    func hooks() throws {
        let captured = try model.activations(
            ["blocks.3.hook_resid_post", "blocks.*.hook_lambda"], of: tokens)
        let stream = try #require(captured.first { $0.point == .stream(afterBlock: 3) })
        #expect(stream.shape == [tokens.count, 128])
        #expect(captured.count == 1 + 4)
        var seen: [Float] = []
        var hooks = Hooks()
        hooks.add(.stream(afterBlock: 3)) { value in
            seen = value.values
            #expect(value.positions == 0..<tokens.count)
            value.values = Array(repeating: 0, count: seen.count)
        }
        var later: [Float] = []
        hooks.add(.stream(beforeBlock: 4)) { later = $0.values }
        let patched = try model.run(tokens, hooks: hooks)
        #expect(seen == stream.values)
        #expect(later.allSatisfy { $0 == 0 })
        #expect(try patched != model.run(tokens))
    }

    @Test("a lens is trained, written and read again; a plot is drawn of what it measures")
    func trains() throws {
        let folder = try TemporaryFolder()
        let sentences = (0..<400).map { index in
            let people = ["Mary", "John", "Sandra", "Daniel"]
            let places = ["kitchen", "garden", "office", "hallway", "bathroom"]
            return
                "\(people[index % 4]) went to the \(places[index * 7 % 5]). Where is \(people[index % 4])?"
                + " Answer: \(places[index * 7 % 5])\n"
        }
        try writeFile(sentences.joined(), to: folder("text.txt"))
        let text = try Text(files: [folder("text.txt")], tokenizer: tokenizer, window: 128)
        var shares: [Double] = []
        let trained = try Lens.train(for: model, on: text) {
            shares.append($0)
            return true
        }
        #expect(trained.loss.count == 8 && trained.loss[0] < trained.lossAtStart[0])
        #expect(shares.last == 1)
        try trained.lens.write(to: folder("lens"))
        let again = try Lens(folder: folder("lens"), of: model)
        let (one, other) = (try trained.lens.read(tokens), try again.read(tokens))
        #expect(one[2][3].logProbability == other[2][3].logProbability)
        #expect(throws: Failure.self) { try trained.lens.write(to: folder("lens")) }

        let rows = [
            #"{"input": "Mary went to the kitchen.", "question": "Where is Mary?", "target": "kitchen"}"#,
            #"{"input": "John went to the garden.", "question": "Where is John?", "target": "garden"}"#,
        ]
        try FileManager.default.createDirectory(
            atPath: folder("qa/qa1"), withIntermediateDirectories: true)
        try writeFile("[\(rows.joined(separator: ", "))]", to: folder("qa/qa1/0k.json"))
        let answers = try AnswerProbabilities(
            through: again, tokenizer: tokenizer, data: folder("qa"), tasks: ["qa1"])
        #expect(answers.probability.count == 9 && answers.promptCount == 2)
        #expect(answers.probability.allSatisfy { (0...1).contains($0.mean) })
        try answers.write(to: folder("result.json"))
        try LayerPlot(results: [folder("result.json")]).write(to: folder("layers.svg"))
        #expect(
            try String(decoding: readFile(folder("layers.svg")), as: UTF8.self).contains("<svg"))
    }

    @Test("a training that is told to stop says so")
    func interrupts() throws {
        let folder = try TemporaryFolder()
        try writeFile(String(repeating: Self.prompt + "\n", count: 400), to: folder("text.txt"))
        let text = try Text(files: [folder("text.txt")], tokenizer: tokenizer, window: 128)
        let failure = #expect(throws: Failure.self) {
            try Lens.train(for: model, on: text) { _ in false }
        }
        guard case .interrupted = failure?.kind else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test("failures say what was wrong, and name no option of a command")
    func failures() throws {
        let failure = #expect(throws: Failure.self) { try Model(folder: "/nowhere/at/all") }
        #expect(failure?.description.contains("/nowhere/at/all") == true)
        let pattern = #expect(throws: Failure.self) {
            try model.activations(["nothing"], of: tokens)
        }
        #expect(pattern?.description.contains("--") == false)
        #expect(throws: Failure.self) { try model.run([]) }
        #expect(throws: Failure.self) { try model.run([5000]) }
    }

    @Test("generation is greedy by default and ends at its limit")
    func generates() throws {
        let continued = try model.generate(after: tokens, limit: 5)
        #expect(continued.count == 5)
        let logits = try model.run(tokens)
        let best = logits.indices.max { logits[$0] < logits[$1] }
        #expect(continued.first.map { Int($0) } == best)
    }

    @Test("the example runs")
    func example() throws {
        let output = try BuiltProgram("ReadAPrompt").run([Self.folder, Self.prompt, " kitchen"])
        #expect(output.status == 0, "\(output)")
        #expect(output.output.contains("block 1: log-probability"))
        #expect(output.output.contains("output: log-probability"))
    }
}
