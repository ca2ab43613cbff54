import Randomness

/// Task 18: which of two things fits into the other, by way of a third.
struct SizeStory {
    private struct Fit: Hashable {
        let small: String
        let big: String
    }

    private var story = BabiStory()
    /// Things from the smallest: what is eaten, then boxes in any order.
    private let bySize: [String]
    /// Where it was first told that one fits into another.
    private var sentenceOf: [Fit: Int] = [:]

    /// Five sentences, then questions until none is left or five are asked; else more sentences.
    static func story(_ random: inout SplitMix64) -> BabiStory {
        var size = SizeStory(&random)
        repeat {
            for _ in 0..<5 { size.tell(&random) }
            while size.story.questionCount < 5, let question = size.question(&random) {
                size.story.ask(question)
            }
        } while size.story.questionCount < 5
        return size.story
    }

    private init(_ random: inout SplitMix64) {
        bySize =
            ["chocolate", "box of chocolates"]
            + random.shuffled(["box", "chest", "container", "suitcase"])
    }

    private mutating func tell(_ random: inout SplitMix64) {
        let (one, other) = random.pair(of: Array(bySize.indices))
        let fit = Fit(small: bySize[min(one, other)], big: bySize[max(one, other)])
        if sentenceOf[fit] == nil { sentenceOf[fit] = story.sentenceCount }
        story.tell(
            random.chance(1, in: 2)
                ? "The \(fit.small) fits inside the \(fit.big)."
                : "The \(fit.big) is bigger than the \(fit.small).")
    }

    /// A question that two sentences answer: one thing fits into a second and that into a third.
    private func question(_ random: inout SplitMix64) -> BabiQuestion? {
        var chains: [(small: String, big: String, lower: Int, upper: Int)] = []
        for small in bySize {
            for middle in bySize {
                guard let lower = sentenceOf[Fit(small: small, big: middle)] else { continue }
                for big in bySize {
                    guard let upper = sentenceOf[Fit(small: middle, big: big)] else { continue }
                    chains.append((small, big, lower, upper))
                }
            }
        }
        guard !chains.isEmpty else { return nil }
        let chain = random.pick(chains)
        let yes = random.chance(1, in: 2)
        let (inner, outer) = yes ? (chain.small, chain.big) : (chain.big, chain.small)
        return BabiQuestion(
            text: random.chance(1, in: 2)
                ? "Does the \(inner) fit in the \(outer)?"
                : "Is the \(outer) bigger than the \(inner)?",
            answer: yes ? "yes" : "no",
            facts: yes ? [chain.upper, chain.lower] : [chain.lower, chain.upper])
    }
}
