/// A number that a reading has for each block and position; raw values are the keys of its JSON.
///
/// With p the model's own distribution of the next token, q_b the one read after b blocks and y the
/// target; all logarithms are natural. Of tuned-lens's statistics cross entropy, entropy, rank and largest
/// probability are those of these names, and its "forward KL" is `kl`; its "JS" is half of Jeffreys'
/// divergence and its "TV" the largest difference, here both are what their names say.
package enum ReadingQuantity: String, CaseIterable, Codable, Sendable {
    /// `q_b(y)`.
    case probability
    /// `log q_b(y)`, in nats.
    case logProbability = "log_probability"
    /// Of y under q_b: 1 for the most probable token, ties in its favour.
    case rank
    /// `−log q_b(y)`, in nats.
    case crossEntropy = "cross_entropy"
    /// `−Σ_v q_b(v) log q_b(v)`, in nats.
    case entropy
    /// `KL(p ‖ q_b) = Σ_v p(v) log(p(v) / q_b(v))`, in nats; tuned-lens's forward KL.
    case kl
    /// `KL(q_{b−1} ‖ q_b)`, in nats: what the block changed. None in the first row. Not what tuned-lens calls
    /// forward KL, which is `kl`.
    case forwardKL = "forward_kl"
    /// Jensen–Shannon: `½ KL(p ‖ m) + ½ KL(q_b ‖ m)` with `m = (p + q_b) / 2`, in nats, at most log 2.
    case js
    /// Total variation: `½ Σ_v |p(v) − q_b(v)|`, at most 1.
    case tv
    /// `log q_b(y) − log p(y)`, in nats.
    case logProbabilityDifference = "log_probability_difference"
    /// `max_v q_b(v)`.
    case maxProbability = "max_probability"

    /// For an axis, a colour bar, a menu.
    package var title: String {
        switch self {
        case .probability: "probability of the target"
        case .logProbability: "log-probability of the target (nats)"
        case .rank: "rank of the target"
        case .crossEntropy: "cross entropy with the target (nats)"
        case .entropy: "entropy (nats)"
        case .kl: "KL(model ‖ block) (nats)"
        case .forwardKL: "KL(block before ‖ block) (nats)"
        case .js: "Jensen–Shannon divergence from the model (nats)"
        case .tv: "total variation from the model"
        case .logProbabilityDifference: "log-probability of the target less the model's (nats)"
        case .maxProbability: "probability of the best token"
        }
    }

    /// Whether it says something of the target, so that there is none where there is no target.
    package var needsTarget: Bool {
        switch self {
        case .probability, .logProbability, .rank, .crossEntropy, .logProbabilityDifference: true
        case .entropy, .kl, .forwardKL, .js, .tv, .maxProbability: false
        }
    }
}
