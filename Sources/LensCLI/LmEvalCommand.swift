import ArgumentParser
import Base
import CommandOptions
import CommandSupport
import Corpora
import Foundation
import LanguageModeling
import Lenses
import Models
import Reports
import Results

/// `lens lm eval`: how well a model predicts text or answers questions.
struct LmEvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Measure a model's perplexity on text, or how many questions it answers.",
        discussion: """
            Of text every token of a window but the first is predicted from those before it in the \
            window. With --tasks only the answers are: the share is counted of those that are right \
            in every token, each the most probable one after the prompt and the tokens before it.

              lens lm eval --model mamba2-370m --data test.jsonl.zst --window 1024
              lens lm eval --model models/finetuned --data babilong --tasks qa1-qa5
            """)

    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var corpus: CorpusOptions
    @OptionGroup var task: TaskOptions

    @Option(
        help: ArgumentHelp(
            """
            Windows to use, from the start of the text; with --tasks rows of every task, the last \
            ones. (default: all; with --tasks 100)
            """, valueName: "n"))
    var limit: Int?

    @OptionGroup var place: ResultOptions

    func validate() throws {
        try task.check(corpus.data)
        try requireNumber(limit, "--limit")
    }

    func run() throws {
        let output = try place.path.map { try OutputFile($0, of: "lens lm eval") }
        let model = try modelOptions.loadModel(isRecorded: true)
        let origin = RunOrigin(command: commandLine, version: version, data: corpus.data)
        if let rows = try task.readRows(corpus.data) {
            let tasks = rows.map { ($0.task, rows: Array($0.rows.suffix(limit ?? 100))) }
            try evaluate(model, tasks, origin, output)
        } else {
            try evaluateText(model, origin, output)
        }
    }

    private func evaluateText(
        _ model: LanguageModel, _ origin: RunOrigin, _ output: OutputFile?
    ) throws {
        let windows = try corpus.readWindows(
            modelOptions.loadTokenizer(for: model), limit: limit)
        let display = ProgressDisplay("evaluating", unit: "windows", total: windows.count)
        let result = try model.perplexity(on: windows, origin: origin) { display.update($0) }
        display.finish()
        try report(
            """
            \(counted(result.predictions, "prediction")) in \(counted(windows.count, "window")) of \(windows.window) tokens:
            cross entropy \(decimal(result.crossEntropy)) nats, perplexity \(decimal(result.perplexity)), \
            \(decimal(result.bitsPerByte)) bits per byte
            """, besides: place.path)
        try write(result, to: output)
    }

    private func evaluate(
        _ model: LanguageModel, _ tasks: [TaskRows], _ origin: RunOrigin, _ output: OutputFile?
    ) throws {
        let tokenizer = try modelOptions.loadTokenizer(for: model)
        let display = ProgressDisplay(
            "evaluating", unit: "prompts", total: tasks.reduce(0) { $0 + $1.rows.count })
        let result = try model.accuracy(
            on: tasks, tokenizer: tokenizer, window: corpus.window, origin: origin
        ) { display.update($0) }
        display.finish()
        try report(
            "Answers that are right in every token:\n\(result.tasks.table)", besides: place.path)
        try write(result, to: output)
    }

    private func write(_ result: some ResultDocument, to output: OutputFile?) throws {
        guard let output else { return }
        try output.write(try result.json())
        try report("result written to \(output.path)", besides: place.path)
    }
}
