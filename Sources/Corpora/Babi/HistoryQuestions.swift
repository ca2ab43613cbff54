import Randomness

/// Questions that the deeds told so far answer; nil or none where they do not. They end in a space,
/// as the real ones do.
extension History {
    /// Task 1: the last move.
    func whereIs(person: String) -> BabiQuestion? {
        guard let move = lastMove(of: person), let place = place(at: move) else { return nil }
        return BabiQuestion(text: "Where is \(person)? ", answer: place, facts: [move])
    }

    /// Task 6: the last move; yes and no are equally likely.
    func isIn(
        _ person: String, _ places: [String], _ random: inout SplitMix64
    ) -> BabiQuestion? {
        guard let move = lastMove(of: person), let place = place(at: move) else { return nil }
        let yes = random.chance(1, in: 2)
        let asked = yes ? place : random.pick(places, except: place)
        return BabiQuestion(
            text: "Is \(person) in the \(asked)? ", answer: yes ? "yes" : "no", facts: [move])
    }

    /// Task 2: who has or dropped the thing, and where they went before dropping or after taking it.
    func whereIs(thing: String) -> BabiQuestion? {
        guard let handling = handlings(of: thing).last else { return nil }
        let event = events[handling]
        let move: Int?
        if case .drop = event.deed {
            move = lastMove(of: event.person, before: handling)
        } else {
            move = lastMove(of: event.person).flatMap { $0 > handling ? $0 : nil }
        }
        guard let move, let place = place(at: move) else { return nil }
        return BabiQuestion(
            text: "Where is the \(thing)? ", answer: place, facts: [handling, move])
    }

    /// Task 3: for each two places to which the last holder carried the thing one after the other,
    /// where it was before its last arrival at the second.
    func whereWas(_ thing: String) -> [BabiQuestion] {
        guard let handling = handlings(of: thing).last,
            let taking = handlings(of: thing).last(where: {
                if case .take = events[$0].deed { true } else { false }
            })
        else { return [] }
        let isDropped = handling != taking
        let moves = moves(of: events[handling].person)
            .filter { !isDropped || $0 < handling }
        return zip(moves, moves.dropFirst()).compactMap { before, move in
            guard before > taking, let place = place(at: move), let answer = self.place(at: before),
                !moves.contains(where: { $0 > move && self.place(at: $0) == place })
            else { return nil }
            return BabiQuestion(
                text: "Where was the \(thing) before the \(place)? ", answer: answer,
                facts: [handling, move, before])
        }
    }

    /// Task 5: about the last time the thing was given.
    func giving(_ thing: String, _ random: inout SplitMix64) -> BabiQuestion? {
        let gifts = events.indices.filter { events[$0].receiver != nil }
        guard let gift = gifts.last(where: { events[$0].thing == thing }),
            let receiver = events[gift].receiver
        else { return nil }
        let giver = events[gift].person
        let isLastBetween = !gifts.contains {
            $0 > gift && events[$0].person == giver && events[$0].receiver == receiver
        }
        func ask(_ text: String, _ answer: String) -> BabiQuestion {
            BabiQuestion(text: text, answer: answer, facts: [gift])
        }
        let what = ask("What did \(giver) give to \(receiver)? ", thing)
        // The real files ask what was given twice as often as each of the others.
        return random.pick(
            (isLastBetween ? [what, what] : []) + [
                ask("Who gave the \(thing)? ", giver),
                ask("Who gave the \(thing) to \(receiver)? ", giver),
                ask("Who received the \(thing)? ", receiver),
                ask("Who did \(giver) give the \(thing) to? ", receiver),
            ])
    }

    /// Task 7: everything the person ever took, dropped, gave or was given, in order.
    func howMany(_ person: String, _ things: [String]) -> BabiQuestion? {
        let facts = handlings(by: person)
        guard !facts.isEmpty else { return nil }
        let count = carried(by: person, of: things).count
        return BabiQuestion(
            text: "How many objects is \(person) carrying? ",
            answer: ["none", "one", "two", "three"][count], facts: facts)
    }

    /// Task 8: the same, thing by thing; an answer of several joins them with commas.
    func what(_ person: String, _ things: [String]) -> BabiQuestion? {
        let facts = things.map { handlings(of: $0, by: person) }.filter { !$0.isEmpty }
            .sorted { $0[0] < $1[0] }.flatMap(\.self)
        guard !facts.isEmpty else { return nil }
        let carried = carried(by: person, of: things)
        return BabiQuestion(
            text: "What is \(person) carrying? ",
            answer: carried.isEmpty ? "nothing" : carried.joined(separator: ","), facts: facts)
    }
}
