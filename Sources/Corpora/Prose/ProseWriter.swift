import Randomness

/// Tells what happens in a world of its own in sentences of many forms.
struct ProseWriter {
    private var world: World
    /// Index into the times of the day of the last paragraph; nil before the first.
    private var hour: Int?
    /// Whom a pronoun would mean: the subject of the last sentence, if it names nobody else.
    private var subject: String?
    /// Places of people and things that a reader knows of.
    private var knownPlace: Set<String> = []

    init(_ random: inout SplitMix64) {
        func some(_ words: [String], _ count: Int) -> [String] {
            Array(random.shuffled(words).prefix(count))
        }
        let people = some(ProseWords.women + ProseWords.men, 2 + random.below(3))
        let places = some(ProseWords.places, 3 + random.below(4))
        let things = some(ProseWords.things, 2 + random.below(4))
        world = World(people: people, places: places, things: things, &random)
    }

    /// Three to nine things that happen or are said, at one time of a day.
    mutating func paragraph(_ random: inout SplitMix64) -> String {
        subject = nil
        var sentences = [opening(&random)]
        for _ in 0..<(3 + random.below(7)) {
            sentences.append(
                random.chance(1, in: 6) ? idling(&random) : happening(&random))
            if random.chance(1, in: 3), let remark = remark(&random) {
                sentences.append(remark)
                subject = nil
            }
        }
        return sentences.joined(separator: " ")
    }

    /// Says when it is and where somebody is.
    private mutating func opening(_ random: inout SplitMix64) -> String {
        let times = ProseWords.times
        var time = ""
        if let hour, hour + 1 < times.count, random.chance(2, in: 3) {
            self.hour = hour + 1 + random.below(times.count - hour - 1)
            time = times[self.hour ?? 0]
        } else {
            let isFirst = hour == nil
            hour = random.below(times.count / 2)
            time = (isFirst ? "" : random.pick(ProseWords.laterDays) + ", ") + times[hour ?? 0]
        }
        let person = random.pick(world.people)
        knownPlace.insert(person)
        let presence = "\(person) was in the \(world.placeOf[person] ?? "")"
        let sentence = "\(capitalized(time)), \(presence)."
        return random.chance(1, in: 3)
            ? "\(random.pick(ProseWords.weather)). \(sentence)" : sentence
    }

    /// What somebody does, done and told.
    private mutating func happening(_ random: inout SplitMix64) -> String {
        let placesBefore = world.placeOf
        let event = world.act([.move, .take, .drop, .give], &random)
        let person = event.person
        let patterns: [String]
        switch event.deed {
        case .move: patterns = ProseWords.moving
        case .take: patterns = ProseWords.taking
        case .drop: patterns = ProseWords.dropping
        case .give: patterns = ProseWords.giving
        }
        var text = fill(
            random.pick(patterns), about: person,
            [
                "whom": event.receiver ?? "", "thing": event.thing ?? "",
                "old": placesBefore[person] ?? "", "place": world.placeOf[person] ?? "",
            ], &random)
        let isMove = event.thing == nil
        switch random.below(isMove ? 6 : 3) {
        case 0: text = "\(random.pick(ProseWords.then)) \(text)"
        case 1: text = "\(random.pick(ProseWords.adverbs)), \(text)"
        case 3: text += companions(of: person)
        case 4: text += " " + fill(random.pick(ProseWords.purposes), about: person, [:], &random)
        default: break
        }
        subject = event.receiver == nil ? person : nil
        if case .move = event.deed { knownPlace.insert(person) }
        if text.contains(world.placeOf[person] ?? "") { knownPlace.insert(person) }
        if let thing = event.thing { knownPlace.insert(thing) }
        return capitalized(text) + "."
    }

    /// What somebody does that changes nothing in the world.
    private mutating func idling(_ random: inout SplitMix64) -> String {
        let person = random.pick(world.people)
        let text = fill(random.pick(ProseWords.idling), about: person, [:], &random)
        subject = nil
        return capitalized(text) + "."
    }

