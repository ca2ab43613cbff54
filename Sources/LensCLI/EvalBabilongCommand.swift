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

extension PromptForm: ExpressibleByArgument {}

/// `lens eval babilong`: how probable the right answer is after each block.
struct EvalBabilongCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "babilong",
        abstract: "Measure after each block how probable the right answer to a question is.",
        discussion: """
            For each prompt and each layer: probability, log-probability and rank of the first \
            token of " " + target at the prompt's last position. Prints the means; --out gets \
            everything, with 95% bootstrap intervals, and is what `lens plot layers` reads.

              lens eval babilong --model mamba2-370m --lens lenses/mamba2-370m \\
                --data babilong --tasks all --out mamba2.json
            """)

    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var lensOptions: LensOptions

    @Option(
        help: ArgumentHelp(
            "BABILong folder (qa1/0k.json), a .json or .jsonl file, or a bAbI folder.",
            valueName: "path"))
    var data: String

    @Option(help: "Context length, as BABILong spells it.")
    var length = "0k"

    @Option(help: ArgumentHelp("Comma-separated tasks, or all.", valueName: "qa1,qa4|all"))
    var tasks = "all"

    @Option(help: "Use the last so many rows of every task.")
    var last = 100

    @Option(
        help: """
            Form of the prompt: lens ends in "Answer:", needle in "Answer: " as finetuning has \
            it, generation in the question.
            """)
    var prompt = PromptForm.lens

    @Option(help: "Seed of the bootstrap.")
    var seed: UInt64 = 0

    @Option(help: ArgumentHelp("The JSON result to write; - prints it.", valueName: "file"))
    var out: String

    @Option(
        help: ArgumentHelp(
            "Also write the means in the published text format.", valueName: "file"))
    var upstreamTxt: String?

    var resultPath: String? { out }

    func validate() throws {
        try requireNumber(last, "--last")
    }

    func perform() throws -> String {
        try checkDistinct([("--out", out), ("--upstream-txt", upstreamTxt)])
        let output = try OutputFile(out, of: "lens eval babilong")
        let table = try upstreamTxt.map {
            try MadeFile($0, of: "lens eval babilong", by: commandLine, version: version)
        }
        let tasks = try BabilongTasks.parse(tasks)
        let samples = try BabilongEvaluator.samples(
            data: data, length: length, tasks: tasks, last: last)
        let model = try modelOptions.loadModel(isRecorded: true)
        let lens = try lensOptions.load(for: model)
        let tokenizer = try modelOptions.loadTokenizer(for: model)
        let display = ProgressDisplay("evaluating", unit: "prompts", total: samples.count)
        let result = try BabilongEvaluator.result(
            of: model, through: lens, tokenizer: tokenizer, form: prompt, on: samples, seed: seed,
            origin: RunOrigin(command: commandLine, version: version, data: [data])
        ) { display.update($0) }
        display.finish()
        try output.write(try result.json(pretty: false))
        try table?.write(content: Data(publishedText(result).utf8))
        return "\(result.table)\nresult written to \(out)"
    }
}
