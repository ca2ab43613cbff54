import Randomness

/// Task 14: where people were yesterday and this morning, afternoon and evening, told in any order.
struct TimeStory {
    private static let times = ["yesterday", "this morning", "this afternoon", "this evening"]

    private struct Visit {
        let person: String
        let time: Int
        let place: String
    }

    /// A story that asks five times and tells nothing after the last question.
    static func story(_ random: inout SplitMix64) -> BabiStory {
        while true {
            if let story = attempt(&random) { return story }
        }
    }

    /// Nil if the drawn sentences run out before the fifth question, or outlast it.
    private static func attempt(_ random: inout SplitMix64) -> BabiStory? {
        // The lengths of the real stories; the shorter ones are drawn more often since they more
        // often fail to ask in time.
        let count = random.pick([10, 10, 10, 10, 12, 12, 14])
        let visits = random.shuffled(itineraries(count, &random))
        var story = BabiStory()
        for told in 1...count {
            story.tell(sentence(visits[told - 1], &random))
            guard told.isMultiple(of: 2) else { continue }
            let questions = questions(of: Array(visits.prefix(told)))
            if !questions.isEmpty { story.ask(random.pick(questions)) }
        }
        return story.questionCount == 5 ? story : nil
    }

    /// Visits whose times have no gap: everybody's begin yesterday.
    private static func itineraries(_ count: Int, _ random: inout SplitMix64) -> [Visit] {
        var visits: [Visit] = []
        while visits.count < count {
            let person = random.pick(BabiWords.townspeople)
            let earlier = visits.filter { $0.person == person }
            guard earlier.count < times.count else { continue }
            let place = random.pick(
                BabiWords.townPlaces.filter { $0 != earlier.last?.place })
            visits.append(Visit(person: person, time: earlier.count, place: place))
        }
        return visits
    }

    private static func sentence(_ visit: Visit, _ random: inout SplitMix64) -> String {
        let time = times[visit.time]
        let moving = "\(visit.person) \(random.moving(to: visit.place))"
        return random.chance(1, in: 2)
            ? "\(time.prefix(1).uppercased())\(time.dropFirst()) \(moving)." : "\(moving) \(time)."
    }

    /// One for each two visits that follow upon another, about the last visit to a place.
    private static func questions(of visits: [Visit]) -> [BabiQuestion] {
        visits.indices.compactMap { index in
            let visit = visits[index]
            let same = visits.indices.filter { visits[$0].person == visit.person }
            guard let before = same.first(where: { visits[$0].time == visit.time - 1 }),
                !same.contains(where: {
                    visits[$0].time > visit.time && visits[$0].place == visit.place
                })
            else { return nil }
            return BabiQuestion(
                text: "Where was \(visit.person) before the \(visit.place)? ",
                answer: visits[before].place, facts: [index, before])
        }
    }
}
