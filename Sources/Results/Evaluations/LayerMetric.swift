/// What results say of the distribution after a block.
package enum LayerMetric: String, CaseIterable, Sendable {
    // Of the token of the right answer, as `BabilongResult` has it.
    case probability
    case logProbability = "log-probability"
    case rank
    // On text, as `TextResult` has it.
    /// KL divergence of the model's own distribution from this one.
    case kl
    /// With the token that follows.
    case crossEntropy = "ce"
    case entropy

    package static let ofAnswers: [LayerMetric] = [.probability, .logProbability, .rank]
    package static let ofText: [LayerMetric] = [.kl, .crossEntropy, .entropy]

    /// On an axis, without the unit of what is measured on text.
    package var title: String {
        switch self {
        case .probability: "Target probability"
        case .logProbability: "Target log-probability [nats]"
        case .rank: "Target rank"
        case .kl: "KL divergence from the model's output"
        case .crossEntropy: "Cross entropy"
        case .entropy: "Entropy"
        }
    }

    /// In a result.
    package var key: String {
        switch self {
        case .logProbability: "log_probability"
        case .crossEntropy: "cross_entropy"
        default: rawValue
        }
    }

    /// Whether a mean can have the value, rounding aside.
    func allows(_ mean: Double) -> Bool {
        switch self {
        case .probability: (0...1 + 1e-6).contains(mean)
        case .logProbability: mean <= 1e-6
        case .rank: mean >= 1 && mean.isFinite
        case .kl, .crossEntropy, .entropy: mean >= -1e-4 && mean.isFinite
        }
    }

    /// The values that `allows` lets through, for people.
    var range: String {
        switch self {
        case .probability: "0 to 1"
        case .logProbability: "a number of nats up to 0"
        case .rank: "a number from 1 on"
        case .kl, .crossEntropy, .entropy: "a number from 0 on"
        }
    }
}

/// In what the information of a text is counted.
package enum InformationUnit: String, CaseIterable, Sendable {
    /// A token.
    case nats
    case bitsPerByte = "bits-per-byte"

    package var title: String {
        switch self {
        case .nats: "nats a token"
        case .bitsPerByte: "bits per byte"
        }
    }
}

/// What stands for many prompts.
package enum PromptAverage: String, CaseIterable, Sendable {
    /// With its 95% interval.
    case mean
    /// With the quartiles.
    case median
}
