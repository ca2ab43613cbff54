import Base
import Foundation
import Testing
import TestSupport

/// `lens demo` as a user types it, on models of random weights.
struct DemoTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A pair with two seeds of the one design and one of the other.
    private func writePair(to models: String) throws {
        var tokenizer = TinyTokenizer()
        tokenizer.add("<|endoftext|>", special: true)
        for (kind, name, seed) in [
            (SmallModel.Kind.mamba2, "mamba2/seed0", 1), (.mamba2, "mamba2/seed1", 2),
            (.diffAlternate, "diffmamba2/seed0", 3),
        ] as [(SmallModel.Kind, String, UInt64)] {
            let model = join(models, name)
            try SmallModel.write(kind, vocabSize: 257, seed: seed, to: model)
            try tokenizer.write(to: join(model, "tokenizer.json"))
        }
    }

    @Test("trains, evaluates, draws and says what it found; an earlier demo gives way")
    func demo() throws {
        try writePair(to: folder("models"))
        let out = folder("out")
        try writeEarlier(["results/mamba2/seed9.json": "{}", "summary.txt": "old"], to: out)
        let run = try LensProcess("demo", "--models", folder("models"), "--out", out, "--seed", "3")
        #expect(run.status == 0, "\(run.errors)")

        let names = ["data", "layers.png", "lenses", "results", "run.json", "summary.txt"]
        #expect(try fileNames(in: out) == names)
        let schema = try JSONSchema("demo.schema.json", in: Repository.path("schemas"))
        #expect(try schema.flaws(in: JSONValue(path: join(out, "run.json"))) == [])
        #expect(try fileNames(in: join(out, "results/mamba2")) == ["seed0.json", "seed1.json"])
        #expect(try fileNames(in: join(out, "results/diffmamba2")) == ["seed0.json"])
        #expect(fileExists(join(out, "lenses/diffmamba2/seed0/params.pt")))
        #expect(try readFile(join(out, "layers.png")).starts(with: [0x89, 0x50, 0x4E, 0x47]))

        let lines = run.output.split(separator: "\n").map(String.init)
        let rows = lines.filter {
            $0.contains(/^ *([1-4]|output) +[0-9][^ ]* +[0-9][^ ]* \([0-9][^ ]*–[0-9][^ ]*\)$/)
        }
        #expect(rows.count == 5, "\(run.output)")
        #expect(lines.contains { $0.hasPrefix("The lens gives the right answer more than half") })
        #expect(lines.contains { $0.hasPrefix("The two models are furthest apart after block") })
        #expect(lines.last?.hasPrefix("The picture is \(join(out, "layers.png"));") ?? false)

        // Each step can be repeated as it was shown, and the records name it, not the demo.
        let steps = run.errors.split(separator: "\n").filter { $0.hasPrefix("$ lens ") }
        #expect(steps.count == 2 + 2 * 3 + 1, "\(run.errors)")
        struct Record: Decodable { let command: String }
        let record = try decodeJSON(Record.self, from: join(out, "data/text.jsonl.run.json"))
        #expect(steps.first ?? "" == "$ " + record.command)
        let figure = folder("again.png")
        #expect(steps.last?.hasPrefix("$ lens plot layers ") ?? false)
        let again = try LensProcess([
            "plot", "layers", join(out, "results/diffmamba2"), join(out, "results/mamba2"),
            "--log", "--out", figure,
        ])
        #expect(again.status == 0 && fileExists(figure), "\(again.errors)")
    }

    /// The files that an earlier demo left, with its record.
    private func writeEarlier(
        _ files: [String: String], step: (output: String, command: String)? = nil, to out: String
    ) throws {
        for (name, content) in files { try writeFile(content, to: join(out, name)) }
        let hashes = files.map { #""\#($0)": "\#(SHA256.hex(of: $1))""# }.joined(separator: ", ")
        let begun = step.map { #"{"output": "\#($0)", "command": "\#($1)"}"# } ?? ""
        try writeFile(
            """
            {"command": "lens demo", "version": "0", "seed": 1, "files": {\(hashes)},
             "begun": [\(begun)]}
            """, to: join(out, "run.json"))
    }

    /// Starts a demo that goes no further than to take its folder.
    private func take(_ out: String) throws -> LensProcess {
        try writePair(to: folder("models"))
        for design in ["mamba2", "diffmamba2"] {
            try FileManager.default.removeItem(
                atPath: folder("models/\(design)/seed0/tokenizer.json"))
        }
        return try LensProcess("demo", "--models", folder("models"), "--out", out)
    }

    private static let text = ["data/text.jsonl": "a", "data/text.jsonl.run.json": "{}"]

    @Test("what an unfinished demo left goes; what else is among it is named and all of it stays")
    func unfinished() throws {
        let out = folder("out")
        try writeEarlier(Self.text, step: ("lenses/mamba2/seed0", "lens train x"), to: out)
        try writeFile("lens train\n", to: join(out, "lenses/mamba2/seed0/unfinished/command"))
        try writeFile("", to: join(out, "run.json.partial-1"))
        #expect(try take(out).status == 66)
        #expect(!fileExists(join(out, "data/text.jsonl")) && !fileExists(join(out, "lenses")))

        let others = [
            "lenses/mine/params.pt", "results/mine.json", "data/babilong/notes.txt",
            "lenses/mamba2/seed01/params.pt", "previous/mine", "lenses/mamba2/seed0.json",
        ]
        for other in others {
            let out = folder("with")
            try? FileManager.default.removeItem(atPath: out)
            try writeEarlier(Self.text, step: ("lenses/mamba2/seed0", "lens train x"), to: out)
            try writeFile("mine", to: join(out, other))
            let before = filesBelow(out)
            let run = try take(out)
            #expect(
                run.status == 64 && run.errors.contains("holds \(other), which"), "\(run.errors)")
            #expect(filesBelow(out) == before)
        }
    }

    @Test("a file of a demo that another command has written since is nobody's to remove")
    func changed() throws {
        let out = folder("out")
        try writeEarlier(Self.text, to: out)
        try writeFile("b", to: join(out, "data/text.jsonl"))
        #expect(try take(out).errors.contains("holds data/text.jsonl, which"))

        // In the place of the step that was under way: the same command line is the demo's.
        for (command, status) in [("lens train x", 66), ("lens train y", 64)] as [(String, Int32)] {
            let out = folder(command)
            try writeEarlier([:], step: ("lenses/mamba2/seed0", "lens train x"), to: out)
            try writeFile(
                #"{"run": {"command": "\#(command)"}}"#,
                to: join(out, "lenses/mamba2/seed0/run.json"))
            // What is finished is left to the step's own command, however often a demo is begun.
            for _ in 0..<2 {
                #expect(try take(out).status == status)
                #expect(fileExists(join(out, "lenses/mamba2/seed0/run.json")))
            }
        }
    }

    @Test("what a link leads to is no part of a demo")
    func links() throws {
        let (out, kept) = (folder("out"), folder("kept"))
        try writeEarlier(Self.text, to: out)
        try FileManager.default.moveItem(atPath: join(out, "data"), toPath: kept)
        try FileManager.default.createSymbolicLink(
            atPath: join(out, "data"), withDestinationPath: kept)
        #expect(try take(out).errors.contains("holds data, which"))
        #expect(try fileNames(in: kept).count == 2)

        let circle = folder("circle")
        try createFolder(circle)
        for name in ["a", "b"] {
            try FileManager.default.createSymbolicLink(
                atPath: join(circle, name), withDestinationPath: ".")
        }
        #expect(try take(circle).errors.contains("holds a, b, which"))
    }

    @Test("a finished demo is kept whole until the new one is, wherever that is killed")
    func previous() throws {
        let out = folder("out")
        let old = Self.text.merging(["summary.txt": "old"]) { first, _ in first }
        let names = old.keys.sorted()
        for moved in -1...names.count {
            try? FileManager.default.removeItem(atPath: out)
            try writeEarlier(old, to: out)
            if moved >= 0 {
                try createFolder(join(out, "previous"))
                try FileManager.default.copyItem(
                    atPath: join(out, "run.json"), toPath: join(out, "previous/run.json"))
                for name in names.prefix(moved) {
                    let target = join(out, "previous/\(name)")
                    try createFolder(parentFolder(of: target))
                    try FileManager.default.moveItem(atPath: join(out, name), toPath: target)
                }
            }
            // Each of the two finds an unfinished demo afterwards.
            for _ in 0..<2 {
                #expect(try take(out).status == 66)
                for (name, content) in old {
                    let kept = try readFile(join(out, "previous/\(name)"))
                    #expect(kept == Data(content.utf8))
                }
            }
        }
    }

    @Test("an installed program finds the models beside it")
    func installed() throws {
        let program = folder("bin/lens")
        try createFolder(folder("bin"))
        try FileManager.default.copyItem(atPath: LensProcess.path, toPath: program)
        func errors(out: String) throws -> String {
            let (process, pipe) = (Process(), Pipe())
            process.executableURL = URL(fileURLWithPath: program)
            process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
            process.arguments = ["demo", "--out", out]
            process.standardError = pipe
            try process.run()
            let data = pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return String(decoding: data, as: UTF8.self)
        }
        let missing = try errors(out: "bin")
        for place in ["bin/models", "share/statelens/models", "models"] {
            #expect(missing.contains(folder(place)), "\(missing)")
        }
        try writePair(to: folder("share/statelens/models"))
        // A folder that is not ours: the models are found before it is refused.
        #expect(
            try errors(out: "bin")
                == "lens: bin: holds lens, which no 'lens demo' left so; name another folder with --out\n"
        )
        // The first command fails; it is shown with the model as one would type it.
        let tokenizer = "share/statelens/models/diffmamba2/seed0/tokenizer.json"
        try FileManager.default.removeItem(atPath: folder(tokenizer))
        #expect(try errors(out: "out").contains(" --tokenizer \(tokenizer) "))
    }

    @Test("what is missing or not ours is left alone and named")
    func refused() throws {
        let missing = try LensProcess("demo", "--models", folder("none"), "--out", folder("out"))
        #expect(missing.status == 66 && missing.errors.contains(folder("none")))
        #expect(!fileExists(folder("out")))

        try writePair(to: folder("models"))
        try writeFile("mine", to: folder("out/results/notes.txt"))
        let foreign = try LensProcess("demo", "--models", folder("models"), "--out", folder("out"))
        #expect(foreign.status == 64 && foreign.errors.contains("holds results, which no"))
        #expect(try fileNames(in: folder("out")) == ["results"])
    }
}

