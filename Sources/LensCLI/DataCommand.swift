import ArgumentParser

/// `lens data`: made-up stories and texts whose every answer is known, and tokenizers.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Make questions and texts about small worlds, and tokenizers for them.",
        subcommands: [DataBabiCommand.self, DataTextCommand.self, DataTokenizerCommand.self])
}
