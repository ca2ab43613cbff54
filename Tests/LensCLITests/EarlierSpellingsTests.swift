import Base
import Foundation
import Testing
import TestSupport

/// Scripts for earlier versions go on to work, and hear of the new word.
struct EarlierSpellingsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The same of both lines, and a note of the earlier one alone.
    private func compare(
        _ earlier: [String], _ today: [String], note: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (old, new) = (try LensProcess(earlier), try LensProcess(today))
        #expect(old.status == new.status, "\(old.errors)", sourceLocation: sourceLocation)
        #expect(old.output == new.output, sourceLocation: sourceLocation)
        let notes = old.errors.split(separator: "\n").filter { $0.hasPrefix("lens: ") }
        #expect(notes.first ?? "" == "lens: \(note)", sourceLocation: sourceLocation)
        #expect(!new.errors.contains(note), sourceLocation: sourceLocation)
    }

    private static let model = ["--model", Repository.model("mamba2")]

    @Test("texts as options")
    func texts() throws {
        let note = "the value of --text is an argument now, without --text"
        try compare(
            ["tokenize"] + Self.model + ["--text", "Mary went"],
            ["tokenize", "Mary went"] + Self.model, note: note)
        let end = ["--hooks", "logits", "--out", folder("a.safetensors")] + Self.model
        try compare(
            ["capture", "--text", "Mary went"] + end, ["capture", "Mary went"] + end, note: note)
    }

    @Test("how many there are")
    func limits() throws {
        let answers =
            [
                "eval", "babilong", "--lens", "logit", "--data", Repository.golden("babilong"),
                "--tasks", "qa1",
            ]
            + Self.model
        try compare(
            answers + ["--last", "1", "--prompt", "needle"],
            answers + ["--limit", "1", "--prompt-form", "needle"], note: "--last is --limit now")
        try compare(
            answers + ["--limit", "1", "--prompt=needle"],
            answers + ["--limit", "1", "--prompt-form", "needle"],
            note: "--prompt is --prompt-form now")
        let text = ["--data", folder("text.txt"), "--window", "16"] + Self.model
        #expect(
            try LensProcess("data", "text", "--bytes", "3000", "--out", folder("text.txt")).status
                == 0)
        try compare(
            ["eval", "text", "--lens", "logit", "--windows=2"] + text,
            ["eval", "text", "--lens", "logit", "--limit", "2"] + text,
            note: "--windows is --limit now")
        try compare(
            ["lm", "eval", "--windows", "2"] + text, ["lm", "eval", "--limit", "2"] + text,
            note: "--windows is --limit now")
        let tasks =
            ["lm", "eval", "--data", Repository.golden("babilong"), "--tasks", "qa1"] + Self.model
        try compare(
            tasks + ["--last", "1"], tasks + ["--limit", "1"], note: "--last is --limit now")
        try compare(
            ["data", "babi", "--tasks", "1", "--stories", "0", "--out", folder("a")],
            ["data", "babi", "--tasks", "1", "--limit", "0", "--out", folder("a")],
            note: "--stories is --limit now")
        try compare(
            ["lm", "train", "--hold-out", "-1", "--out", folder("b")] + text,
            ["lm", "train", "--held-out", "-1", "--out", folder("b")] + text,
            note: "--hold-out is --held-out now")
    }

    @Test("the first and the last layer")
    func layers() throws {
        let plot = [
            "plot", "layers",
            Repository.path("notebooks-data/embedded-pair/results/mamba2/seed0.json"),
            "-o", folder("a.svg"),
        ]
        let note = "--from and --to are --blocks"
        try compare(
            plot + ["--from", "2", "--to", "3"], plot + ["--blocks", "2:4"],
            note: "\(note) 2:4 now")
        try compare(plot + ["--from=4"], plot + ["--blocks", "4:"], note: "\(note) 4: now")
        try compare(plot + ["--to=3"], plot + ["--blocks", ":4"], note: "\(note) :4 now")
    }

    @Test("what a file records is the line as it was typed")
    func recorded() throws {
        let path = folder("stories")
        #expect(
            try LensProcess("data", "babi", "--tasks", "1", "--stories", "1", "--out", path).status
                == 0)
        let record = String(decoding: try readFile(join(path, "run.json")), as: UTF8.self)
        #expect(record.contains("--stories 1"))
    }
}
