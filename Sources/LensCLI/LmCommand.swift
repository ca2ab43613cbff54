import ArgumentParser

/// `lens lm`: the models themselves.
struct LmCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lm",
        abstract: "Train, evaluate and run language models.",
        subcommands: [LmTrainCommand.self, LmEvalCommand.self, LmGenerateCommand.self])
}
