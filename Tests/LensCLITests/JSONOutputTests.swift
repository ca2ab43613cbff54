import Base
import Foundation
import Testing
import TestSupport

/// `--json` prints the result and nothing else, which is what its schema says; texts come as arguments, from
/// files and from standard input.
struct JSONOutputTests {
    private static let model = ["--model", Repository.model("diffmamba2")]
    private static let babilong = [
        "--data", Repository.golden("babilong"), "--tasks", "qa1", "--limit", "1",
    ]

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try writeFile("Mary went to the kitchen. Where is Mary?\n", to: folder("text.txt"))
    }

    private func check(_ arguments: [String], _ name: String) throws {
        let run = try LensProcess(arguments)
        #expect(run.status == 0, "\(run.errors)")
        let schema = try JSONSchema("\(name).schema.json", in: Repository.path("schemas"))
        let value = try JSONValue(run.output)
        #expect(try schema.flaws(in: value) == [])
        #expect(value["schema"] == .string("statelens/\(name)/1"))
    }

    @Test("results")
    func results() throws {
        let text = ["--data", folder("text.txt"), "--window", "8", "--limit", "1", "--json"]
        try check(["inspect", Repository.model("diffmamba2"), "--json"], "inspection")
        try check(["tokenize", "Where is John?", "--json"] + Self.model, "tokens")
        try check(["read", "Where is John?", "--json"] + Self.model, "reading")
        try check(
            ["eval", "babilong", "--lens", "logit", "--json"] + Self.babilong + Self.model,
            "babilong-result")
        try check(["eval", "text", "--lens", "logit"] + text + Self.model, "text-result")
        try check(["lm", "eval"] + text + Self.model, "perplexity-result")
        try check(["lm", "eval", "--json"] + Self.babilong + Self.model, "accuracy-result")
    }

    @Test("an inspection says what is wrong, too, and ends with its status")
    func damaged() throws {
        try SmallModel.write(.mamba2, to: folder("model"))
        let path = folder("model/config.json")
        let configuration = String(decoding: try readFile(path), as: UTF8.self)
        try writeFile(
            configuration.replacing(#""vocab_size": 97"#, with: #""vocab_size": 96"#), to: path)
        let run = try LensProcess("inspect", folder("model"), "--json")
        #expect(run.status == 65)
        guard case .list(let problems)? = try JSONValue(run.output)["problems"] else {
            Issue.record("\(run.output)")
            return
        }
        #expect(!problems.isEmpty)
    }

    @Test("a text as the argument, in a file, or on standard input is the same text")
    func texts() throws {
        func tokens(_ arguments: String...) throws -> String {
            let run = try LensProcess(["tokenize"] + arguments + Self.model)
            #expect(run.status == 0, "\(run.errors)")
            return run.output
        }
        let text = String(decoding: try readFile(folder("text.txt")), as: UTF8.self)
        let ids = try tokens(text)
        #expect(try tokens("--file", folder("text.txt")) == ids)
        #expect(try tokens("--decode", ids) == text + "\n")
        #expect(try tokens("--strings", " Where\n") == #"["·Where","↵"]"# + "\n")
        let shell = Process()
        let output = Pipe()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = [
            "-c", #""$0" tokenize - --model "$1" < "$2""#, LensProcess.path, Self.model[1],
            folder("text.txt"),
        ]
        shell.standardOutput = output
        try shell.run()
        let piped = output.fileHandleForReading.readDataToEndOfFile()
        shell.waitUntilExit()
        #expect(String(decoding: piped, as: UTF8.self) == ids)
    }

    @Test(
        "what does not go together",
        arguments: [
            (
                ["eval", "text", "--lens", "logit", "--data", "d", "--json", "--out", "a"],
                "--json prints what --out writes; give one of them."
            ),
            (["tokenize", "a", "--file", "b"], "Give the text or --file FILE, not both."),
            (["tokenize"], "Give the input by exactly one of TEXT, --file FILE and --jsonl FILE."),
            (
                ["tokenize", "a", "--json", "--strings"],
                "--decode, --strings and --json want different things; give one of them."
            ),
            (
                ["tokenize", "--jsonl", "a", "--json"],
                "--json takes one text, not those of a --jsonl file."
            ),
            (
                ["capture", "a", "--ids", "1"],
                "Give the input by exactly one of TEXT, --file, --ids and --ids-file."
            ),
        ])
    func usage(arguments: [String], sentence: String) throws {
        let run = try LensProcess(arguments + Self.model)
        #expect(run.status == 64)
        #expect(run.errors.hasPrefix("Error: \(sentence)\n"), "\(run.errors)")
    }
}
