import Randomness

/// Somebody who tells a story sentence by sentence and knows what could be asked at any point.
protocol Storyteller {
    /// Whom or what each clause told so far is about, as far as questions can be; a sentence about
    /// two people has two clauses.
    var clauses: [[String]] { get }

    mutating func tell(_ random: inout SplitMix64) -> String

    /// What could be asked now about one of the names in `clauses`.
    func questions(about name: String, _ random: inout SplitMix64) -> [BabiQuestion]
}

extension Storyteller {
    /// Two sentences, a question if there is one, and so on until five are asked.
    mutating func story(_ random: inout SplitMix64) -> BabiStory {
        var story = BabiStory()
        while story.questionCount < 5 {
            for _ in 0..<2 { story.tell(tell(&random)) }
            if let question = question(after: story.sentenceCount, &random) { story.ask(question) }
        }
        return story
    }

    /// A question about what a random one of the last five clauses is about.
    ///
    /// Its newest fact is among the last five sentences. Both hold for every question in the real
    /// files of tasks 1 to 3 and 5 to 13, and the ages of their facts follow this law.
    private func question(
        after sentenceCount: Int, _ random: inout SplitMix64
    ) -> BabiQuestion? {
        for clause in random.shuffled(Array(clauses.suffix(5))) {
            for name in random.shuffled(clause) {
                let fresh = questions(about: name, &random).filter {
                    $0.facts.contains { $0 >= sentenceCount - 5 }
                }
                if !fresh.isEmpty { return random.pick(fresh) }
            }
        }
        return nil
    }
}
