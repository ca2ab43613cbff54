import ArgumentParser
import Files
import Foundation
import Reports

/// `lens demo`: the whole way from two models to a picture, as the commands that a user would type.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Compare the two small models that come with the program, layer by layer.",
        discussion: """
            Makes text and questions about small worlds, trains a tuned lens on every seed of a \
            Mamba-2 and a Diff-Mamba-2, measures on questions that no model has seen how probable \
            the right answer is after each block, and draws it. Each step is a command of its own, \
            which is shown and can be repeated.

            The models are looked for in --models, or else in the folder models beside the \
            program, in ../share/statelens/models, in the folders above the program, and in the \
            current one. What an earlier demo left in --out is replaced once this one is complete.
            """)

    @Option(help: ArgumentHelp("Folder with mamba2/seed* and diffmamba2/seed*.", valueName: "dir"))
    var models: String?

    @Option(help: ArgumentHelp("Folder to write.", valueName: "dir"))
    var out = "demo"

    @Option(help: "Seed of the text, the questions and the order of training.")
    var seed: UInt64 = 0

    func validate() throws {
        try requireFolder(out)
    }

    func run() throws {
        let start = ContinuousClock.now
        let pair = try EmbeddedPair.find(in: models)
        let folder = DemoFolder(out)
        let lock = try folder.claim(DemoRecord(command: commandLine, version: version, seed: seed))
        defer { withExtendedLifetime(lock) {} }
        Interruption.catchSignals()

        let tokenizer = join(pair.designs[0].seeds[0], "tokenizer.json")
        try perform(
            "data", "text", "--tasks", "all", "--tokens", "\(Recipe.tokens)", "--tokenizer",
            tokenizer, "--seed", "\(seed)", "--out", folder.text)
        try perform(
            "data", "babi", "--stories", "\(Recipe.questions)", "--split", "test", "--seed",
            "\(seed)", "--format", "babilong", "--out", folder.questions)
        for design in pair.designs {
            for model in design.seeds {
                let name = join(design.name, (model as NSString).lastPathComponent)
                try perform(
                    "train", "--model", model, "--data", folder.text, "--window",
                    "\(Recipe.window)", "--recipe", "fast", "--seed", "\(seed)", "--out",
                    folder.lens(name))
                try perform(
                    "eval", "babilong", "--model", model, "--lens", folder.lens(name), "--data",
                    folder.questions, "--last", "\(Recipe.questions)", "--out",
                    folder.result(name))
            }
        }
        let results = pair.designs.map { folder.results($0.name) }
        let labels = pair.designs.map(\.label)
        try perform(
            ["plot", "layers"] + results + ["--label"] + labels + [
                "--log", "--title", "Probability of the right answer after each block",
                "--out", folder.figure,
            ])

        let curves = try ResultFile.curves(results, labels: labels)
        let summary = """
            \(try layerTable(curves, LayerChartOptions()))

            \(try LayerFindings(curves).text)\(models == nil ? "\n" + EmbeddedPair.selection : "")
            """
        try writeFile(summary + "\n", to: folder.summary)
        folder.forgetPrevious()
        let seconds = Int(((ContinuousClock.now - start) / .seconds(1)).rounded())
        try StandardStreams.say(
            """
            Probability of the right answer after each block, mean over seeds (and range):
            \(summary)

            The picture is \(folder.figure); all of this took \(seconds) s.
            """)
    }

    /// Runs a command as if it had been typed, and shows it instead of what it says.
    private func perform(_ arguments: String...) throws { try perform(arguments) }

    private func perform(_ arguments: [String]) throws {
        StandardStreams.warn("$ \(Invocation.line(arguments))")
        let command = try LensCommand.parseAsRoot(arguments)
        guard let command = command as? any ReportingCommand else {
            preconditionFailure("'\(arguments[0])' is no command of the demo")
        }
        do {
            _ = try Invocation.$arguments.withValue(arguments) { try command.perform() }
        } catch CommandError.interrupted {
            throw CommandError.interruptedWithoutState
        }
        if Interruption.isRequested { throw CommandError.interruptedWithoutState }
    }
}

/// As much training and as many questions as take 80 seconds for six models on two cores.
private enum Recipe {
    static let window = 256
    static let tokens = 100_000
    /// Of each of the twenty tasks.
    static let questions = 25
}

/// `run.json` of a demo, by which a later one knows the folder as its own.
private struct DemoRecord: Codable {
    let command: String
    let version: String
    let seed: UInt64
}

/// Where a demo writes what.
private struct DemoFolder {
    private let path: String

    init(_ path: String) { self.path = path }

    var text: String { join(path, "data/text.jsonl") }
    var questions: String { join(path, "data/babilong") }
    func lens(_ model: String) -> String { join(path, "lenses/\(model)") }
    func results(_ design: String) -> String { join(path, "results/\(design)") }
    func result(_ model: String) -> String { results(model) + ".json" }
    var figure: String { join(path, "layers.png") }
    var summary: String { join(path, "summary.txt") }

    /// What a demo makes, besides its record.
    private static let made = ["data", "lenses", "results", "layers.png", "summary.txt"]
    private var marker: String { join(path, "run.json") }
    private var previous: String { join(path, "previous") }

    /// Makes the folder ours and puts what an earlier demo made aside, in `previous`.
    ///
    /// - Throws: `CommandError.foreignFolder` if it holds anything but a demo.
    func claim(_ record: DemoRecord) throws -> FolderLock {
        let lock = try FolderLock(path)
        let names = try fileNames(in: path)
        if !names.isEmpty {
            let found = try? decodeJSON(DemoRecord.self, from: marker)
            guard let found, found.command == "lens demo" || found.command.hasPrefix("lens demo "),
                Set(names).isSubset(of: Self.made + ["run.json", "previous"])
            else { throw CommandError.foreignFolder(path: path) }
        }
        if fileExists(summary) {
            try? FileManager.default.removeItem(atPath: previous)
            try createFolder(previous)
            // The summary goes first: without it a demo is no finished one.
            for name in Self.made.reversed() where fileExists(join(path, name)) {
                guard rename(join(path, name), join(previous, name)) == 0 else {
                    throw FileError.writing(join(path, name))
                }
            }
        }
        for name in Self.made { try? FileManager.default.removeItem(atPath: join(path, name)) }
        try writeFile(try encodeJSON(record), to: marker)
        return lock
    }

    func forgetPrevious() { try? FileManager.default.removeItem(atPath: previous) }
}
