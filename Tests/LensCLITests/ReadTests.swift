import Base
import Foundation
import Testing
import TestSupport

/// `lens read` as a user types it.
struct ReadTests {
    private static let text = "Mary went to the kitchen. Where is Mary? Answer:"
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ arguments: String...) throws -> LensProcess {
        try LensProcess(["read"] + arguments)
    }

    @Test("a grid on standard output, with numbers where no terminal is")
    func grid() throws {
        let process = try read(Self.text, "--model", Repository.model("mamba2"))
        #expect(process.status == 0 && process.errors == "")
        let lines = process.output.split(separator: "\n")
        #expect(lines[0].hasPrefix("mamba2/seed0, logit lens, 12 tokens"))
        #expect(lines.count == 1 + 2 + 9 + 1)
        #expect(lines[3].hasPrefix("0       Mary      1.00"))
        #expect(!process.output.contains("\u{1B}"))
    }

    @Test("a lens, one position, a token, and standard input")
    func position() throws {
        try writeFile(Data(Self.text.utf8), to: folder("text.txt"))
        let model = Repository.model("diffmamba2")
        let process = try read(
            "--file", folder("text.txt"), "--model", model, "--lens",
            Repository.path("lenses/diffmamba2/seed0"), "--position", "-1", "--target", " kitchen")
        #expect(process.status == 0, "\(process.errors)")
        #expect(process.output.contains("position 11 ':', target '·kitchen'"))
        #expect(process.output.contains("\noutput "))

        let warned = try read(Self.text, "--model", model, "--target", "kitchen")
        #expect(warned.errors.contains("tokens, of which the first is taken"))
        #expect(warned.errors.contains("with a space before it, it would be one"))
    }

    @Test("files of every format, replaced only by the same command")
    func files() throws {
        let outs = ["json", "csv", "npz", "png", "pdf", "svg", "html"].map { folder("r.\($0)") }
        let arguments =
            [
                "read", Self.text, "--model", Repository.model("diffmamba2"), "--branches",
                "--positions", "-3:", "--dpi", "50",
            ] + outs.flatMap { ["--out", $0] }
        for _ in 0..<2 {
            let process = try LensProcess(arguments)
            #expect(process.status == 0, "\(process.errors)")
        }
        for (path, signature) in zip(
            outs, ["{", "reading,", "PK", "\u{89}PNG", "%PDF", "<?xml", "<!doc"])
        {
            let start = signature.unicodeScalars.map { UInt8($0.value) }
            #expect(try readFile(path).starts(with: start), "\(path)")
        }
        let json = try JSONValue(path: outs[0])
        #expect(json["positions"] == .list([.number(9), .number(10), .number(11)]))
        try writeFile(Data("mine".utf8), to: outs[1])
        let refused = try LensProcess(arguments)
        #expect(refused.status != 0 && refused.errors.contains("r.csv"))
        #expect(try readFile(outs[1]) == Data("mine".utf8))
    }

    @Test("the model's own row is shown where the last block is not")
    func output() throws {
        let process = try read(
            Self.text, "--model", Repository.model("mamba2"), "--blocks", ":3", "--position", "1")
        let names = process.output.split(separator: "\n").dropFirst(2).map { $0.prefix(7) }
        #expect(names == ["0      ", "1      ", "2      ", "output "], "\(process.output)")
    }

    @Test("numbers of probabilities are none above 1")
    func probabilities() throws {
        let process = try read(
            "--file", Repository.path("README.md"), "--model", Repository.model("mamba2"),
            "--positions", ":400", "--out", folder("p.json"))
        #expect(process.status == 0, "\(process.errors)")
        guard case .list(let rows) = try JSONValue(path: folder("p.json"))["max_probability"]
        else { throw CancellationError() }
        for case .list(let row) in rows {
            for case .number(let value) in row { #expect(value <= 1 && value > 0) }
        }
    }

    @Test("models and texts are compared")
    func compared() throws {
        let process = try read(
            Self.text, "Mary", "--model", Repository.model("mamba2"), "--model",
            Repository.model("diffmamba2"), "--value", "kl", "--blocks", "1,4:")
        #expect(process.status == 0, "\(process.errors)")
        #expect(process.output.contains("diffmamba2/seed0, logit lens, Mary, 1 token; KL(model"))
        #expect(process.output.contains("Mean over positions of the KL(model ‖ block) (nats):"))
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (["--positions", "99"], "there is no 99 among the positions, which go from 0 to 11"),
            (["--positions", "a"], "places and slices as in Python"),
            (["--blocks", "9"], "there is no 9 among the blocks completed, which go from 0 to 8"),
            (["--position", "12"], "the text has 12 tokens, expected -12 to 11"),
            (["--out", "x.gif"], "names no format"), (["--target", ""], "--target is empty"),
            (["--lens", "logit", "--lens", "logit", "--model", "x", "--lens", "y"], "3 lenses"),
            (["--log", "--value", "difference"], "drop --log"), (["--top", "0"], "--top is 0"),
        ])
    func wrong(arguments: [String], message: String) throws {
        let process = try LensProcess(
            ["read", Self.text, "--model", Repository.model("mamba2")] + arguments)
        #expect(process.status != 0 && process.errors.contains(message), "\(process.errors)")
        let noModel = try read(Self.text)
        #expect(noModel.status != 0 && noModel.errors.contains("--model DIR"))
        try writeFile(Data(), to: folder("empty.txt"))
        let empty = try read("--file", folder("empty.txt"), "--model", Repository.model("mamba2"))
        #expect(empty.status == 65 && empty.errors.contains("holds no text"))
    }
}
