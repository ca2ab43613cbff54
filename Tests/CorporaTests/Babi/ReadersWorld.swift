/// What somebody who reads a bAbI story sentence by sentence knows of people and things.
///
/// Written from the sentences alone: it shares no word list and no rule with the generator.
struct ReadersWorld {
    var placeOf: [String: String] = [:]
    /// Things that somebody has, in the order in which they first had each.
    var everHad: [String: [String]] = [:]
    var holderOf: [String: String] = [:]
    /// Places a thing was at, one after the other.
    var pathOf: [String: [String]] = [:]
    var gifts: [(giver: String, thing: String, receiver: String)] = []
    private var subjects: [String] = []

    init(_ sentences: [String]) {
        for sentence in sentences { read(sentence) }
    }

    private mutating func read(_ sentence: String) {
        let words = sentence.dropLast().split(separator: " ").map(String.init)
        let names = words.filter { $0.first?.isUppercase == true }
        if !words.contains("he") && !words.contains("she") && !words.contains("they") {
            subjects = words.contains("and") ? Array(names.prefix(2)) : [names[0]]
        }
        guard let article = words.firstIndex(of: "the") else { return }
        let noun = words[article + 1]
        if words[article - 1] == "to" {
            for person in subjects { move(person, to: noun) }
        } else if let to = words.firstIndex(of: "to") {
            give(noun, from: subjects[0], to: words[to + 1])
        } else if !Set(words).isDisjoint(with: ["dropped", "left", "discarded", "down"]) {
            drop(noun, by: subjects[0])
        } else {
            gain(noun, by: subjects[0])
        }
    }

    private mutating func move(_ person: String, to place: String) {
        placeOf[person] = place
        for (thing, holder) in holderOf where holder == person { pass(thing, at: place) }
    }

    private mutating func gain(_ thing: String, by person: String) {
        holderOf[thing] = person
        if everHad[person]?.contains(thing) != true { everHad[person, default: []].append(thing) }
        pass(thing, at: placeOf[person])
    }

    private mutating func drop(_ thing: String, by person: String) {
        pass(thing, at: placeOf[person])
        holderOf[thing] = nil
        if everHad[person]?.contains(thing) != true { everHad[person, default: []].append(thing) }
    }

    private mutating func give(_ thing: String, from giver: String, to receiver: String) {
        gifts.append((giver, thing, receiver))
        if everHad[giver]?.contains(thing) != true { everHad[giver, default: []].append(thing) }
        gain(thing, by: receiver)
    }

    private mutating func pass(_ thing: String, at place: String?) {
        guard let place, pathOf[thing]?.last != place else { return }
        pathOf[thing, default: []].append(place)
    }

    func things(of person: String) -> [String] {
        (everHad[person] ?? []).filter { holderOf[$0] == person }
    }
}
