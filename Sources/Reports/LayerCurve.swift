import Plotting

/// One result's mean of a metric at every position of a model, as read from a result file.
package struct LayerCurve: Sendable {
    package struct Point: Hashable, Sendable {
        package let position: LayerPosition
        /// In the unit of the metric; NaN or infinite where the result says so.
        package let mean: Double
        package let interval: Interval?

        package init(position: LayerPosition, mean: Double, interval: Interval? = nil) {
            self.position = position
            self.mean = mean
            self.interval = interval
        }
    }

    /// Name in a legend.
    package var label: String
    /// N, the model's number of blocks.
    package let layerCount: Int
    /// Lenses by rising number of blocks, then the output.
    package let points: [Point]
    package let provenance: ResultProvenance

    package init(
        label: String, layerCount: Int, points: [Point], provenance: ResultProvenance
    ) {
        self.label = label
        self.layerCount = layerCount
        self.points = points
        self.provenance = provenance
    }
}

/// Where a curve comes from.
package struct ResultProvenance: Hashable, Sendable {
    /// As the caller gave it.
    package let path: String
    /// SHA-256 of the result file, hexadecimal.
    package let sha256: String
    /// What the result says about its making; empty for published results, which say nothing.
    package let run: RunDescription
    /// How many prompts the result is over; nil where it does not say.
    package let prompts: Int?

    package init(
        path: String, sha256: String, run: RunDescription = RunDescription(), prompts: Int? = nil
    ) {
        self.prompts = prompts
        self.path = path
        self.sha256 = sha256
        self.run = run
    }
}

/// The part of a result's `run` that figures repeat; results may lack any of it.
package struct RunDescription: Hashable, Sendable, Decodable {
    package var model: String?
    package var lens: String?
    package var modelSHA256: String?
    package var lensSHA256: String?
    package var dataSHA256: String?
    package var command: String?
    package var architecture: String?
    package var promptForm: String?
    package var gatedNorm: String?
    package var modelTraining: Training?

    /// How the model was trained.
    package struct Training: Hashable, Sendable, Decodable {
        package let options: [String: String]
        package let dataSHA256: String

        enum CodingKeys: String, CodingKey {
            case options
            case dataSHA256 = "data_sha256"
        }
    }

    package init() {}

    enum CodingKeys: String, CodingKey {
        case model, lens, command, architecture
        case promptForm = "prompt_form"
        case gatedNorm = "gated_norm"
        case modelTraining = "model_training"
        case modelSHA256 = "model_sha256"
        case lensSHA256 = "lens_sha256"
        case dataSHA256 = "data_sha256"
    }
}

/// What a curve shows: how near the right answer is.
package enum LayerMetric: String, CaseIterable, Sendable {
    case probability
    case logProbability = "log-probability"
    case rank

    package var title: String {
        switch self {
        case .probability: "Target probability"
        case .logProbability: "Target log-probability [nats]"
        case .rank: "Target rank"
        }
    }
}
