import Reports
import Results
import Testing

/// What is printed of answers.
struct EvaluationTablesTests {
    /// - Parameter readings: by prompt: probabilities and ranks after two blocks, then of the output.
    private func result(_ readings: [String: [[(Double, Int)]]]) -> BabilongResult {
        let prompts = readings.sorted { $0.key < $1.key }.flatMap { task, prompts in
            prompts.enumerated().map { index, readings in
                BabilongResult.Prompt(
                    task: task, index: index, tokens: 5, target: "x", targetID: 1, targetTokens: 1,
                    readings: readings.map {
                        TokenReading(probability: $0.0, logProbability: -$0.0, rank: $0.1)
                    })
            }
        }
        return BabilongResult(prompts: prompts, run: RunRecord(), seed: 0)
    }

    @Test("how often the answer comes first, and its median rank beside the mean")
    func ranks() {
        let same = [(0.25, 4), (0.5, 1), (0.5, 1)]
        let table = result(["qa1": [same, same, [(0.25, 100), (0.5, 2), (0.5, 1)]]]).table
        #expect(
            table == """
                Probability of the right answer after each block, 3 prompts:
                blocks  probability   95% interval  log-probability  comes first  mean rank  median rank
                     1       0.2500  0.2500–0.2500           -0.250        0.000       36.0          4.0
                     2       0.5000  0.5000–0.5000           -0.500        0.667        1.3          1.0
                output       0.5000  0.5000–0.5000           -0.500        1.000        1.0          1.0
                """)
    }

    @Test("a line for each task, in the order of their numbers")
    func tasks() {
        let table = result([
            "qa2": [[(0.1, 1), (0.3, 1), (0.8, 3)]],
            "qa10": [[(0.1, 1), (0.3, 1), (0.5, 1)], [(0.1, 1), (0.3, 1), (0.5, 2)]],
        ]).taskTable
        #expect(
            table == """
                The model's own output, task by task:
                task  prompts  probability   95% interval  log-probability  comes first  mean rank  median rank  half from block
                qa2         1       0.8000              -           -0.800        0.000        3.0          3.0
                qa10        2       0.5000  0.5000–0.5000           -0.500        0.500        1.5          1.5                2
                """)
    }
}
