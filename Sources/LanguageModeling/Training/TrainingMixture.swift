import Base
import Corpora
import Models
import Randomness

/// Sets of sequences to learn from, each of which gets a fixed share of all draws and is gone
/// through in epochs of its own.
package struct TrainingMixture: Sendable {
    package struct Part: Sendable {
        package let sequences: TrainingSequences
        /// Of all draws, relative to those of the other parts.
        package let weight: Double

        package init(_ sequences: TrainingSequences, weight: Double) {
            precondition(weight > 0 && weight.isFinite, "a part of weight \(weight)")
            self.sequences = sequences
            self.weight = weight
        }
    }

    package let parts: [Part]
    /// Of each part among all draws; their sum is 1.
    let shares: [Double]

    package init(_ parts: [Part]) {
        precondition(!parts.isEmpty, "nothing to learn from")
        let sum = parts.reduce(0) { $0 + $1.weight }
        self.parts = parts
        shares = parts.map { $0.weight / sum }
    }

    package init(_ sequences: TrainingSequences) {
        self.init([Part(sequences, weight: 1)])
    }

    package var sequenceCount: Int { parts.reduce(0) { $0 + $1.sequences.count } }

    /// Mean length of a draw in tokens.
    var meanLength: Double {
        zip(parts, shares).reduce(0) {
            $0 + $1.1 * Double($1.0.sequences.tokenCount) / Double($1.0.sequences.count)
        }
    }

    /// SHA-256 over the sequences and shares of all parts; of a single part its own.
    package var sha256: String {
        guard parts.count > 1 else { return parts[0].sequences.sha256 }
        let hash = SHA256()
        for (part, share) in zip(parts, shares) {
            hash.update("\(part.sequences.sha256) \(share)\n")
        }
        return hash.finalize()
    }

    /// Draws in an order fixed by the seed.
    package struct Order {
        private let mixture: TrainingMixture
        private let seed: UInt64
        private let shuffle: Bool
        /// How many were drawn from each part.
        private var drawn: [Int]
        /// Of each part the epoch under way.
        private var epochs: [(number: Int, order: [Int])]

        package init(_ mixture: TrainingMixture, seed: UInt64, shuffle: Bool) {
            self.mixture = mixture
            self.seed = seed
            self.shuffle = shuffle
            drawn = mixture.parts.map { _ in 0 }
            epochs = mixture.parts.map { _ in (-1, []) }
        }

        /// The part that is furthest behind its share; of equals the first. So after any number of
        /// draws each part has had its share to within about one draw.
        private mutating func nextPart() -> Int {
            let draws = Double(drawn.reduce(1, +))
            var (part, largest) = (0, -Double.infinity)
            for (index, share) in mixture.shares.enumerated() {
                let missing = share * draws - Double(drawn[index])
                if missing > largest { (part, largest) = (index, missing) }
            }
            drawn[part] += 1
            return part
        }

        /// Passes over draws that were made before.
        package mutating func skip(_ count: Int) {
            for _ in 0..<count { _ = nextPart() }
        }

        /// - Returns: a part and one of its sequences, each once in an epoch.
        package mutating func next() -> (part: Int, sequence: Int) {
            let part = nextPart()
            let count = mixture.parts[part].sequences.count
            let (epoch, index) = (drawn[part] - 1).quotientAndRemainder(dividingBy: count)
            guard shuffle else { return (part, index) }
            if epochs[part].number != epoch {
                let seed = seed &+ UInt64(epoch) &+ UInt64(part) << 32
                epochs[part] = (epoch, shuffledOrder(count: count, seed: seed))
            }
            return (part, epochs[part].order[index])
        }
    }

    /// What was drawn, one below the other, and what is to be predicted from which row.
    func batch(_ drawn: [(part: Int, sequence: Int)]) -> (TokenBatch, TrainingLabels) {
        TrainingSequences.batch(drawn.map { parts[$0.part].sequences[$0.sequence] })
    }
}
