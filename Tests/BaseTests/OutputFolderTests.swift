import Base
import Foundation
import Glibc
import Testing
import TestSupport

@Suite struct OutputFolderTests {
    private static let lens = OutputFolder.Kind(
        command: "lens train", result: "a finished lens", key: "config.json",
        files: ["params.pt", "config.json"])
    private static let model = OutputFolder.Kind(
        command: "lens lm train", result: "a finished model", key: "config.json",
        files: ["model.safetensors", "config.json"])

    private let folder: TemporaryFolder
    private var out: String { folder("out") }

    init() throws { folder = try TemporaryFolder() }

    private func take(
        _ kind: OutputFolder.Kind = lens, _ mode: OutputFolder.Mode = .new,
        inputs: [(option: String, path: String)] = []
    ) throws -> OutputFolder { try OutputFolder(out, for: kind, mode: mode, inputs: inputs) }

    /// Makes what a finished run leaves.
    private func finish(
        _ content: String, _ kind: OutputFolder.Kind = lens, mode: OutputFolder.Mode = .new
    ) throws {
        let output = try take(kind, mode)
        try fill(output, kind, content)
        try output.commit()
    }

    private func fill(_ output: OutputFolder, _ kind: OutputFolder.Kind, _ content: String) throws {
        let weights = kind.command == "lens train" ? "params.pt" : "model.safetensors"
        try writeFile(content, to: join(output.work, weights))
        try writeFile(
            "{\"run\": {\"command\": \"\(kind.command) --out x\"}}",
            to: join(output.work, "run.json"))
        try writeFile(content, to: join(output.work, "config.json"))
    }

    private func text(_ name: String) throws -> String {
        String(decoding: try readFile(join(out, name)), as: UTF8.self)
    }

    @Test("an absent and an empty folder are taken; one that was made for nothing is gone")
    func empty() throws {
        do { _ = try take() }
        #expect(!fileExists(out))
        try createFolder(out)
        do { _ = try take() }
        #expect(try fileNames(in: out).isEmpty)
    }

    @Test("the old result is whole until the new one is, and nothing else is left")
    func replacement() throws {
        try finish("old")
        try writeFile("mine", to: join(out, "notes.txt"))
        do {
            let output = try take(Self.lens, .overwrite)
            try fill(output, Self.lens, "new")
            #expect(try text("params.pt") == "old" && text("config.json") == "old")
        }
        #expect(try text("params.pt") == "old", "what is not committed changes nothing")
        #expect(try fileNames(in: out) == ["config.json", "notes.txt", "params.pt", "run.json"])
        try finish("new", mode: .overwrite)
        #expect(try text("params.pt") == "new" && text("config.json") == "new")
        #expect(try fileNames(in: out) == ["config.json", "notes.txt", "params.pt", "run.json"])
    }

