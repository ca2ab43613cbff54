import Base
import Corpora
import Models
import Results
import Tokenization
import Training

/// What a training does not learn from, and measures itself on.
package struct HeldOutSets: Sendable {
    let sets: [EvaluationSet]
    /// Steps between two measurements; 0 for none but the one after the last step.
    let every: Int

    package init(_ sets: [EvaluationSet] = [], every: Int = 0) {
        self.sets = sets
        self.every = every
    }

    /// Rows of tasks and windows of text, of each so many at most.
    ///
    /// - Parameters:
    ///   - tasks: of each task the rows that are held out.
    ///   - window: prompts lose their beginning beyond so many tokens.
    package init(
        tasks: [TaskRows], text: TokenWindows?, limit: Int, tokenizer: Tokenizer, window: Int,
        every: Int
    ) throws {
        let answers = try tasks.filter { !$0.rows.isEmpty }.map {
            try EvaluationSet(
                task: $0.task, Array($0.rows.prefix(limit)), tokenizer, window: window)
        }
        self.init(answers + (text.map { [EvaluationSet($0)] } ?? []), every: every)
    }

    /// Adds what decides which measurements a training's log gets.
    func add(to identity: inout SnapshotIdentity) {
        guard !sets.isEmpty else { return }
        let sets = sets.map { "\($0.name) \($0.kind) \($0.sequences.sha256)" }
        identity[.option("eval_every")] = "\(every)"
        identity[.source("held_out_sha256")] = SHA256.hex(of: sets.joined(separator: "\n"))
    }

    /// - Returns: nil where nothing is to be measured after so many steps.
    func scores(of model: LanguageModel, step: Int, of steps: Int) throws -> [EvaluationScore]? {
        let schedule = MeasuringSchedule(steps: steps, every: every, atStart: false)
        guard schedule.isDue(after: step), !sets.isEmpty else { return nil }
        return try sets.map { try model.score($0) }
    }
}
