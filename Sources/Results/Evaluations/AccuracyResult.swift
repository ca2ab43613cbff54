/// What `lens lm eval --tasks` writes: how many answers are right.
package struct AccuracyResult: ResultDocument {
    package static let schema = "statelens/accuracy-result/1"

    package let tasks: [EvaluationScore]
    /// Mean over the tasks.
    package let accuracy: Double?
    package let run: RunRecord

    package init(tasks: [EvaluationScore], accuracy: Double?, run: RunRecord) {
        self.tasks = tasks
        self.accuracy = accuracy
        self.run = run
    }
}
