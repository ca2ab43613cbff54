import Randomness

/// Tasks 11 to 13: people alone or in pairs move, and the next sentence may call them by a pronoun.
struct CompanyTeller: Storyteller {
    enum Task { case coreference, conjunction, compoundCoreference }

    private let task: Task
    private let people = BabiWords.people
    private let places = BabiWords.places
    private var placeOf: [String: String] = [:]
    /// Sentences from which it follows where somebody is.
    private var facts: [String: [Int]] = [:]
    /// Who the next pronoun means; empty where the next sentence names somebody.
    private var meant: [String] = []
    private(set) var clauses: [[String]] = []
    private var sentenceCount = 0

    init(_ task: Task, _ random: inout SplitMix64) {
        self.task = task
        for person in people { placeOf[person] = random.pick(places) }
    }

    mutating func tell(_ random: inout SplitMix64) -> String {
        let isNamed = meant.isEmpty
        let movers = isNamed ? company(&random) : meant
        let left = movers.map { placeOf[$0] }
        let place = random.pick(places.filter { !left.contains($0) })
        for person in movers {
            placeOf[person] = place
            clauses.append([person])
            facts[person] = (isNamed ? [] : facts[person] ?? []) + [sentenceCount]
        }
        meant = isNamed && task != .conjunction ? movers : []
        sentenceCount += 1
        let subject: String
        if isNamed {
            subject = movers.joined(separator: " and ")
        } else {
            let pronoun = movers.count == 1 ? BabiWords.pronoun(of: movers[0]) : "they"
            subject = "\(random.pick(BabiWords.thereupon)) \(pronoun)"
        }
        return "\(subject) \(random.moving(to: place))."
    }

    private func company(_ random: inout SplitMix64) -> [String] {
        if task == .coreference { return [random.pick(people)] }
        let (first, second) = random.pair(of: people)
        return [first, second]
    }

    func questions(about person: String, _ random: inout SplitMix64) -> [BabiQuestion] {
        guard let facts = facts[person], let place = placeOf[person] else { return [] }
        return [BabiQuestion(text: "Where is \(person)? ", answer: place, facts: facts)]
    }
}
