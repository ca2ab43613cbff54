import ArgumentParser
import Base
import CommandOptions
import CommandSupport
import Corpora
import Evaluations
import Foundation
import Models
import Reports
import Results
import Tokenization

/// `lens eval babilong`: how probable the right answer is after each block.
struct EvalBabilongCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "babilong",
        abstract: "Measure after each block how probable the right answer to a question is.",
        discussion: """
            For each prompt and each layer: probability, log-probability and rank of the first \
            token of " " + target at the prompt's last position. Prints means, the share of \
            prompts for which that token comes first, and the median rank; --out gets \
            everything, with 95% bootstrap intervals, and is what `lens plot layers` reads.

              lens eval babilong --model mamba2-370m --lens lenses/mamba2-370m \\
                --data babilong --tasks all --out mamba2.json
              lens eval babilong --model mamba2-370m --lens logit --answer kitchen \\
                --question "Where is Mary?" --context "Mary went to the kitchen."
            """)

    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var lensOptions: LensOptions
    @OptionGroup var questions: QuestionOptions

    @Option(
        help: ArgumentHelp(
            "Print this prompt as it is fed to the model, the first being 1, and end.",
            valueName: "row"))
    var show: Int?

    @Flag(
        help: """
            Also a line for each task: the model's own output, and the block from which on \
            the lens gives more than half of its probability.
            """)
    var perTask = false

    @Option(help: ArgumentHelp("Seed of the bootstrap.", valueName: "n"))
    var seed: UInt64 = 0

    @OptionGroup var place: ResultOptions

    @Flag(help: "Write the text of every prompt to --out, too.")
    var withPrompts = false

    @Option(
        help: ArgumentHelp(
            "Also write the means in the published text format.", valueName: "file"),
        completion: .file(extensions: ["txt"]))
    var upstreamTxt: String?

    var resultPath: String? { place.path }

    func validate() throws {
        try requireNumber(show, "--show", 1...Bounds.many)
        guard !withPrompts || place.path != nil else {
            throw ValidationError(
                "--with-prompts writes to --out; add --out FILE, or --json.")
        }
    }

    func perform() throws -> String {
        try checkDistinct([("--out", place.path), ("--upstream-txt", upstreamTxt)])
        let samples = try questions.samples()
        if let show { return try shown(show, of: samples) }
        let output = try place.path.map { try OutputFile($0, of: "lens eval babilong") }
        let table = try upstreamTxt.map {
            try MadeFile($0, of: "lens eval babilong", by: commandLine, version: version)
        }
        let model = try modelOptions.loadModel(isRecorded: true)
        let lens = try lensOptions.load(for: model)
        let tokenizer = try modelOptions.loadTokenizer(for: model)
        let display = ProgressDisplay("evaluating", unit: "prompts", total: samples.count)
        let result = try BabilongEvaluator.result(
            of: model, through: lens, tokenizer: tokenizer, form: questions.promptForm, on: samples,
            seed: seed, keepsTexts: withPrompts,
            origin: RunOrigin(
                command: commandLine, version: version, data: [questions.data].compactMap(\.self))
        ) { display.update($0) }
        display.finish()
        try output?.write(try result.json(pretty: false))
        try table?.write(content: Data(publishedText(result).utf8))
        return
            ([result.table] + (perTask ? [result.taskTable] : [])
            + (place.path.map { ["result written to \($0)"] } ?? [])).joined(separator: "\n")
    }

    /// The text of a prompt; what else there is to know of it goes to stderr.
    private func shown(_ row: Int, of samples: [BabilongSample]) throws -> String {
        guard row <= samples.count else {
            throw ValidationError(
                "--show \(row): there is no such row among \(counted(samples.count, "prompt")).")
        }
        let model = try modelOptions.loadModel()
        let tokenizer = try modelOptions.loadTokenizer(for: model)
        let prompt = try EncodedPrompt(
            samples[row - 1], form: questions.promptForm, tokenizer: tokenizer,
            for: model.configuration)
        let first = prompt.target[0]
        StandardStreams.warn(
            """
            \(prompt.sample.task), row \(prompt.sample.index) from 0: \
            \(counted(prompt.ids.count, "token")), of which the last is \
            \(quoted(tokenizer.decode(prompt.ids.suffix(1)))); the answer begins with \
            \(quoted(tokenizer.decode([first]))), id \(first)
            """)
        return prompt.text
    }

    private func quoted(_ text: String) -> String { "'\(text.clipped)'" }
}
