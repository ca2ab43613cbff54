import Base
import Foundation
import Testing
import TestSupport

@Suite struct OutputFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func text(_ name: String) throws -> String {
        String(decoding: try readFile(folder(name)), as: UTF8.self)
    }

    @Test(
        "a file is replaced by the command that made it, and by no other",
        arguments: [
            (#"{"run":{"command":"lens eval text --model m"}}"#, true),
            ("{\n  \"command\" : \"lens eval text\"\n}", true),
            (#"{"a":"\"command\":\"lens eval text\"","run":{"command":"lens eval texts"}}"#, false),
            (#"{"run":{"command":"lens eval babilong"}}"#, false),
            (#"{"command":"lens"}"#, false),
            (#"{"collected":[{"run":{"command":"lens eval text"}}]}"#, false),
            ("<p>\"command\": \"lens eval text\"</p>", false), ("some text", false),
            ("\"command\"", false),
            ("", true),
        ])
    func provenance(content: String, isOurs: Bool) throws {
        try writeFile(content, to: folder("a"))
        if isOurs {
            try OutputFile(folder("a"), of: "lens eval text").write("new")
            #expect(try text("a") == "new")
        } else {
            #expect(throws: FileError.foreign(path: folder("a"), command: "lens eval text")) {
                try OutputFile(folder("a"), of: "lens eval text")
            }
            #expect(try text("a") == content)
        }
    }

    @Test("a result that cannot be written where it should is kept beside it")
    func kept() throws {
        let output = try OutputFile(folder("a"), of: "lens eval text")
        try writeFile("somebody's, written meanwhile", to: folder("a"))
        let kept = "\(folder("a")).kept-\(getpid())"
        #expect(
            throws: FileError.keptElsewhere(
                failure: "\(FileError.foreign(path: folder("a"), command: "lens eval text"))",
                kept: kept)
        ) { try output.write("result") }
        #expect(try text("a") == "somebody's, written meanwhile")
        #expect(try readFile(kept) == Data("result".utf8))
    }

    @Test(
        "a result does not become a part of a model by its name",
        arguments: [
            ("pytorch_model.bin", "model.safetensors", true),
            ("pytorch_model.bin", "model.safetensors.index.json", true),
            ("pytorch_model.bin", "tokenizer.json", true),
            ("pytorch_model.bin", "acts.safetensors", false),
            ("model.safetensors.index.json", "model-00001-of-00002.safetensors", true),
            ("config.json", "model.fp16.safetensors", true),
            ("config.json", "tokenizer.json", false), ("params.pt", "params.safetensors", true),
            ("params.pt", "config.json", true), ("notes.txt", "model.safetensors", false),
        ])
    func modelPart(present: String, name: String, isRefused: Bool) throws {
        try writeFile("somebody's", to: folder(present))
        try createFolder(folder("other"))
        symlink("../\(name)", folder("other/link"))
        for path in [name, "./\(name)", "other/link"].map({ folder($0) }) {
            guard isRefused else {
                #expect(throws: Never.self) { try OutputFile(path, of: "lens capture") }
                continue
            }
            #expect(throws: FileError.modelPart(path: path, beside: present)) {
                try OutputFile(path, of: "lens capture")
            }
        }
        #expect(!fileExists(folder(name)))
    }

    @Test("two outputs are one file however they are spelled")
    func distinct() throws {
        let (a, b) = (folder("a"), folder("./sub/../a"))
        try createFolder(folder("sub"))
        #expect(throws: FileError.sameOutput(path: b, options: ["--out", "--table"])) {
            try checkDistinct([("--out", a), ("--table", b)])
        }
        #expect(throws: Never.self) {
            try checkDistinct([("--out", a), ("--table", nil), ("--log", folder("c"))])
        }
        #expect(throws: Never.self) {
            try checkDistinct([("--out", "/dev/null"), ("--table", "/dev/null")])
        }
    }

    @Test("what the disk has no room for is refused before the work")
    func space() throws {
        #expect(throws: FileError.self) {
            try OutputFile(folder("a"), of: "lens eval text", bytes: 1 << 60)
        }
        #expect(!fileExists(folder("a")))
    }

    @Test("sizes for people")
    func sizes() {
        #expect(spelledBytes(1_250_000_000) == "1.2 GB")
        #expect(spelledBytes(38_000_000) == "38 MB")
        #expect(spelledBytes(1200) == "1 kB")
    }
}
