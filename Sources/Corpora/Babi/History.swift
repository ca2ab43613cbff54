/// What was told of a world, one event a sentence: all that a question may be about.
struct History {
    private(set) var events: [Event] = []

    mutating func append(_ event: Event) { events.append(event) }

    /// Sentences that say where `person` went, in order.
    func moves(of person: String) -> [Int] {
        events.indices.filter { events[$0].person == person && place(at: $0) != nil }
    }

    /// The last of them before a sentence.
    func lastMove(of person: String, before end: Int? = nil) -> Int? {
        moves(of: person).last { $0 < end ?? events.count }
    }

    /// Where the person of an event went by it, nil if it is no move.
    func place(at index: Int) -> String? {
        if case .move(let place) = events[index].deed { place } else { nil }
    }

    /// Sentences in which `thing` is taken, dropped or given.
    func handlings(of thing: String) -> [Int] {
        events.indices.filter { events[$0].thing == thing }
    }

    /// Sentences in which `person` gets or loses a thing.
    func handlings(by person: String) -> [Int] {
        events.indices.filter {
            events[$0].thing != nil
                && (events[$0].person == person || events[$0].receiver == person)
        }
    }

    /// What `person` carries according to sentences of `handlings(by:)`, in the order in which
    /// they first had it.
    func carried(by person: String, of things: [String]) -> [String] {
        let firsts = things.map { ($0, handlings(of: $0, by: person)) }.filter { !$1.isEmpty }
            .sorted { $0.1[0] < $1.1[0] }
        return firsts.filter { gains(person, at: $1[$1.count - 1]) }.map(\.0)
    }

    func handlings(of thing: String, by person: String) -> [Int] {
        handlings(by: person).filter { events[$0].thing == thing }
    }

    private func gains(_ person: String, at index: Int) -> Bool {
        switch events[index].deed {
        case .take: true
        case .give(_, let receiver): receiver == person
        case .move, .drop: false
        }
    }
}

extension Event {
    var thing: String? {
        switch deed {
        case .move: nil
        case .take(let thing), .drop(let thing), .give(let thing, _): thing
        }
    }

    var receiver: String? {
        if case .give(_, let receiver) = deed { receiver } else { nil }
    }
}
