import Corpora
import Foundation
import Randomness
import Tokenization

/// Draws the next token from logits.
package struct Sampler {
    package struct Options: Sendable {
        /// 0 takes the most probable token.
        package var temperature = 1.0
        /// Only so many of the most probable tokens; nil for all.
        package var topK: Int?
        /// Only the most probable tokens that together have so much probability.
        package var topP = 1.0
        /// Only tokens with so much of the most probable one's probability.
        package var minP = 0.0
        /// Logits of tokens that occurred are divided by it if positive, else multiplied.
        package var repetitionPenalty = 1.0

        package init() {}
    }

    private let options: Options
    private var random: SplitMix64

    package init(_ options: Options, seed: UInt64) {
        self.options = options
        random = SplitMix64(seed: seed)
    }

    /// In the order of transformers' generation: repetition penalty, temperature, top-k, top-p,
    /// min-p, each on what the one before left.
    ///
    /// - Parameter seen: the tokens so far, prompt included.
    /// - SeeAlso: Keskar et al. 2019, arXiv:1909.05858, section 4.1; Holtzman et al. 2019,
    ///   arXiv:1904.09751, section 3.1; Nguyen et al. 2024, arXiv:2407.01082.
    package mutating func next(
        _ logits: some Sequence<Float>, after seen: Set<TokenID>
    ) -> TokenID {
        var logits = logits.map(Double.init)
        for id in seen where options.repetitionPenalty != 1 {
            let logit = logits[Int(id)]
            logits[Int(id)] =
                logit > 0 ? logit / options.repetitionPenalty : logit * options.repetitionPenalty
        }
        // Ties go to the smaller id, so that the order is one.
        let order = logits.indices.sorted {
            logits[$0] == logits[$1] ? $0 < $1 : logits[$0] > logits[$1]
        }
        guard options.temperature > 0 else { return TokenID(order[0]) }
        let kept = order.prefix(options.topK ?? order.count)
        let weights = kept.map { exp((logits[$0] - logits[order[0]]) / options.temperature) }
        let total = weights.reduce(0, +)
        var (count, sum) = (0, 0.0)
        for weight in weights where count == 0 || sum < options.topP * total {
            // The first has weight 1.
            if count > 0, weight < options.minP { break }
            sum += weight
            count += 1
        }
        var rest = random.uniform() * sum
        for (id, weight) in zip(kept, weights).prefix(count) {
            rest -= weight
            if rest < 0 { return TokenID(id) }
        }
        return TokenID(kept[kept.startIndex + count - 1])
    }
}
