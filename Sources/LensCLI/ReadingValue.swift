import ArgumentParser
import Results

/// How a quantity of a reading is named on the command line.
enum ReadingValue: String, ExpressibleByArgument, CaseIterable {
    case probability, target, rank
    case logProbability = "log-probability"
    case ce, entropy, kl, change, js, tv, difference

    var quantity: ReadingQuantity {
        switch self {
        case .probability: .maxProbability
        case .target: .probability
        case .rank: .rank
        case .logProbability: .logProbability
        case .ce: .crossEntropy
        case .entropy: .entropy
        case .kl: .kl
        case .change: .forwardKL
        case .js: .js
        case .tv: .tv
        case .difference: .logProbabilityDifference
        }
    }

    static let allValueDescriptions: [String: String] = Dictionary(
        uniqueKeysWithValues: allCases.map { ($0.rawValue, $0.quantity.title) })
}
