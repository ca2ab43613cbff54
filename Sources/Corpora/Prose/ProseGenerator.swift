import Randomness

/// English prose about small worlds, one document after the other, fixed by a seed.
///
/// People move, take, drop and give things by the same laws as in the bAbI worlds, and everything
/// said about the world is true of it: a remark or an answer follows from what happened.
package struct ProseGenerator: Sequence, IteratorProtocol {
    private var random: SplitMix64

    package init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// The next document: paragraphs with a blank line between two. There is always one.
    package mutating func next() -> String? {
        var writer = ProseWriter(&random)
        let paragraphs = (0..<(2 + random.below(6))).map { _ in writer.paragraph(&random) }
        return paragraphs.joined(separator: "\n\n")
    }
}
