import Randomness

/// Tasks 1 to 3 and 5 to 8: people move, take, drop and give things; the questions are about who
/// and what is where, and who has what.
struct DeedsTeller: Storyteller {
    enum Task {
        case singleFact, twoFacts, threeFacts, giving, yesNo, counting, lists

        var kinds: [Deed.Kind] {
            switch self {
            case .singleFact: [.move]
            case .giving, .counting: [.move, .take, .drop, .give]
            default: [.move, .take, .drop]
            }
        }
    }

    private let task: Task
    private var world: World
    private var history = History()
    private(set) var clauses: [[String]] = []

    init(_ task: Task, _ random: inout SplitMix64) {
        self.task = task
        world = World(
            people: task == .giving ? BabiWords.givers : BabiWords.people,
            places: BabiWords.places, things: BabiWords.things, &random)
    }

    mutating func tell(_ random: inout SplitMix64) -> String {
        let event = world.act(task.kinds, &random)
        history.append(event)
        clauses.append(subjects(of: event))
        let person = event.person
        switch event.deed {
        case .move(let place): return "\(person) \(random.moving(to: place))."
        case .take(let thing):
            // Only the task of three facts leaves the word out, four times of five.
            let there = task != .threeFacts || random.chance(1, in: 5) ? " there" : ""
            return "\(person) \(random.pick(BabiWords.taking)) the \(thing)\(there)."
        case .drop(let thing):
            let there = random.chance(1, in: 5) ? " there" : ""
            return "\(person) \(random.pick(BabiWords.dropping)) the \(thing)\(there)."
        case .give(let thing, let receiver):
            return "\(person) \(random.pick(BabiWords.giving)) the \(thing) to \(receiver)."
        }
    }

    /// What a question of the task can be about after `event`, the last one told.
    private func subjects(of event: Event) -> [String] {
        switch task {
        case .singleFact, .yesNo: [event.person]
        case .counting, .lists:
            event.thing == nil ? [] : [event.person] + (event.receiver.map { [$0] } ?? [])
        case .twoFacts, .threeFacts: [event.thing].compactMap(\.self)
        case .giving: event.receiver == nil ? [] : [event.thing].compactMap(\.self)
        }
    }

    func questions(about name: String, _ random: inout SplitMix64) -> [BabiQuestion] {
        let question: BabiQuestion?
        switch task {
        case .singleFact: question = history.whereIs(person: name)
        case .twoFacts: question = history.whereIs(thing: name)
        case .threeFacts: return history.whereWas(name)
        case .giving: question = history.giving(name, &random)
        case .yesNo: question = history.isIn(name, world.places, &random)
        case .counting: question = history.howMany(name, world.things)
        case .lists: question = history.what(name, world.things)
        }
        return [question].compactMap(\.self)
    }
}