    /// A pattern of `ProseWords` with its gaps filled; those not in `fillings` at random.
    private func fill(
        _ pattern: String, about person: String, _ fillings: [String: String],
        _ random: inout SplitMix64
    ) -> String {
        let pronoun = ProseWords.women.contains(person) ? "she" : "he"
        let (food, otherFood) = random.pair(of: ProseWords.foods)
        let free = [
            "who": subject == person && random.chance(2, in: 3) ? pronoun : person,
            "he": pronoun, "friend": random.pick(world.people, except: person),
            "mood": random.pick(ProseWords.moods), "animal": random.pick(ProseWords.animals),
            "food": food, "food2": otherFood, "number": random.pick(ProseWords.numbers),
            "season": random.pick(ProseWords.seasons), "day": random.pick(ProseWords.days),
        ]
        var text = pattern
        for (gap, filling) in free.merging(fillings, uniquingKeysWith: { $1 }) {
            text = text.replacing("{\(gap)}", with: filling)
        }
        return text
    }

    /// What somebody who has just moved takes along, or whom they meet.
    private func companions(of person: String) -> String {
        let carried = world.things.filter { world.holderOf[$0] == person }
        if !carried.isEmpty { return " with " + list(carried.map { "the \($0)" }) }
        let others = others(besides: person)
        return others.isEmpty
            ? ", where nobody was"
            : ", where \(list(others)) already \(others.count == 1 ? "was" : "were")"
    }

    /// A sentence or two that follow from what was told; nil if there is nothing to say.
    private func remark(_ random: inout SplitMix64) -> String? {
        let person = random.pick(world.people)
        let thing = random.pick(world.things)
        switch random.below(4) {
        case 0: return possession(of: person)
        case 1: return whereabouts(of: thing)
        case 2: return knownPlace.contains(person) ? gathering(of: person) : nil
        default: return dialogue(about: thing, &random)
        }
    }

    private func possession(of person: String) -> String? {
        let carried = world.things.filter { world.holderOf[$0] == person }
        guard carried.allSatisfy(knownPlace.contains), !carried.isEmpty else { return nil }
        return "\(person) now had \(list(carried.map { "the \($0)" }))."
    }

    private func whereabouts(of thing: String) -> String? {
        guard knownPlace.contains(thing) else { return nil }
        if let holder = world.holderOf[thing] { return "The \(thing) was with \(holder)." }
        return "The \(thing) lay in the \(world.placeOf[thing] ?? "")."
    }

    private func gathering(of person: String) -> String {
        let others = others(besides: person)
        let place = world.placeOf[person] ?? ""
        return others.isEmpty
            ? "\(person) was alone in the \(place)."
            : "\(list([person] + others)) were in the \(place)."
    }

    /// A question after a thing, and the answer of somebody else.
    private func dialogue(about thing: String, _ random: inout SplitMix64) -> String? {
        guard knownPlace.contains(thing) else { return nil }
        let (asking, answering) = random.pair(of: world.people)
        let question = "\"Where is the \(thing)?\" asked \(asking)."
        switch world.holderOf[thing] {
        case asking: return nil
        case answering: return "\(question) \"I have it,\" said \(answering)."
        case let holder?: return "\(question) \"\(holder) has it,\" said \(answering)."
        case nil:
            return
                "\(question) \"It is in the \(world.placeOf[thing] ?? ""),\" answered \(answering)."
        }
    }

    private func others(besides person: String) -> [String] {
        world.people.filter { $0 != person && world.placeOf[$0] == world.placeOf[person] }
    }
}

/// "a", "a and b", "a, b and c".
private func list(_ items: [String]) -> String {
    items.count < 2
        ? items.joined()
        : items.dropLast().joined(separator: ", ") + " and " + items[items.count - 1]
}

private func capitalized(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
}
