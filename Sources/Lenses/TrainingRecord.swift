import Corpora
import Files

/// `run.json` of a training: what it was told, on which model and data.
package struct TrainingRecord: Codable, Sendable, Equatable {
    package let run: RunRecord
    package let options: LensTrainingOptions
    /// Windows to train on.
    package let windows: Int
    /// Absent where nothing was held out.
    package let heldOut: HeldOut?
    package let documents: Int
    package let natsToBitsPerByte: Double

    /// Windows that training did not take, and what each layer's loss on them was, in nats.
    package struct HeldOut: Codable, Sendable, Equatable {
        package let windows: Int
        /// Over their token ids.
        package let sha256: String
        package let start: [Double]
        /// Of the lens that was written.
        package let end: [Double]
    }

    enum CodingKeys: String, CodingKey {
        case run, options, windows, documents
        case heldOut = "held_out"
        case natsToBitsPerByte = "nats_to_bits_per_byte"
    }

    /// - Parameters:
    ///   - measured: losses on `heldOut`, in order.
    ///   - smallest: of the best translators, if these were written and not the last.
    package init(
        run: RunRecord, options: LensTrainingOptions, windows: TokenWindows,
        heldOut: TokenWindows, measured: [HeldOutReport<[Double]>], smallest: [Double]?
    ) {
        // Both are in the log unless it was lost while training was interrupted.
        if let first = measured.first, let last = measured.last, first.step == 0,
            last.step == options.steps
        {
            self.heldOut = HeldOut(
                windows: heldOut.count, sha256: heldOut.sha256, start: first.scores,
                end: smallest ?? last.scores)
        } else {
            self.heldOut = nil
        }
        self.run = run
        self.options = options
        self.windows = windows.count
        documents = windows.documentCount
        natsToBitsPerByte = windows.natsToBitsPerByte
    }
}
