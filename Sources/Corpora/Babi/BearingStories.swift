import Randomness

/// Tasks 4, 17 and 19: sentences that place one thing beside another, and questions that take one
/// or two of them.
enum BearingStories {
    /// Three in a row, one sentence for each neighbour of the middle one, which stands in it as
    /// the object two times of three.
    private static func neighbours(
        of names: [String], _ directions: [Compass], middleIsObject: Int, _ random: inout SplitMix64
    ) -> [Bearing] {
        directions.enumerated().map { index, direction in
            let bearing = Bearing(
                subject: names[index], direction: direction, object: names[2])
            return random.chance(middleIsObject, in: 3) ? bearing : bearing.reversed
        }
    }

    /// Task 4: which place is east of another, or what another is west of.
    static func relations(_ random: inout SplitMix64) -> BabiStory {
        let direction = random.pick(Compass.allCases)
        let bearings = neighbours(
            of: random.shuffled(BabiWords.places), [direction, direction.opposite],
            middleIsObject: 2, &random)
        var story = BabiStory()
        for bearing in bearings { story.tell(bearing.sentence) }
        let fact = random.below(2)
        let asked = bearings[fact]
        let text =
            random.chance(1, in: 2)
            ? "What is \(asked.direction) of the \(asked.object)?"
            : "What is the \(asked.object) \(asked.direction.opposite) of?"
        story.ask(BabiQuestion(text: text, answer: asked.subject, facts: [fact]))
        return story
    }

    private static let shapes = [
        "red square", "blue square", "yellow square", "pink rectangle", "triangle", "red sphere",
    ]

    /// Task 17: how the two outer ones of three shapes lie to each other.
    static func positions(_ random: inout SplitMix64) -> BabiStory {
        let names = random.shuffled(shapes)
        let first = random.pick(Compass.allCases)
        let second = random.pick(Compass.allCases, except: first)
        let bearings = neighbours(
            of: names, [first, second], middleIsObject: 1, &random)
        var story = BabiStory()
        for bearing in bearings {
            story.tell(
                "The \(bearing.subject) is \(bearing.direction.onPaper) the \(bearing.object).")
        }
        for _ in 0..<8 {
            let isFirst = random.chance(1, in: 2)
            let way = isFirst ? first.step - second.step : second.step - first.step
            let isTrue = random.chance(1, in: 2)
            let direction = random.pick(
                Compass.allCases.filter { ($0.step * way > 0) == isTrue })
            let (asked, other) = isFirst ? (names[0], names[1]) : (names[1], names[0])
            story.ask(
                BabiQuestion(
                    text: "Is the \(asked) \(direction.onPaper) the \(other)?",
                    answer: isTrue ? "yes" : "no", facts: isFirst ? [0, 1] : [1, 0]))
        }
        return story
    }

    /// Task 19: the way over one place to another; three more places lie beside these three.
    ///
    /// One in fourteen real stories puts two places on one spot; such are left out here.
    static func path(_ random: inout SplitMix64) -> BabiStory {
        let names = random.shuffled(BabiWords.places)
        let first = random.pick(Compass.allCases)
        let second = random.pick(Compass.allCases, except: first.opposite)
        let route = [Cell(x: 0, y: 0), first.step, first.step + second.step]
        var slots = route.indices.flatMap { place in
            Compass.allCases.map { (place: place, direction: $0) }
        }
        slots = random.shuffled(
            slots.filter { !route.contains(route[$0.place] + $0.direction.step) })
        let beside = slots.prefix(3)
        guard Set(beside.map { route[$0.place] + $0.direction.step }).count == 3 else {
            return path(&random)
        }

        // Sentence, and its place on the way if it is on it.
        var bearings: [(bearing: Bearing, leg: Int?)] = [
            (Bearing(subject: names[1], direction: first, object: names[0]), 0),
            (Bearing(subject: names[2], direction: second, object: names[1]), 1),
        ]
        for (name, slot) in zip(names[3...], beside) {
            bearings.append(
                (Bearing(subject: name, direction: slot.direction, object: names[slot.place]), nil))
        }
        bearings = random.shuffled(bearings)
        var story = BabiStory()
        for (bearing, _) in bearings {
            story.tell((random.chance(1, in: 2) ? bearing : bearing.reversed).sentence)
        }
        story.ask(
            BabiQuestion(
                text: "How do you go from the \(names[0]) to the \(names[2])?",
                answer: "\(first.rawValue.prefix(1)),\(second.rawValue.prefix(1))",
                facts: (0...1).compactMap { leg in bearings.firstIndex { $0.leg == leg } }))
        return story
    }
}

extension Bearing {
    fileprivate var sentence: String { "The \(subject) is \(direction) of the \(object)." }
}

extension Compass {
    /// The direction between shapes drawn on paper.
    fileprivate var onPaper: String {
        switch self {
        case .north: "above"
        case .south: "below"
        case .east: "to the right of"
        case .west: "to the left of"
        }
    }
}
