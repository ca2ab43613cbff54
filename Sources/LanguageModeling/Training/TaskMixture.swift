import Corpora
import Tokenization

/// Rows of a task.
package typealias TaskRows = (task: String, rows: [BabilongSample])

/// How prompts of tasks are learnt, and text beside them.
package struct TaskMixture: Sendable {
    /// Weight of the tokens before the answer, whose own is 1.
    package var promptWeight: Float = 0
    /// Share of whole stories, with every question where it was asked, among the sequences drawn for
    /// tasks; the others are prompts.
    package var storyShare = 0.0
    /// How often rows of tasks are drawn, where those of the others are drawn once; nil for all equally
    /// often.
    package var weights: [String: Double]?
    /// Rows at the end of every task that are not learnt.
    package var holdOut = 100
    /// Share of the windows of text among all sequences drawn, and the weight of their tokens.
    package var textShare = 0.2
    package var textWeight: Float = 1

    package init() {}

    /// The rows of every task that are not learnt.
    package func heldOut(of tasks: [TaskRows]) -> [TaskRows] {
        tasks.map { ($0.task, $0.rows.suffix(holdOut)) }
    }
}

extension TrainingMixture {
    /// Rows of all tasks are one set, unless they are to be drawn more or less often.
    ///
    /// - Parameters:
    ///   - text: windows to learn beside the tasks.
    ///   - window: sequences lose their beginning beyond so many tokens.
    /// - Throws: `LanguageModelingError.allHeldOut`, `.noLabels`.
    package init(
        _ tasks: [TaskRows], text: TokenWindows? = nil, as mixture: TaskMixture,
        tokenizer: Tokenizer, window: Int
    ) throws {
        let holdOut = mixture.holdOut
        if holdOut > 0, let (task, rows) = tasks.first(where: { $0.rows.count <= holdOut }) {
            throw LanguageModelingError.allHeldOut(
                task: task, rows: rows.count, holdOut: holdOut)
        }
        let groups = mixture.weights == nil ? [tasks] : tasks.map { [$0] }
        var parts: [Part] = []
        for tasks in groups {
            let samples = tasks.flatMap { $0.rows.dropLast(holdOut) }
            let weight = Double(samples.count) * (mixture.weights?[tasks[0].task] ?? 1)
            if mixture.storyShare < 1 {
                let prompts = try TrainingSequences(
                    samples, tokenizer: tokenizer, promptWeight: mixture.promptWeight,
                    window: window)
                parts.append(Part(prompts, weight: weight * (1 - mixture.storyShare)))
            }
            if mixture.storyShare > 0 {
                let whole = try TrainingSequences(
                    stories: StoryRows.groups(of: samples), tokenizer: tokenizer,
                    promptWeight: mixture.promptWeight, window: window)
                parts.append(Part(whole, weight: weight * mixture.storyShare))
            }
        }
        if let text {
            let sum = parts.reduce(0) { $0 + $1.weight }
            parts.append(
                Part(
                    TrainingSequences(text, weight: mixture.textWeight),
                    weight: sum * mixture.textShare / (1 - mixture.textShare)))
        }
        self.init(parts)
    }
}
