/// `run.json` of a lens: what its training was told, on which model and data.
///
/// - Parameter Options: the trainer's own.
package struct LensTrainingRecord<Options: Codable & Sendable & Equatable>: ResultDocument {
    package static var schema: String { "statelens/lens-training/1" }

    package let run: RunRecord
    package let options: Options
    /// Windows to train on.
    package let windows: Int
    /// Absent where nothing was held out.
    package let heldOut: HeldOutLosses?
    package let documents: Int
    package let natsToBitsPerByte: Double

    enum CodingKeys: String, CodingKey {
        case run, options, windows, documents
        case heldOut = "held_out"
        case natsToBitsPerByte = "nats_to_bits_per_byte"
    }

    package init(
        run: RunRecord, options: Options, windows: Int, heldOut: HeldOutLosses?, documents: Int,
        natsToBitsPerByte: Double
    ) {
        self.run = run
        self.options = options
        self.windows = windows
        self.heldOut = heldOut
        self.documents = documents
        self.natsToBitsPerByte = natsToBitsPerByte
    }
}

/// Windows that training did not take, and what each layer's loss on them was, in nats.
package struct HeldOutLosses: Codable, Sendable, Equatable {
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
        windows: Int, sha256: String, start: [Double], closedForm: [Double]? = nil,
        end: [Double], ridges: [Double?]? = nil
    ) {
        self.windows = windows
        self.sha256 = sha256
        self.start = start
        self.closedForm = closedForm
        self.end = end
        self.ridges = ridges
    }
}