/// The models and lenses in the repository.
@Suite(.enabled(if: EmbeddedModels.available, "needs the folder models"))
struct EmbeddedPairTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("each model answers through its lens", arguments: EmbeddedModels.names)
    func loads(name: String) throws {
        let made = try LensProcess(
            "data", "babi", "--tasks", "1", "--limit", "4", "--out", folder("babi"))
        #expect(made.status == 0, "\(made.errors)")
        let lens = EmbeddedModels.path("lenses/\(name)")
        let run = try LensProcess(
            "eval", "babilong", "--model", EmbeddedModels.path("models/\(name)"), "--lens",
            isFolder(lens) ? lens : "logit", "--data", folder("babi"), "--tasks", "qa1", "--out",
            folder("result.json"))
        #expect(run.status == 0, "\(run.errors)")
        struct Result: Decodable {
            struct Output: Decodable { let probability: Mean }
            struct Mean: Decodable { let mean: Double }
            let count: Int
            let output: Output
        }
        let result = try decodeJSON(Result.self, from: folder("result.json"))
        // Six places to guess from.
        #expect(result.count == 20 && result.output.probability.mean > 0.5)
    }
}

enum EmbeddedModels {
    static func path(_ relative: String) -> String {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return repository.appendingPathComponent(relative).path
    }

    /// `mamba2/seed0` and so on.
    static let names: [String] = ["diffmamba2", "mamba2"].flatMap { design in
        let seeds = (try? fileNames(in: path("models/\(design)"))) ?? []
        return seeds.filter { $0.hasPrefix("seed") }.map { "\(design)/\($0)" }
    }

    static let available = !names.isEmpty
}
