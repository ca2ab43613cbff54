import Base
import Foundation
import Testing
import TestSupport

/// Questions of a data set and of one's own, on an embedded model.
struct QuestionTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private struct Result: Decodable {
        struct Prompt: Decodable {
            let task: String
            let tokens: Int
            let text: String?
            let probability: [Double]
        }
        let prompts: [Prompt]
    }

    private func evaluate(_ arguments: String...) throws -> LensProcess {
        try LensProcess(
            ["eval", "babilong", "--model", Repository.model("mamba2"), "--lens", "logit"]
                + arguments)
    }

    private static let data = ["--data", Repository.golden("babilong"), "--tasks", "qa1"]

    @Test("a question of one's own is put as that of a data set")
    func own() throws {
        let set = try LensProcess(
            [
                "eval", "babilong", "--model", Repository.model("mamba2"), "--lens", "logit",
                "--out", folder("set.json"), "--with-prompts", "--per-task",
            ] + Self.data)
        #expect(set.status == 0, "\(set.errors)")
        #expect(set.output.contains("qa1"))
        let own = try evaluate(
            "--context", "John moved to the bedroom. Mary moved to the office.", "--question",
            "Where is Mary? ", "--answer", "office", "--out", folder("own.json"))
        #expect(own.status == 0, "\(own.errors)")
        let first = try decodeJSON(Result.self, from: folder("set.json")).prompts[0]
        let alone = try decodeJSON(Result.self, from: folder("own.json")).prompts[0]
        #expect(alone.task == "question" && alone.tokens == first.tokens)
        #expect(alone.text == nil)
        for (one, other) in zip(alone.probability, first.probability) {
            // The set's prompts are read together.
            #expect(abs(one - other) < 1e-5 * max(one, other))
        }
        #expect(
            first.text == """
                <context>\u{20}
                John moved to the bedroom. Mary moved to the office.
                </context>

                Question: Where is Mary?  Answer:
                """)

        let shown = try LensProcess(
            [
                "eval", "babilong", "--model", Repository.model("mamba2"), "--lens", "logit",
                "--show", "1",
            ] + Self.data)
        #expect(shown.status == 0 && shown.output == "\(first.text ?? "")\n")
        #expect(
            shown.errors.hasPrefix(
                "qa1, row 0 from 0: \(first.tokens) tokens, of which the last is ':'; ")
        )
        #expect(shown.errors.contains("the answer begins with ' office', id "))
    }

    @Test("without --out there is a table and no file")
    func tableAlone() throws {
        let alone = try evaluate("--question", "Where is Mary?", "--answer", "office")
        #expect(alone.status == 0 && alone.errors.isEmpty)
        #expect(
            alone.output.hasPrefix("Probability of the right answer after each block, 1 prompt"))
        #expect(!alone.output.contains("written"))
    }

    @Test(
        "what does not go together says what is missing",
        arguments: [
            ([], "Give either --data or a question of your own by --question."),
            (
                ["--data", "d", "--question", "q", "--answer", "a"],
                "Give either --data or a question of your own by --question."
            ),
            (
                ["--question", "q", "--answer", "a", "--limit", "3"],
                "--limit chooses among the rows of --data; add --data."
            ),
            (["--question", "q"], "--question and --answer go together; give both."),
            (["--data", "d", "--answer", "a"], "--question and --answer go together; give both."),
            (
                ["--data", "d", "--context", "c"],
                "--context is of a question of your own; add --question."
            ),
            (
                ["--data", "d", "--with-prompts"],
                "--with-prompts writes to --out; add --out FILE, or --json."
            ),
            (["--data", "d", "--show", "0"], "--show is 0, expected 1 to 4294967296."),
            (
                ["--question", "q", "--answer", "a", "--show", "2"],
                "--show 2: there is no such row among 1 prompt."
            ),
        ])
    func usage(arguments: [String], sentence: String) throws {
        let run = try LensProcess(
            ["eval", "babilong", "--model", "m", "--lens", "logit"] + arguments)
        #expect(run.status == 64)
        #expect(run.errors.hasPrefix("Error: \(sentence)\n"), "\(run.errors)")
    }
}
