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
            predictions: score.predictions, run: try origin.record(self, dataSHA256: windows.sha256)
        )
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
            run: try origin.record(self, dataSHA256: sha256(of: tasks.flatMap(\.rows))))
    }
}
