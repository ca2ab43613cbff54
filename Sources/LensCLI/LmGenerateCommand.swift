import CommandSupport
import ArgumentParser
import Base
import Foundation
import LanguageModeling
import Tokenization

/// `lens lm generate`: a model goes on with a text.
struct LmGenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Continue a text with a model, token by token.",
        discussion: """
            Writes the continuation to stdout as it comes, and the rate to stderr. Without a prompt \
            the model starts from its end-of-text token.

              lens lm generate "Mary went to the" --model mamba2-370m --temperature 0
            """)

    @Argument(help: ArgumentHelp("The text to continue.", valueName: "prompt"))
    var prompt = ""

    @OptionGroup var modelOptions: ModelOptions

    @Option(help: "Tokens at most.")
    var limit = 100

    @Option(help: "Spread of the choice; 0 takes the most probable token.")
    var temperature = 1.0

    @Option(help: "Choose among so many of the most probable tokens. (default: all)")
    var topK: Int?

    @Option(help: "Choose among the most probable tokens with so much probability together.")
    var topP = 1.0

    @Option(help: "Choose among tokens with so much of the most probable one's probability.")
    var minP = 0.0

    @Option(help: "Factor that makes tokens which occurred less likely; 1 for none.")
    var repetitionPenalty = 1.0

    @Option(help: "Seed of the choice.")
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
        var ids = tokenizer.encode(prompt)
        if ids.isEmpty {
            guard let end = tokenizer.endOfText else {
                throw CommandError.noEndOfText(path: tokenizer.path)
            }
            ids = [end]
        }
        var options = Sampler.Options()
        options.temperature = temperature
        options.topK = topK
        options.topP = topP
        options.minP = minP
        options.repetitionPenalty = repetitionPenalty
        var sampler = Sampler(options, seed: seed)
        var stream = DecodingStream(tokenizer)
        Interruption.catchSignals()
        var start = ContinuousClock.now
        var count = 0
        try model.generate(
            after: ids, limit: limit, stop: ignoreEnd ? nil : tokenizer.endOfText,
            sampler: &sampler
        ) { id in
            // The first token's time is the prompt's.
            if count == 0 { start = .now }
            count += 1
            try StandardStreams.write(Array(stream.text(adding: id).utf8))
            return !Interruption.isRequested
        }
        try StandardStreams.write(Array("\(stream.rest)\n".utf8))
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let rate = count > 1 && seconds > 0 ? ", \(Int(Double(count - 1) / seconds)) tokens/s" : ""
        StandardStreams.warn(counted(count, "token") + rate)
    }
}
