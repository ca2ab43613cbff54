import ArgumentParser
import Files
import Foundation
import LanguageModeling
import Lenses
import Reports

/// `lens lm eval`: how well a model predicts text.
struct LmEvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Measure a model's perplexity and bits per byte on text.",
        discussion: """
            Every token of a window but the first is predicted from those before it in the window.

              lens lm eval --model mamba2-370m --data test.jsonl.zst --window 1024
            """)

    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var corpus: CorpusOptions

    @Option(help: "Windows to use, from the start of the text. (default: all)")
    var windows: Int?

    @Option(help: ArgumentHelp("The JSON result to write. (default: none)", valueName: "file"))
    var out: String?

    func validate() throws {
        if let windows, windows < 1 {
            throw ValidationError("--windows is \(windows), expected at least 1.")
        }
    }

    func run() throws {
        if let out { try checkWritable(out) }
        let model = try modelOptions.loadModel()
        let windows = try corpus.readWindows(
            modelOptions.loadTokenizer(for: model), limit: windows)
        let sequences = TrainingSequences(windows)
        let display = ProgressDisplay("evaluating", unit: "windows", total: sequences.count)
        let (nats, weight) = try model.crossEntropy(of: sequences) { display.update($0) }
        display.finish()
        let result = Result(
            crossEntropy: nats, perplexity: exp(nats),
            bitsPerByte: nats * windows.natsToBitsPerByte, predictions: Int(weight),
            run: try RunRecord(
                command: commandLine, version: version, model: model, data: corpus.data,
                dataSHA256: windows.sha256))
        print(
            """
            \(result.predictions) predictions in \(windows.count) windows of \(windows.window) tokens:
            cross entropy \(decimal(nats)) nats, perplexity \(decimal(result.perplexity)), \
            \(decimal(result.bitsPerByte)) bits per byte
            """)
        guard let out else { return }
        try writeFile(try encodeJSON(result), to: out)
        print("result written to \(out)")
    }

    private struct Result: Encodable {
        /// In nats a token.
        let crossEntropy: Double
        let perplexity: Double
        let bitsPerByte: Double
        let predictions: Int
        let run: RunRecord

        enum CodingKeys: String, CodingKey {
            case perplexity, predictions, run
            case crossEntropy = "cross_entropy"
            case bitsPerByte = "bits_per_byte"
        }
    }
}
