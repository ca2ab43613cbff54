import Base
import Foundation
import Testing
import TestSupport

/// What one command has finished survives every other command's `--out`.
struct OutputTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try SmallModel.write(.mamba2, vocabSize: 257, to: folder("model"))
        var tokenizer = TinyTokenizer()
        tokenizer.add("<|endoftext|>", special: true)
        try tokenizer.write(to: folder("model/tokenizer.json"))
        try writeFile(String(repeating: "some words to read. ", count: 40), to: folder("text.txt"))
        try writeFile(
            #"[{"input": "Mary went home.", "question": "Where is she?", "target": "home"}]"#,
            to: folder("rows/qa1/0k.json"))
    }

    /// Every command that writes, by what its output is called here.
    private static let commands = [
        "lens": "train --model MODEL --data TEXT --window 8 --steps 1 --tokens-per-step 16",
        "trained": "lm train --model MODEL --data TEXT --window 8 --steps 1 --batch 2",
        "stories": "data babi --tasks 1 --limit 1",
        "prose.txt": "data text --bytes 10",
        "tokenizer.json": "data tokenizer --data TEXT --vocabulary 260",
        "result.json": "eval babilong --model MODEL --lens logit --data ROWS --tasks qa1",
        "text.json": "eval text --model MODEL --lens logit --data TEXT --window 8",
        "lm.json": "lm eval --model MODEL --data TEXT --window 8",
        "acts.safetensors": "capture --model MODEL --ids 1,2 --hooks logits",
        "figure.svg": "plot layers RESULT --width 5 --height 4",
    ]

    private func run(_ output: String, to path: String, _ more: String...) throws -> LensProcess {
        try LensProcess(arguments(output, path) + more)
    }

    /// Paths and contents of everything in the folder.
    private func contents() throws -> [String: Data] {
        var found: [String: Data] = [:]
        for case let name as String in FileManager.default.enumerator(atPath: folder.path)
            ?? .init()
        {
            let path = folder(name)
            found[name] = isFolder(path) ? Data() : try readFile(path)
        }
        return found
    }

    @Test("no command touches what another one made, nor its own inputs")
    func survives() throws {
        // The figure is drawn from the result.
        let outputs = Self.commands.keys.sorted {
            ($0 == "figure.svg" ? 1 : 0, $0) < ($1 == "figure.svg" ? 1 : 0, $1)
        }
        for output in outputs {
            let made = try run(output, to: folder(output))
            #expect(made.status == 0, "\(output): \(made.errors)")
        }
        try FileManager.default.createSymbolicLink(
            atPath: folder("link"), withDestinationPath: folder.path)
        let before = try contents()
        let targets =
            outputs + ["model", "text.txt", "rows/qa1/0k.json", "model/model.safetensors"]
        for output in outputs {
            for target in targets where target != output {
                // A figure's name must say its format.
                if output == "figure.svg" || output == "prose.txt" && !target.hasSuffix(".txt") {
                    continue
                }
                for spelling in [folder(target), folder("link/./\(target)")] {
                    var more: [String] = []
                    if ["lens", "trained", "stories"].contains(output) { more = ["--overwrite"] }
                    let refused = try LensProcess(arguments(output, spelling) + more)
                    #expect(
                        refused.status == 64 || refused.status == 74,
                        "\(output) over \(target): \(refused.status) \(refused.errors)")
                }
            }
        }
        #expect(try contents() == before)

        // Its own result a command replaces: files at once, folders when told to.
        for output in outputs {
            let isTree = isFolder(folder(output))
            #expect(try run(output, to: folder(output)).status == (isTree ? 64 : 0), "\(output)")
            if isTree {
                #expect(try run(output, to: folder(output), "--overwrite").status == 0, "\(output)")
            }
        }
        #expect(try Set(contents().keys) == Set(before.keys))
    }

    private func arguments(_ output: String, _ path: String) throws -> [String] {
        let words = try #require(Self.commands[output]).split(separator: " ").map { word in
            switch word {
            case "MODEL": folder("model")
            case "TEXT": folder("text.txt")
            case "ROWS": folder("rows")
            case "RESULT": folder("result.json")
            default: String(word)
            }
        }
        return words + ["--out", path]
    }

    @Test("figures and tables of other programs are left alone")
    func foreignFiles() throws {
        #expect(try run("result.json", to: folder("result.json")).status == 0)
        for (name, content) in [
            ("a.png", "\u{89}PNG"), ("a.pdf", "%PDF-1.5"), ("a.svg", "<svg></svg>"),
        ] {
            try writeFile(content, to: folder(name))
            let refused = try run("figure.svg", to: folder(name))
            #expect(refused.status == 64, "\(name): \(refused.errors)")
        }
        // A published table is known by its record, whatever became of the result.
        let table = folder("table.txt")
        for last in ["1", "2"] {
            let again = try run(
                "result.json", to: folder("result.json"), "--upstream-txt", table, "--limit", last)
            #expect(again.status == 0, "\(again.errors)")
        }
        try writeFile("{1: {'sum': 1, 'total': 2, 'avg': 0.5}}", to: table)
        #expect(
            try run("result.json", to: folder("result.json"), "--upstream-txt", table).status == 64)
    }

    @Test(
        "a name that no disk takes is refused before the work",
        arguments: Self.commands.keys.sorted())
    func longNames(output: String) throws {
        let name = String(repeating: "n", count: 252) + ".svg"
        let command = Self.commands[output] ?? ""
        // Nothing that the work needs is there.
        let run = try LensProcess(
            command.replacing(/MODEL|TEXT|ROWS|RESULT/, with: folder("absent"))
                .split(separator: " ").map(String.init) + ["--out", folder(name)])
        #expect(run.status == 74 && run.errors.contains("File name too long"), "\(run.errors)")
    }

    @Test("a folder is no standard output", arguments: ["lens", "trained", "stories"])
    func folders(output: String) throws {
        let run = try run(output, to: "-")
        #expect(run.status == 64)
        #expect(run.errors.contains("--out is '-', which stands for standard output"))
        #expect(run.errors.contains("'./-' is a folder of that name"))
    }

    @Test("- is standard output, and what else there is to say goes to stderr")
    func standardOutput() throws {
        let run = try run("result.json", to: "-")
        #expect(run.status == 0)
        #expect(run.output.hasPrefix("{\"count\":1,") && run.output.hasSuffix("}"))
        #expect(run.errors.contains("Probability of the right answer after each block, 1 prompt:"))
        #expect(!run.errors.contains("95% interval"), "one prompt has none")
        #expect(try fileNames(in: folder.path) == ["model", "rows", "text.txt"])
    }
}
