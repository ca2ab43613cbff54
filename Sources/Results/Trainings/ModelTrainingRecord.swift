/// `run.json` of a language model: what its training was told, and from where it started.
///
/// - Parameter Options: the trainer's own.
package struct ModelTrainingRecord<Options: Codable & Sendable & Equatable>: ResultDocument {
    package static var schema: String { "statelens/model-training/1" }

    package let run: RunRecord
    /// The model folder or configuration that training started from.
    package let start: String
    package let options: Options
    package let parameters: Int
    package let sequences: Int

    package init(
        run: RunRecord, start: String, options: Options, parameters: Int, sequences: Int
    ) {
        self.run = run
        self.start = start
        self.options = options
        self.parameters = parameters
        self.sequences = sequences
    }
}
