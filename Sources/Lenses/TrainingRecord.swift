import Corpora

/// `run.json` of a training: what it was told, on which model and data.
package struct TrainingRecord: Codable, Sendable, Equatable {
    package let run: RunRecord
    package let options: LensTrainingOptions
    /// Windows in the data that was read, which training may not have used up.
    package let windows: Int
    package let documents: Int
    package let natsToBitsPerByte: Double

    enum CodingKeys: String, CodingKey {
        case run, options, windows, documents
        case natsToBitsPerByte = "nats_to_bits_per_byte"
    }

    package init(run: RunRecord, options: LensTrainingOptions, windows: TokenWindows) {
        self.run = run
        self.options = options
        self.windows = windows.count
        documents = windows.documentCount
        natsToBitsPerByte = windows.natsToBitsPerByte
    }
}
