import ArgumentParser
import Base
import CommandOptions
import CommandSupport
import Foundation
import LanguageModeling
import Tokenization

/// `lens lm generate`: a model goes on with a text.
struct LmGenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Continue a text with a model, token by token.",
        discussion: """
            Writes the continuation to stdout as it comes, and the rate to stderr. Without a text \
            the model starts from its end-of-text token.

              lens lm generate "Mary went to the" --model mamba2-370m --temperature 0
            """)

    @OptionGroup var text: OneTextOptions

    @OptionGroup var modelOptions: ModelOptions

    @Option(help: ArgumentHelp("Tokens at most.", valueName: "n"))
    var limit = 100

    @Option(
        help: ArgumentHelp("Spread of the choice; 0 takes the most probable token.", valueName: "x")
    )
    var temperature = 1.0

    @Option(
        help: ArgumentHelp(
            "Choose among so many of the most probable tokens. (default: all)", valueName: "n"))
    var topK: Int?

    @Option(
        help: ArgumentHelp(
            "Choose among the most probable tokens with so much probability together.",
            valueName: "x"))
    var topP = 1.0

    @Option(
        help: ArgumentHelp(
            "Choose among tokens with so much of the most probable one's probability.",
            valueName: "x"))
    var minP = 0.0

    @Option(
        help: ArgumentHelp(
            "Factor that makes tokens which occurred less likely; 1 for none.", valueName: "x"))
    var repetitionPenalty = 1.0

    @Option(help: ArgumentHelp("Seed of the choice.", valueName: "n"))
    var seed: UInt64 = 42

    @Flag(help: "Go on after the end-of-text token.")
    var ignoreEnd = false

    func validate() throws {
        try requireNumber(limit, "--limit")
        try requireNumber(temperature, "--temperature", 0...)
        try requireNumber(topK, "--top-k")
        try requirePositive(topP, "--top-p", to: 1)
        try requireNumber(minP, "--min-p", 0...1)
        try requirePositive(repetitionPenalty, "--repetition-penalty")
    }

    func run() throws {
        let model = try modelOptions.loadModel()
        let tokenizer = try modelOptions.loadTokenizer(for: model)
        let prompt = try text.read()?.string() ?? ""
        var options = Sampler.Options()
        options.temperature = temperature
        options.topK = topK
        options.topP = topP
        options.minP = minP
        options.repetitionPenalty = repetitionPenalty
        Interruption.catchSignals()
        let rate = try model.generate(
            after: prompt, tokenizer: tokenizer, limit: limit, options: options, seed: seed,
            goesOn: ignoreEnd
        ) { text in
            try StandardStreams.write(Array(text.utf8))
            return !Interruption.isRequested
        }
        try StandardStreams.write(Array("\n".utf8))
        let speed = rate.tokensPerSecond.map { ", \(Int($0)) tokens/s" } ?? ""
        StandardStreams.warn(counted(rate.tokens, "token") + speed)
    }
}
