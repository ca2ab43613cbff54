import ArgumentParser
import Base
import CommandOptions
import CommandSupport
import Evaluations
import Foundation
import Models
import Reports
import Results

/// `lens eval text`: how far each layer's distribution is from the model's, on text.
struct EvalTextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "text",
        abstract: "Cross entropy, KL and entropy of every layer on text, for both lenses.",
        discussion: """
            Measures the logit lens and, unless --lens is logit, the tuned lens, in nats and in \
            bits per byte.

              lens eval text --model mamba2-370m --lens lenses/mamba2-370m \\
                --data test.jsonl.zst --limit 64 --out text.json
            """)

    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var lensOptions: LensOptions
    @OptionGroup var corpus: CorpusOptions

    @Option(
        help: ArgumentHelp(
            "Windows to use, from the start of the text. (default: all)", valueName: "n"))
    var limit: Int?

    @OptionGroup var place: ResultOptions

    @Option(
        help: ArgumentHelp(
            "Also write tuned-lens's aggregate_metrics.json.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var upstreamJson: String?

    func validate() throws {
        try requireNumber(limit, "--limit")
    }

    func run() throws {
        try checkDistinct([("--out", place.path), ("--upstream-json", upstreamJson)])
        let file = try place.path.map { try OutputFile($0, of: "lens eval text") }
        let metrics = try upstreamJson.map {
            try MadeFile($0, of: "lens eval text", by: commandLine, version: version)
        }
        let model = try modelOptions.loadModel(isRecorded: true)
        let lens = try lensOptions.load(for: model)
        let windows = try corpus.readWindows(
            modelOptions.loadTokenizer(for: model), limit: limit)
        let display = ProgressDisplay(
            "evaluating", unit: "tokens", total: windows.count * windows.window)
        let result = try TextEvaluator.result(
            of: model, through: lens, on: windows,
            origin: RunOrigin(command: commandLine, version: version, data: corpus.data)
        ) { display.update($0 * windows.window) }
        display.finish()
        try file?.write(try result.json(pretty: false))
        try metrics?.write(content: try encodeJSON(result.aggregateMetrics))
        let end = place.path.map { "\nresult written to \($0)" } ?? ""
        try report("\(result.table)\(end)", besides: place.path)
    }
}
