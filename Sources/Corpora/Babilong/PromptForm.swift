/// The forms in which Diff-Mamba's programs put a question to a model; each result depends on its
/// own one to the last space.
package enum PromptForm: String, CaseIterable, Sendable {
    /// Ends in `Answer:`, which `answering(_:)` continues.
    case lens
    /// Ends in `Answer: `; finetuning continues it with the target (`needleText`).
    case needle
    /// Ends in the question, without `Answer:`; the form of text generation with base models.
    case generation

    /// Before a story.
    static let opening = "<context> \n"

    /// A question, up to its answer.
    static func asking(_ question: String) -> String { "Question: \(question) Answer:" }

    /// An answer as it follows `Answer:`. Measurements take its first token after every form: also after
    /// `needle`, whose space then stands twice, and `generation`, as upstream does.
    package static func answering(_ target: String) -> String { " \(target)" }

    package func prompt(for sample: BabilongSample) -> String {
        switch self {
        case .lens:
            Self.opening + sample.input + "\n</context>\n\n" + Self.asking(sample.question)
        case .needle:
            Self.lens.prompt(for: sample) + " "
        case .generation:
            "<context>\n\(sample.input.stripped)\n</context>\n\nQuestion: \(sample.question)"
                .stripped
        }
    }
}

extension BabilongSample {
    /// The whole text that needle finetuning trains on: the prompt and the target.
    package var needleText: String {
        PromptForm.lens.prompt(for: self) + PromptForm.answering(target)
    }
}
