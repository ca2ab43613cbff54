import Randomness

/// Tasks 9 and 10: people move, and a sentence may say where they are without naming the move, or
/// only where they are not (task 9), or two places one of which it is (task 10).
struct StatementTeller: Storyteller {
    enum Task { case negation, indefinite }

    /// What the last sentence about somebody says.
    private enum Knowledge {
        case at(String)
        case notAt(String)
        case either(String, String)
    }

    private let task: Task
    private let people: [String]
    private let places: [String]
    private var placeOf: [String: String] = [:]
    private var known: [String: (Knowledge, sentence: Int)] = [:]
    private(set) var clauses: [[String]] = []
    /// Every sentence is one clause.
    private var sentenceCount: Int { clauses.count }

    init(_ task: Task, _ random: inout SplitMix64) {
        self.task = task
        people = task == .negation ? BabiWords.people : BabiWords.townspeople
        places = task == .negation ? BabiWords.places : BabiWords.townPlaces
        for person in people { placeOf[person] = random.pick(places) }
    }

    /// Every sentence is a move to another place: half of them told as one, a quarter as the new
    /// place, a quarter in the way the task is about. Measured in the real files.
    mutating func tell(_ random: inout SplitMix64) -> String {
        let person = random.pick(people)
        let old = placeOf[person] ?? ""
        let new = random.pick(places, except: old)
        placeOf[person] = new
        defer { clauses.append([person]) }
        switch random.below(4) {
        case 0, 1:
            known[person] = (.at(new), sentenceCount)
            return "\(person) \(random.moving(to: new))."
        case 2:
            known[person] = (.at(new), sentenceCount)
            return "\(person) is in the \(new)."
        default: return tellIndirectly(person, old: old, new: new, &random)
        }
    }

    private mutating func tellIndirectly(
        _ person: String, old: String, new: String, _ random: inout SplitMix64
    ) -> String {
        switch task {
        case .negation:
            known[person] = (.notAt(old), sentenceCount)
            return "\(person) is \(random.pick(["no longer", "not"])) in the \(old)."
        case .indefinite:
            let both = random.shuffled([new, random.pick(places, except: new)])
            known[person] = (.either(both[0], both[1]), sentenceCount)
            return "\(person) is either in the \(both[0]) or the \(both[1])."
        }
    }

    func questions(about person: String, _ random: inout SplitMix64) -> [BabiQuestion] {
        guard let (knowledge, sentence) = known[person] else { return [] }
        let hit = random.chance(1, in: 2)
        let (place, answer): (String, String)
        switch knowledge {
        case .at(let here):
            place = hit ? here : random.pick(places, except: here)
            answer = hit ? "yes" : "no"
        case .notAt(let gone): (place, answer) = (gone, "no")
        case .either(let one, let other):
            place = hit ? one : random.pick(places, except: one)
            answer = place == one || place == other ? "maybe" : "no"
        }
        return [
            BabiQuestion(
                text: "Is \(person) in the \(place)? ", answer: answer, facts: [sentence])
        ]
    }
}
