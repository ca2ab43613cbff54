/// What is said of a token by the distribution after a block: how near the right answer is.
package enum LayerMetric: String, CaseIterable, Sendable {
    case probability
    case logProbability = "log-probability"
    case rank

    /// On an axis.
    package var title: String {
        switch self {
        case .probability: "Target probability"
        case .logProbability: "Target log-probability [nats]"
        case .rank: "Target rank"
        }
    }

    /// In a result.
    package var key: String { self == .logProbability ? "log_probability" : rawValue }

    /// Whether a mean can have the value, rounding aside.
    func allows(_ mean: Double) -> Bool {
        switch self {
        case .probability: (0...1 + 1e-6).contains(mean)
        case .logProbability: mean <= 1e-6
        case .rank: mean >= 1 && mean.isFinite
        }
    }

    /// The values that `allows` lets through, for people.
    var range: String {
        switch self {
        case .probability: "0 to 1"
        case .logProbability: "a number of nats up to 0"
        case .rank: "a number from 1 on"
        }
    }
}
