import Base
import Foundation
import Testing
import TestSupport

/// `lens data` as a user types it.
struct DataTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private struct Record: Decodable {
        struct File: Decodable {
            let path: String
            let sha256: String
        }
        let command: String
        let seed: UInt64
        let files: [File]
    }

    @Test("stories in both forms, and a record with their hashes")
    func babi() throws {
        for (format, file) in [
            ("babi", "qa1_single-supporting-fact_train.txt"), ("babilong", "qa1/0k.json"),
        ] {
            let out = folder(format)
            let run = try LensProcess(
                "data", "babi", "--tasks", "1-2,20", "--limit", "3", "--split", "train",
                "--seed", "5", "--format", format, "--out", out)
            #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
            #expect(run.output.contains(" qa1        3         15"), "\(run.output)")
            let record = try decodeJSON(Record.self, from: join(out, "run.json"))
            #expect(record.seed == 5 && record.command.hasPrefix("lens data babi --tasks 1-2,20"))
            #expect(record.files.count == 3 && record.files[0].path == file)
            for file in record.files {
                #expect(try SHA256.hex(ofFile: join(out, file.path)) == file.sha256)
            }
        }
    }

    @Test("text of a size, and its record")
    func text() throws {
        let out = folder("a.jsonl")
        let run = try LensProcess("data", "text", "--bytes", "5000", "--out", out)
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        #expect(try readFile(out).count > 5000)
        let record = try decodeJSON(Record.self, from: out + ".run.json")
        #expect(record.files.map(\.path) == [out])
        #expect(record.files.map(\.sha256) == [try SHA256.hex(ofFile: out)])
    }

    private struct TokenizerRecord: Decodable {
        let data: [String]
        let data_sha256: String
        let vocabulary: Int
        let merges: Int
        let files: [Record.File]
    }

    @Test("killed between text and record, a run leaves what the next one knows as its own")
    func killed() throws {
        let out = folder("a.jsonl")
        func write(_ seed: String) throws -> LensProcess {
            try LensProcess("data", "text", "--bytes", "500", "--seed", seed, "--out", out)
        }
        #expect(try write("1").status == 0)
        let old = try readFile(out)
        #expect(try write("2").status == 0)
        let new = try readFile(out)
        func hash(_ data: Data) -> String { SHA256.hex(of: String(decoding: data, as: UTF8.self)) }
        let announced = """
            {"command": "lens data text --seed 2", "version": "0", "replaces": ["\(hash(old))"],
             "files": [{"path": "\(out)", "sha256": "\(hash(new))"}]}
            """
        for content in [old, new] {
            try writeFile(content, to: out)
            try writeFile(announced, to: out + ".run.json")
            let run = try write("3")
            #expect(run.status == 0, "\(run.errors)")
            let record = try decodeJSON(Record.self, from: out + ".run.json")
            #expect(record.files.map(\.sha256) == [try SHA256.hex(ofFile: out)])
        }
        try writeFile(announced, to: out + ".run.json")
        try writeFile("mine", to: out)
        #expect(try write("3").status != 0)
        #expect(try readFile(out) == Data("mine".utf8))
    }

    @Test("a tokenizer from text and stories, the same each time, and its record")
    func tokenizer() throws {
        let (text, stories) = (folder("a.txt"), folder("stories"))
        try writeFile(String(repeating: "Zyzzyva ", count: 1000), to: text)
        _ = try LensProcess(
            "data", "babi", "--tasks", "1", "--limit", "3", "--format", "babilong",
            "--out", stories)
        let outs = ["one.json", "two.json"].map { folder($0) }
        for out in outs {
            let run = try LensProcess(
                "data", "tokenizer", "--data", text, stories, "--tasks", "qa1",
                "--vocabulary", "350", "--out", out)
            #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
            #expect(run.output.contains("350 tokens, 93 merges from 16 documents"))
        }
        #expect(try readFile(outs[0]) == readFile(outs[1]))
        let record = try decodeJSON(TokenizerRecord.self, from: outs[0] + ".run.json")
        #expect(record.vocabulary == 350 && record.merges == 93)
        #expect(record.data == [text, stories] && record.data_sha256.count == 64)
        #expect(record.files.map(\.sha256) == [try SHA256.hex(ofFile: outs[0])])
        // Learnt from both: the prompt's form is of the stories, the rare word of the text.
        for (word, count) in [("Question:", 2...3), ("Zyzzyva", 1...3)] {
            let run = try LensProcess("tokenize", "--tokenizer", outs[0], word)
            let ids = run.output.split(separator: ",")
            #expect(count.contains(ids.count), "\(word): \(run.output)")
        }
    }

    @Test("a text with too few merges gives them all and says so; one without text is refused")
    func littleText() throws {
        let (text, out) = (folder("a.txt"), folder("tokenizer.json"))
        try writeFile("cd ab", to: text)
        let arguments = [
            "data", "tokenizer", "--data", text, "--vocabulary", "300", "--out", out,
        ]
        let little = try LensProcess(arguments)
        #expect(little.status == 0)
        #expect(little.output.contains("offers 3 merges"), "\(little.output)")
        #expect(little.output.contains("has 260 tokens, not 300"), "\(little.output)")

        try writeFile("", to: text)
        let none = try LensProcess(arguments)
        #expect(none.status == 65)
        #expect(none.errors.contains("\(text): not one character of text"), "\(none.errors)")
        let missing = try LensProcess(
            "data", "tokenizer", "--data", folder("nowhere"), "--vocabulary", "300", "--out", out)
        #expect(missing.status == 66 && missing.errors.contains("nowhere: no such file"))
        let small = try LensProcess(
            "data", "tokenizer", "--data", text, "--vocabulary", "256", "--out", out)
        #expect(small.status == 64 && small.errors.contains("--vocabulary is 256"))
    }

    @Test("text with the questions of stories, every task in its turn")
    func textWithPrompts() throws {
        let out = folder("a.jsonl")
        let run = try LensProcess(
            "data", "text", "--bytes", "20000", "--tasks", "1,15", "--out", out)
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        let lines = String(decoding: try readFile(out), as: UTF8.self).split(separator: "\n")
        let kinds = lines.map { line in
            !line.contains("Question: ") ? "prose" : line.contains("afraid of") ? "qa15" : "qa1"
        }
        // Five questions of the one task, four of the other.
        let prompts =
            [String](repeating: "qa1", count: 5) + ["prose"]
            + [String](repeating: "qa15", count: 4)
        #expect(Array(kinds.prefix(11)) == ["prose"] + prompts, "\(kinds)")
    }

    @Test(
        "what is asked for wrongly is refused",
        arguments: [
            ["babi", "--tasks", "21", "'21'"], ["babi", "--tasks", "3-1", "'3-1'"],
            ["babi", "--limit", "0", "--limit is 0"],
            ["babi", "--split", "dev", "'dev'"],
            ["text", "--bytes", "0", "--bytes is 0, expected 1"],
            ["text", "--tokens", "5", "--tokenizer"],
        ])
    func refused(arguments: [String]) throws {
        let out = folder(arguments[0] == "babi" ? "out" : "out.txt")
        let run = try LensProcess(
            "data", arguments[0], arguments[1], arguments[2], "--out", out)
        #expect(run.status == 64)
        #expect(run.errors.contains(arguments[3]), "\(run.errors)")
        #expect(!fileExists(out))
    }
}
