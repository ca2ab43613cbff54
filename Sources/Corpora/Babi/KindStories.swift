import Foundation
import Randomness

/// Tasks 15 and 16: what holds for one of a kind follows from what holds for the kind or for another
/// of it.
enum KindStories {
    private static let plurals = [
        "wolf": "wolves", "cat": "cats", "mouse": "mice", "sheep": "sheep",
    ]
    private static let feared = ["cat", "mouse", "sheep", "wolf"]
    private static let fearful = ["Emily", "Gertrude", "Jessica", "Winona"]

    /// Task 15: everybody is of a kind, and every kind is afraid of another.
    static func deduction(_ random: inout SplitMix64) -> BabiStory {
        var kindOf: [String: String] = [:]
        var enemyOf: [String: String] = [:]
        for kind in feared { enemyOf[kind] = random.pick(feared, except: kind) }
        for person in fearful { kindOf[person] = random.pick(feared) }

        var story = BabiStory()
        var sentenceOf: [String: Int] = [:]
        var left = feared + fearful
        while !left.isEmpty {
            // A kind is introduced by its fear before somebody is said to be of it.
            let name = random.pick(
                left.filter { name in kindOf[name].map { !left.contains($0) } ?? true })
            left.removeAll { $0 == name }
            sentenceOf[name] = story.sentenceCount
            if let kind = kindOf[name] {
                story.tell("\(name) is a \(kind).")
            } else {
                let plural = (plurals[name] ?? "").capitalized
                story.tell("\(plural) are afraid of \(plurals[enemyOf[name] ?? ""] ?? "").")
            }
        }
        for _ in 0..<4 {
            let person = random.pick(fearful)
            let kind = kindOf[person] ?? ""
            story.ask(
                BabiQuestion(
                    text: "What is \(person.lowercased()) afraid of?",
                    answer: enemyOf[kind] ?? "",
                    facts: [person, kind].compactMap { sentenceOf[$0] }))
        }
        return story
    }

    private static let animals = ["frog", "lion", "rhino", "swan"]
    private static let colours = ["gray", "green", "white", "yellow"]
    private static let creatures = ["Bernhard", "Brian", "Greg", "Julius", "Lily"]

    /// Task 16: all but one of five have a colour; another of the same kind gives it away.
    ///
    /// In 7% of the real stories others of the kind differ in colour and the last one introduced
    /// counts; here they agree, so that the answer follows.
    static func induction(_ random: inout SplitMix64) -> BabiStory {
        var animalOf: [String: String] = [:]
        var colourOf: [String: String] = [:]
        for creature in creatures {
            animalOf[creature] = random.pick(animals)
            colourOf[creature] = random.pick(colours)
        }
        var story = BabiStory()
        var animalSentence: [String: Int] = [:]
        var colourSentence: [String: Int] = [:]
        // Twice each: the first time the animal is told, then the colour, and the last is asked.
        var left = creatures + creatures
        while left.count > 1 {
            let creature = left.remove(at: random.below(left.count))
            if animalSentence[creature] == nil {
                animalSentence[creature] = story.sentenceCount
                story.tell("\(creature) is a \(animalOf[creature] ?? "").")
            } else {
                colourSentence[creature] = story.sentenceCount
                story.tell("\(creature) is \(colourOf[creature] ?? "").")
            }
        }
        let asked = left[0]
        let alike = creatures.filter { $0 != asked && animalOf[$0] == animalOf[asked] }
            .sorted { animalSentence[$0] ?? 0 < animalSentence[$1] ?? 0 }
        guard let model = alike.last, let answer = colourOf[model],
            alike.allSatisfy({ colourOf[$0] == answer })
        else { return induction(&random) }
        story.ask(
            BabiQuestion(
                text: "What color is \(asked)?", answer: answer,
                facts: [animalSentence[asked], animalSentence[model], colourSentence[model]]
                    .compactMap(\.self)))
        return story
    }
}
