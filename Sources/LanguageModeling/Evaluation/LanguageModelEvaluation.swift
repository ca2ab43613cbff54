import Corpora
import Foundation
import Models
import Results
import Tokenization

extension LanguageModel {
    /// How well it predicts each token of a text but the first of a window from those before.
    ///
    /// - Parameter progress: gets the number of windows done.
    package func perplexity(
        on windows: TokenWindows, origin: RunOrigin = RunOrigin(),
        progress: (Int) -> Void = { _ in }
    ) throws -> PerplexityResult {
        let score = try score(EvaluationSet(windows), progress: progress)
        return PerplexityResult(
            crossEntropy: score.crossEntropy, perplexity: exp(score.crossEntropy),
            bitsPerByte: score.crossEntropy * windows.natsToBitsPerByte,
            predictions: score.predictions, run: try record(origin, windows.sha256))
    }

    /// How many answers are right in every token, each the most probable one after the prompt and the
    /// tokens before it.
    ///
    /// - Parameters:
    ///   - window: prompts lose their beginning beyond so many tokens.
    ///   - progress: gets the number of prompts done.
    package func accuracy(
        on tasks: [TaskRows], tokenizer: Tokenizer, window: Int,
        origin: RunOrigin = RunOrigin(), progress: (Int) -> Void = { _ in }
    ) throws -> AccuracyResult {
        var (scores, done) = ([EvaluationScore](), 0)
        for (task, rows) in tasks {
            let set = try EvaluationSet(task: task, rows, tokenizer, window: window)
            scores.append(try score(set) { progress(done + $0) })
            done += rows.count
        }
        return AccuracyResult(
            tasks: scores, accuracy: scores.meanAccuracy,
            run: try record(origin, sha256(of: tasks.flatMap(\.rows))))
    }

    private func record(_ origin: RunOrigin, _ dataSHA256: String) throws -> RunRecord {
        try RunRecord(
            command: origin.command, version: origin.version, model: self, data: origin.data,
            dataSHA256: dataSHA256)
    }
}

extension [EvaluationScore] {
    /// Over the tasks; nil if there is none.
    package var meanAccuracy: Double? { mean(\.accuracy) }

    /// Of a value over the tasks; nil if there is none.
    package func mean(_ value: (EvaluationScore) -> Double?) -> Double? {
        let values = filter { $0.accuracy != nil }.compactMap(value)
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
