import Randomness

/// Task 20: people feel something, go where it can be helped and take what helps; the questions are
/// where they will go and why they did what they did.
enum MotiveStory {
    private static let people = ["Antoine", "Jason", "Sumit", "Yann"]
    private static let motives = [
        (feeling: "hungry", place: "kitchen", thing: "apple"),
        (feeling: "thirsty", place: "kitchen", thing: "milk"),
        (feeling: "tired", place: "bedroom", thing: "pajamas"),
        (feeling: "bored", place: "garden", thing: "football"),
    ]

    /// Everybody does one thing after the other, all mixed; there is one thing of each kind, which
    /// the first to reach for it gets.
    static func story(_ random: inout SplitMix64) -> BabiStory {
        let motiveOf = Dictionary(
            uniqueKeysWithValues: people.map { ($0, random.pick(motives)) })
        var doneBy: [String: Int] = [:]
        var cause: [String: Int] = [:]
        var taken: Set<String> = []
        var story = BabiStory()
        while true {
            let ready = people.filter { person in
                switch doneBy[person, default: 0] {
                case 0, 1: true
                case 2: !taken.contains(motiveOf[person]?.thing ?? "")
                default: false
                }
            }
            guard !ready.isEmpty else { return story }
            let person = random.pick(ready)
            guard let motive = motiveOf[person] else { return story }
            let name = person.lowercased()
            let question: String
            switch doneBy[person, default: 0] {
            case 0:
                cause[person] = story.sentenceCount
                story.tell("\(person) is \(motive.feeling).")
                question = "Where will \(name) go?"
            case 1:
                story.tell("\(person) \(random.moving(to: motive.place)).")
                question = "Why did \(name) go to the \(motive.place)?"
            default:
                taken.insert(motive.thing)
                story.tell(
                    "\(person) \(random.pick(BabiWords.taking)) the \(motive.thing) there.")
                question = "Why did \(name) get the \(motive.thing)?"
            }
            let answer = doneBy[person] == nil ? motive.place : motive.feeling
            story.ask(
                BabiQuestion(text: question, answer: answer, facts: [cause[person] ?? 0]))
            doneBy[person, default: 0] += 1
        }
    }
}
