import ArgumentParser

/// `lens eval`: what each layer knows.
struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Measure what each layer knows, read through a lens.",
        subcommands: [EvalBabilongCommand.self, EvalTextCommand.self])
}
