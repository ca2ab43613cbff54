import Corpora
import Models
import Tokenization

/// A question as it is fed to a model.
package struct EncodedPrompt: Sendable {
    package let sample: BabilongSample
    package let text: String
    package let ids: [TokenID]
    /// Of the answer as it follows `Answer:`, of which the first is measured.
    package let target: [TokenID]

    /// - Throws: `EvaluationError` where the answer has no token, or one that the model does not know.
    package init(
        _ sample: BabilongSample, form: PromptForm, tokenizer: Tokenizer,
        for configuration: ModelConfiguration
    ) throws {
        self.sample = sample
        text = form.prompt(for: sample)
        ids = tokenizer.encode(text)
        target = tokenizer.encode(PromptForm.answering(sample.target))
        guard let first = target.first, !sample.target.allSatisfy(\.isWhitespace) else {
            throw EvaluationError.emptyTarget(task: sample.task, index: sample.index)
        }
        guard first < configuration.vocabSize else {
            throw EvaluationError.targetOutOfRange(
                task: sample.task, index: sample.index, target: sample.target, id: Int(first),
                rows: configuration.vocabSize)
        }
    }
}
