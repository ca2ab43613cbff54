import Base
import Foundation
import Testing
import TestSupport

/// What the commands really write is what `schemas/` says, on an embedded model.
struct SchemaTests {
    private static let model = Repository.model("mamba2")

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: String...) throws {
        let process = try LensProcess(arguments)
        #expect(process.status == 0, "\(arguments.joined(separator: " ")): \(process.errors)")
    }

    /// - Parameter isOurs: whether it says its schema; formats of others cannot.
    private func check(_ path: String, _ name: String, isOurs: Bool = true) throws {
        let schema = try JSONSchema("\(name).schema.json", in: Repository.path("schemas"))
        let lines =
            path.hasSuffix(".jsonl")
            ? try readFile(folder(path)).split(separator: UInt8(ascii: "\n"))
            : [try readFile(folder(path))]
        #expect(!lines.isEmpty)
        for line in lines {
            let document = try JSONValue(String(decoding: line, as: UTF8.self))
            let flaws = try schema.flaws(in: document)
            #expect(flaws == [], "\(path)")
            #expect(document["schema"] == (isOurs ? .string("statelens/\(name)/1") : nil))
        }
    }

    /// Text and questions to learn from and to be asked.
    private func writeData() throws {
        try run(
            "data", "text", "--bytes", "30000", "--tasks", "1", "--out", folder("text.jsonl"))
        try run(
            "data", "babi", "--tasks", "1,2", "--limit", "4", "--format", "babilong", "--out",
            folder("babilong"))
    }

    @Test("made data and tokenizers")
    func data() throws {
        try writeData()
        try run(
            "data", "tokenizer", "--data", folder("text.jsonl"), "--vocabulary", "300", "--out",
            folder("tokenizer.json"))
        for path in ["text.jsonl.run.json", "babilong/run.json", "tokenizer.json.run.json"] {
            try check(path, "made-files")
        }
    }

    @Test("lenses by either recipe, and what is measured through them")
    func lenses() throws {
        try writeData()
        func train(_ out: String, _ more: String...) throws {
            let process = try LensProcess(
                [
                    "train", "--model", Self.model, "--data", folder("text.jsonl"), "--window",
                    "32", "--out", folder(out),
                ] + more)
            #expect(process.status == 0, "\(process.errors)")
            try check("\(out)/run.json", "lens-training")
            try check("\(out)/train.jsonl", "lens-training-log", isOurs: false)
            try check("\(out)/config.json", "lens-config", isOurs: false)
        }
        try train("fast", "--steps", "2", "--recipe", "fast")
        try train("closed", "--fit", "closed-form")
        try train("steps", "--steps", "2", "--tokens-per-step", "64", "--held-out", "0")

        func evaluate(_ lens: String, _ out: String) throws {
            try run(
                "eval", "babilong", "--model", Self.model, "--lens", lens, "--data",
                folder("babilong"), "--tasks", "1,2", "--out", folder("\(out)-babilong.json"),
                "--upstream-txt", folder("\(out).txt"))
            try check("\(out)-babilong.json", "babilong-result")
            try check("\(out).txt.run.json", "made-files")
            try run(
                "eval", "text", "--model", Self.model, "--lens", lens, "--data",
                folder("text.jsonl"), "--window", "32", "--limit", "2", "--out",
                folder("\(out)-text.json"), "--upstream-json", folder("\(out)-aggregate.json"))
            try check("\(out)-text.json", "text-result")
            try check("\(out)-aggregate.json", "aggregate-metrics", isOurs: false)
        }
        try evaluate(folder("fast"), "tuned")
        try evaluate("logit", "logit")
    }

    @Test("readings")
    func readings() throws {
        try run(
            "read", "Mary went to the", "--model", Repository.model("diffmamba2"), "--branches",
            "--follow", " kitchen", "--out", folder("one.json"))
        try check("one.json", "reading")
        try run(
            "read", "Mary went", "to the", "--model", Self.model, "--out", folder("two.json"))
        try check("two.json", "readings")
    }

    @Test("language models and what is measured of them")
    func languageModels() throws {
        try writeData()
        try run(
            "lm", "train", "--model", Self.model, "--data", folder("babilong"), "--tasks", "1,2",
            "--text", folder("text.jsonl"), "--held-out", "2", "--steps", "2", "--window", "64",
            "--batch", "2", "--eval-data", folder("text.jsonl"), "--out", folder("model"))
        try check("model/run.json", "model-training")
        try check("model/train.jsonl", "model-training-log", isOurs: false)
        try run(
            "lm", "eval", "--model", folder("model"), "--data", folder("text.jsonl"), "--window",
            "64", "--limit", "2", "--out", folder("perplexity.json"))
        try check("perplexity.json", "perplexity-result")
        try run(
            "lm", "eval", "--model", folder("model"), "--data", folder("babilong"), "--tasks", "1",
            "--limit", "2", "--out", folder("accuracy.json"))
        try check("accuracy.json", "accuracy-result")
        // Its training stands in what is measured of it.
        try run(
            "eval", "babilong", "--model", folder("model"), "--lens", "logit", "--data",
            folder("babilong"), "--tasks", "1", "--limit", "2", "--out", folder("babilong.json"))
        try check("babilong.json", "babilong-result")
        let run = try JSONValue(path: folder("babilong.json"))["run"]
        #expect(run?["model_training"]?["options"]?["steps"] == .string("2"))
    }
}
