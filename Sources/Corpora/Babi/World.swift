import Randomness

/// Something that somebody did.
enum Deed: Equatable {
    case move(to: String)
    case take(String)
    case drop(String)
    case give(String, to: String)

    /// What deeds are drawn from.
    enum Kind {
        case move, take, drop, give

        /// How much more likely than others a possible kind is. In the real files taking and
        /// dropping are 6/5 as likely as moving, as if one in six moves led where one is already
        /// and did not count; giving is 3.2 to 3.5 times as likely as dropping.
        var weight: Int {
            switch self {
            case .move: 5
            case .take, .drop: 6
            case .give: 20
            }
        }
    }
}

/// A deed and who did it.
struct Event: Equatable {
    let person: String
    let deed: Deed
}

/// People who walk between places, and things that lie there or are carried.
///
/// Where everybody and everything is at the start is drawn and never told, as in the originals:
/// a first sentence may have somebody take what lies at an unknown place.
struct World {
    let people: [String]
    let places: [String]
    let things: [String]

    private(set) var placeOf: [String: String] = [:]
    /// Who carries a thing; a thing that nobody carries lies at its place.
    private(set) var holderOf: [String: String] = [:]

    init(people: [String], places: [String], things: [String], _ random: inout SplitMix64) {
        self.people = people
        self.places = places
        self.things = things
        for name in people + things { placeOf[name] = random.pick(places) }
    }

    /// One of the deeds possible now, done.
    ///
    /// A pair of a person and a kind of deed that is possible for them is drawn by the weight of the
    /// kind, then a deed of that kind: the law measured in the real files, where who can do more
    /// things is seen doing more.
    mutating func act(_ kinds: [Deed.Kind], _ random: inout SplitMix64) -> Event {
        let possible = people.flatMap { person in
            kinds.flatMap { kind in
                Array(
                    repeating: (person, kind),
                    count: deeds(kind, of: person).isEmpty ? 0 : kind.weight)
            }
        }
        let (person, kind) = random.pick(possible)
        let event = Event(person: person, deed: random.pick(deeds(kind, of: person)))
        apply(event)
        return event
    }

    /// What `person` could do now.
    private func deeds(_ kind: Deed.Kind, of person: String) -> [Deed] {
        let here = placeOf[person]
        let carried = things.filter { holderOf[$0] == person }
        switch kind {
        case .move: return places.filter { $0 != here }.map { .move(to: $0) }
        case .take:
            return things.filter { holderOf[$0] == nil && placeOf[$0] == here }.map { .take($0) }
        case .drop: return carried.map { .drop($0) }
        case .give:
            let others = people.filter { $0 != person && placeOf[$0] == here }
            return carried.flatMap { thing in others.map { .give(thing, to: $0) } }
        }
    }

    private mutating func apply(_ event: Event) {
        switch event.deed {
        case .move(let place): placeOf[event.person] = place
        case .take(let thing): holderOf[thing] = event.person
        case .give(let thing, let receiver): holderOf[thing] = receiver
        case .drop(let thing):
            holderOf[thing] = nil
            placeOf[thing] = placeOf[event.person]
        }
    }
}
