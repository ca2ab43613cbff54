import Base
import Corpora
import Evaluations
import Models
import Results

/// How probable the right answers of BABILong are after each block.
public struct AnswerProbabilities: Sendable {
    /// A mean over prompts and its 95% bootstrap interval; the interval is nil for a single prompt.
    public struct Estimate: Sendable, Equatable {
        public let mean: Double
        public let interval: ClosedRange<Double>?
    }

    /// After 1, 2, … blocks, and last the model's own output.
    public let probability: [Estimate]
    /// How many prompts the means are over.
    public let promptCount: Int
    private let result: BabilongResult

    /// Asks BABILong's questions and reads the answer's probability after each block.
    ///
    /// - Parameters:
    ///   - lens: what reads each block's stream.
    ///   - tokenizer: that of the model.
    ///   - data: a BABILong folder (`qa1/0k.json`), a file of one, or a bAbI folder.
    ///   - length: of the contexts, as BABILong spells it.
    ///   - tasks: `qa1` to `qa20`; all if nil.
    ///   - last: so many rows of each task, from the end.
    ///   - seed: of the bootstrap.
    ///   - progress: told the number of prompts done.
    public init(
        through lens: Lens, tokenizer: Tokenizer, data: String, length: String = "0k",
        tasks: [String]? = nil, last: Int = 100, seed: UInt64 = 0,
        progress: (Int) -> Void = { _ in }
    ) throws(Failure) {
        let result = try facing {
            try BabilongEvaluator.result(
                of: lens.model.model, through: lens.lens, tokenizer: tokenizer.tokenizer,
                form: .lens,
                on: BabilongEvaluator.samples(
                    data: data, length: length, tasks: tasks ?? BabilongTasks.all, last: last),
                seed: seed, origin: RunOrigin(data: [data]), progress: progress)
        }
        self.result = result
        probability = (result.layers.map(\.row) + [result.output]).compactMap { row in
            row.probability.map(Estimate.init)
        }
        promptCount = result.count ?? 0
    }

    /// Writes the JSON that `lens eval babilong` writes, which plots read.
    public func write(to path: String) throws(Failure) {
        try facing { try writeFile(try result.json(), to: path) }
    }
}

extension AnswerProbabilities.Estimate {
    fileprivate init(_ estimate: Results.Estimate) {
        mean = estimate.mean
        interval = estimate.ci95.flatMap { $0.count == 2 ? $0[0]...$0[1] : nil }
    }
}
