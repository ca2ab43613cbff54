import Base

/// One question of a bAbI or BABILong task.
package struct BabilongSample: Sendable, Equatable {
    /// `qa1` ... `qa20`.
    package let task: String
    /// Row among the task's rows, from 0.
    package let index: Int
    /// What the question is about, without line numbers.
    package let input: String
    /// As the data set has it: in tasks 1-3 and 5-14 it ends in a space, and the prompts keep it.
    package let question: String
    package let target: String
    /// Which sentences of `input`, from 0, the answer follows from; nil where the source does not
    /// say, as in BABILong's JSON files.
    package let supportingFacts: [Int]?

    package init(
        task: String, index: Int, input: String, question: String, target: String,
        supportingFacts: [Int]? = nil
    ) {
        self.task = task
        self.index = index
        self.input = input
        self.question = question
        self.target = target
        self.supportingFacts = supportingFacts
    }
}

/// SHA-256 over the rows of an evaluation: the same rows give the same hash, whatever file held
/// them.
package func sha256(of samples: [BabilongSample]) -> String {
    let hash = SHA256()
    for sample in samples {
        for field in [sample.task, sample.input, sample.question, sample.target] {
            hash.update(field + "\0")
        }
    }
    return hash.finalize()
}
