import ArgumentParser
import Base
import CommandSupport
import Foundation
import Reports
import Results
import Training

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

    @Option(
        help: ArgumentHelp("Folder with mamba2/seed* and diffmamba2/seed*.", valueName: "dir"),
        completion: .directory)
    var models: String?

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Folder to write.", valueName: "dir"),
        completion: .directory)
    var out = "demo"

    @Option(
        help: ArgumentHelp(
            "Seed of the text, the questions and the order of training.", valueName: "n"))
    var seed: UInt64 = 0

    func validate() throws {
        try requireFolder(out)
    }

    func run() throws {
        let start = ContinuousClock.now
        let pair = try EmbeddedPair.find(in: models)
        let folder = try DemoFolder(
            out, DemoRecord(command: commandLine, version: version, seed: seed))
        Interruption.catchSignals()

        let tokenizer = join(pair.designs[0].seeds[0], "tokenizer.json")
        func make(_ output: String, _ arguments: String...) throws -> String {
            try perform(arguments, writing: output, in: folder)
        }
        let text = try make(
            "data/text.jsonl", "data", "text", "--tasks", "all", "--tokens", "\(Recipe.tokens)",
            "--tokenizer", tokenizer, "--seed", "\(seed)")
        let questions = try make(
            "data/babilong", "data", "babi", "--limit", "\(Recipe.questions)", "--split", "test",
            "--seed", "\(seed)", "--format", "babilong")
        for design in pair.designs {
            for model in design.seeds {
                let name = join(design.name, (model as NSString).lastPathComponent)
                let lens = try make(
                    "lenses/\(name)", "train", "--model", model, "--data", text, "--window",
                    "\(Recipe.window)", "--recipe", "fast", "--seed", "\(seed)")
                _ = try make(
                    "results/\(name).json", "eval", "babilong", "--model", model, "--lens", lens,
                    "--data", questions, "--limit", "\(Recipe.questions)")
            }
        }
        let results = pair.designs.map { join(out, "results/\($0.name)") }
        let labels = pair.designs.map(\.label)
        let title = "Probability of the right answer after each block"
        let figure = try perform(
            ["plot", "layers"] + results + ["--label"] + labels + ["--log", "--title", title],
            writing: "layers.png", in: folder)

        let curves = try ResultFile.curves(results, labels: labels)
        let summary = """
            \(try layerTable(curves, LayerChartOptions()))

            \(try LayerFindings(curves).text)\(models == nil ? "\n" + EmbeddedPair.selection : "")
            """
        try folder.finish(summary + "\n")
        let seconds = Int(((ContinuousClock.now - start) / .seconds(1)).rounded())
        try StandardStreams.say(
            """
            Probability of the right answer after each block, mean over seeds (and range):
            \(summary)

            The picture is \(figure); all of this took \(seconds) s.
            """)
    }

    /// Runs a command as if it had been typed, and shows it instead of what it says.
    ///
    /// - Parameter output: where in the folder it writes.
    /// - Returns: the path of that.
    private func perform(
        _ arguments: [String], writing output: String, in folder: DemoFolder
    ) throws -> String {
        let path = join(out, output)
        let arguments =
            arguments + ["--out", path] + (folder.isMade(output) ? ["--overwrite"] : [])
        try folder.make(output, by: lensLine(arguments)) { try perform(arguments) }
        return path
    }

    private func perform(_ arguments: [String]) throws {
        StandardStreams.warn("$ \(lensLine(arguments))")
        let command = try LensCommand.parseAsRoot(arguments)
        guard let command = command as? any ReportingCommand else {
            preconditionFailure("'\(arguments[0])' is no command of the demo")
        }
        do {
            _ = try Invocation.$arguments.withValue(arguments) { try command.perform() }
        } catch TrainingError.interrupted {
            throw TrainingError.interrupted(folder: nil)
        }
        if Interruption.isRequested { throw TrainingError.interrupted(folder: nil) }
    }
}

/// As much training and as many questions as take 80 seconds for six models on two cores.
private enum Recipe {
    static let window = 256
    static let tokens = 100_000
    /// Of each of the twenty tasks.
    static let questions = 25
}
