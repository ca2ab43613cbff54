import Corpora

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
        /// Of the lens that training started from; with the closed form, of the logit lens.
        package let start: [Double]
        /// Of the closed form, if steps began there.
        package let closedForm: [Double]?
        /// Of the lens that was written.
        package let end: [Double]
        /// Of a closed-form fit: the ridge of each layer's translator, null where it is zero.
        package let ridges: [Double?]?

        enum CodingKeys: String, CodingKey {
            case windows, sha256, start, end, ridges
            case closedForm = "closed_form"
        }

        package init(
            _ windows: TokenWindows, start: [Double], closedForm: [Double]? = nil, end: [Double],
            ridges: [Double?]? = nil
        ) {
            self.windows = windows.count
            sha256 = windows.sha256
            self.start = start
            self.closedForm = closedForm
            self.end = end
            self.ridges = ridges
        }
    }

    enum CodingKeys: String, CodingKey {
        case run, options, windows, documents
        case heldOut = "held_out"
        case natsToBitsPerByte = "nats_to_bits_per_byte"
    }

    package init(
        run: RunRecord, options: LensTrainingOptions, windows: TokenWindows, heldOut: HeldOut?
    ) {
        self.heldOut = heldOut
        self.run = run
        self.options = options
        self.windows = windows.count
        documents = windows.documentCount
        natsToBitsPerByte = windows.natsToBitsPerByte
    }
}