    @Test("a finished result needs --overwrite, and is nothing to resume")
    func finished() throws {
        try finish("old")
        #expect(throws: OutputFolderError.finished(path: out, result: "a finished lens")) {
            try take()
        }
        #expect(
            throws: OutputFolderError.alreadyFinished(
                path: out, result: "a finished lens", command: "lens train")
        ) { try take(Self.lens, .resume) }
    }

    @Test("a state needs --resume, and is gone with the result")
    func states() throws {
        #expect(throws: OutputFolderError.nothingToResume(path: out)) {
            try take(Self.lens, .resume)
        }
        do {
            let output = try take()
            try writeFile("log", to: join(output.work, "train.jsonl"))
            try writeFile("state", to: join(out, "snapshots/step-000001.safetensors"))
        }
        for mode in [OutputFolder.Mode.new, .overwrite] {
            #expect(throws: OutputFolderError.unfinished(path: out)) { try take(Self.lens, mode) }
        }
        #expect(throws: OutputFolderError.self, "another command's") {
            try take(Self.model, .resume)
        }
        #expect(throws: OutputFolderError.self, "another command's") { try take(Self.model) }
        let output = try take(Self.lens, .resume)
        #expect(fileExists(join(output.work, "train.jsonl")))
        try fill(output, Self.lens, "new")
        try output.commit()
        #expect(
            try fileNames(in: out) == ["config.json", "params.pt", "run.json", "train.jsonl"])
    }

    @Test(
        "what another command or program made is left alone, whatever the mode",
        arguments: [
            ["pytorch_model.bin", "config.json"], ["train.jsonl"], ["notes.txt"],
            ["snapshots/main/config.json"], ["unfinished/x"], ["config.json", "params.pt"],
        ])
    func foreign(names: [String]) throws {
        for name in names { try writeFile("content", to: join(out, name)) }
        for mode in [OutputFolder.Mode.new, .resume, .overwrite] {
            #expect(throws: OutputFolderError.self) { try take(Self.lens, mode) }
        }
        for name in names { #expect(try text(name) == "content") }
    }

    @Test("a finished result of another kind, or with other weights beside it, is left alone")
    func otherKind() throws {
        try finish("model", Self.model)
        #expect(
            throws: OutputFolderError.foreign(
                path: out, names: ["model.safetensors"], command: "lens train")
        ) { try take(Self.lens, .overwrite) }
        try writeFile("shard", to: join(out, "model-00001-of-00002.safetensors"))
        #expect(throws: OutputFolderError.self) { try take(Self.model, .overwrite) }
        #expect(try text("model.safetensors") == "model")
    }

    @Test("two runs at once: the second one finds the folder locked")
    func locked() throws {
        let first = try take()
        #expect(throws: FileError.locked(path: out)) { try take(Self.lens, .overwrite) }
        withExtendedLifetime(first) {}
    }

    @Test("an input is known by what it is, not by how it is spelled")
    func inputs() throws {
        try finish("old")
        func link(_ name: String, to path: String) throws -> String {
            try createFolder(folder("views/\(name)"))
            let link = folder("views/\(name)/\(name)")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
            return link
        }
        let spellings = [
            out, out + "/", out + "/../out/.", out + "/params.pt",
            try link("folder", to: out), try link("file", to: out + "/params.pt"),
            // Folders that hold the link.
            folder("views/folder"), folder("views/file"), folder("views"),
        ]
        for mode in [OutputFolder.Mode.overwrite, .resume, .new] {
            for spelling in spellings {
                #expect(
                    throws: OutputFolderError.isInput(path: out, option: "--lens", input: spelling)
                ) { try take(Self.lens, mode, inputs: [("--lens", spelling)]) }
            }
        }
        let hard = folder("hard")
        #expect(Glibc.link(out + "/params.pt", hard) == 0)
        #expect(throws: OutputFolderError.self) {
            try take(Self.lens, .overwrite, inputs: [("--data", hard)])
        }
        // A folder around the output is not read but for what else is in it.
        try FileManager.default.removeItem(atPath: folder("views"))
        try FileManager.default.removeItem(atPath: hard)
        #expect(throws: Never.self) {
            try take(Self.lens, .overwrite, inputs: [("--data", folder.path)])
        }
    }

    @Test("nothing behind a linked folder is touched")
    func links() throws {
        try finish("old")
        try writeFile(
            #"{"run": {"command": "lens train x"}, "files": [{"path": "part/a"}]}"#,
            to: join(out, "run.json"))
        try writeFile("mine", to: folder("elsewhere/a"))
        func link(_ name: String) throws {
            try FileManager.default.createSymbolicLink(
                atPath: join(out, name), withDestinationPath: folder("elsewhere"))
        }
        func isForeign(_ name: String, _ mode: OutputFolder.Mode) {
            let error = OutputFolderError.foreign(path: out, names: [name], command: "lens train")
            #expect(throws: error) { try take(Self.lens, mode) }
        }
        try link("part")
        isForeign("part", .overwrite)
        try FileManager.default.removeItem(atPath: join(out, "part"))
        for name in ["unfinished", "snapshots"] {
            try link(name)
            for mode in [OutputFolder.Mode.new, .overwrite, .resume] { isForeign(name, mode) }
            try FileManager.default.removeItem(atPath: join(out, name))
        }
        #expect(try fileNames(in: folder("elsewhere")) == ["a"])
    }

    @Test("no output goes to where another run works")
    func workingParts() throws {
        let running = try take()
        for place in ["unfinished/mine", "unfinished/a/b", "snapshots/mine"] {
            let path = join(out, place)
            #expect(throws: FileError.self, "\(place)") { try OutputFolder(path, for: Self.model) }
            #expect(throws: FileError.self, "\(place)") {
                try OutputFile(path + ".json", of: "lens eval text")
            }
            #expect(!fileExists(path))
        }
        let other = folder("unfinished/mine")
        #expect(throws: Never.self) { try OutputFolder(other, for: Self.model) }
        withExtendedLifetime(running) {}
    }

    @Test("an input among what an unfinished run left stays")
    func unfinishedInput() throws {
        let left = join(out, "unfinished/notes.txt")
        try writeFile("lens train\n", to: join(out, "unfinished/command"))
        try writeFile("mine", to: left)
        #expect(throws: OutputFolderError.self) {
            try take(Self.lens, .new, inputs: [("--data", left)])
        }
        #expect(fileExists(left))
    }

    @Test("an exchange that was killed at any moment is completed by the next command")
    func killedExchange() throws {
        for moved in 0...3 {
            try? FileManager.default.removeItem(atPath: out)
            try finish("old")
            let whole = folder("whole")
            do {
                let output = try take(Self.lens, .overwrite)
                try fill(output, Self.lens, "new")
                try writeFile("new", to: join(output.work, "train.jsonl"))
                // The state of the folder when the plan was written, put together by hand.
                try? FileManager.default.removeItem(atPath: whole)
                try FileManager.default.copyItem(atPath: output.work, toPath: whole)
            }
            let names = ["params.pt", "run.json", "train.jsonl", "config.json"]
            let list = names.map { "\"\($0)\"" }.joined(separator: ",")
            try writeFile(
                "{\"new\": [\(list)], \"stale\": []}", to: join(whole, "complete.json"))
            try FileManager.default.moveItem(atPath: whole, toPath: join(out, "unfinished"))
            if moved > 0 { unlink(join(out, "config.json")) }
            for name in names.prefix(moved) {
                rename(join(out, "unfinished/\(name)"), join(out, name))
            }
            #expect(throws: OutputFolderError.finished(path: out, result: "a finished lens")) {
                try take()
            }
            for name in ["params.pt", "train.jsonl", "config.json"] {
                #expect(try text(name) == "new", "\(moved) moved")
            }
            #expect(!fileExists(join(out, "unfinished")))
        }
    }

    @Test("an exchange that cannot go on loses neither result, and goes on when it can")
    func stuckExchange() throws {
        try finish("old")
        do {
            let output = try take(Self.lens, .overwrite)
            try fill(output, Self.lens, "new")
            unlink(join(out, "params.pt"))
            try writeFile("in the way", to: join(out, "params.pt/file"))
            #expect(throws: FileError.self) { try output.commit() }
            output.removeIncomplete()
        }
        #expect(try text("unfinished/params.pt") == "new")
        try FileManager.default.removeItem(atPath: join(out, "params.pt"))
        #expect(throws: OutputFolderError.self) { try take() }
        #expect(try text("params.pt") == "new" && text("config.json") == "new")
    }

    @Test(
        "files that the provenance lists go with the old result, and only those inside the folder")
    func listedFiles() throws {
        let stories = OutputFolder.Kind(
            command: "lens data babi", result: "stories", key: "run.json")
        try writeFile("outside", to: folder("outside"))
        func make(_ name: String, _ listed: [String], _ mode: OutputFolder.Mode) throws {
            let output = try take(stories, mode)
            try writeFile("story", to: join(output.work, name))
            let files = listed.map { "{\"path\": \"\($0)\"}" }.joined(separator: ",")
            try writeFile(
                "{\"command\": \"lens data babi\", \"files\": [\(files)]}",
                to: join(output.work, "run.json"))
            try output.commit()
        }
        try make("qa1/0k.json", ["qa1/0k.json", "../outside", folder("outside")], .new)
        try writeFile("mine", to: join(out, "qa3.txt"))
        try make("qa2.txt", ["qa2.txt"], .overwrite)
        #expect(try fileNames(in: out) == ["qa1", "qa2.txt", "qa3.txt", "run.json"])
        #expect(try fileNames(in: join(out, "qa1")).isEmpty)
        #expect(fileExists(folder("outside")))
        #expect(
            throws: OutputFolderError.foreign(
                path: out, names: ["qa3.txt"], command: "lens data babi")
        ) { try make("qa3.txt", ["qa3.txt"], .overwrite) }
        #expect(try text("qa3.txt") == "mine")
    }
}
