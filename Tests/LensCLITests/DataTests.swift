import Files
import TestSupport
import Testing

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
                "data", "babi", "--tasks", "1-2,20", "--stories", "3", "--split", "train",
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
            ["babi", "--stories", "0", "--stories is 0"],
            ["babi", "--split", "dev", "'dev'"], ["text", "--bytes", "0", "The size is 0"],
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
