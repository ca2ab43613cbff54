/// Answers bAbI questions from the text of the story; nil where the text does not tell.
struct BabiSolver {
    let sentences: [String]

    /// - Parameter story: sentences, each with its full stop, one space between two.
    init(story: String) {
        sentences = story.split(separator: ".")
            .map { $0.drop(while: { $0 == " " }) + "." }.map(String.init)
    }

    init(sentences: [String]) { self.sentences = sentences }

    func answer(_ question: String, task: String) -> String? {
        let words = question.split { " ?".contains($0) }.map(String.init)
        switch task {
        case "qa1", "qa11", "qa12", "qa13": return ReadersWorld(sentences).placeOf[words[2]]
        case "qa2": return ReadersWorld(sentences).pathOf[words[3]]?.last
        case "qa3": return placeBefore(thing: words[3], place: words[6])
        case "qa4": return neighbour(words)
        case "qa5": return giving(words)
        case "qa6":
            return ReadersWorld(sentences).placeOf[words[1]].map { $0 == words[4] ? "yes" : "no" }
        case "qa7":
            return ["none", "one", "two", "three"][
                ReadersWorld(sentences).things(of: words[4]).count]
        case "qa8":
            let things = ReadersWorld(sentences).things(of: words[2])
            return things.isEmpty ? "nothing" : things.joined(separator: ",")
        case "qa9", "qa10": return statement(person: words[1], place: words[4])
        case "qa14": return earlier(person: words[2], place: words[5])
        case "qa15": return fear(of: words[2])
        case "qa16": return colour(of: words[3])
        case "qa17": return position(question)
        case "qa18": return size(question)
        case "qa19": return path(from: words[6], to: words[9])
        default: return motive(words)
        }
    }

    /// Task 3. Facts may begin after the thing was taken: who drops it had it before.
    private func placeBefore(thing: String, place: String) -> String? {
        var told = sentences
        let handlings = sentences.filter { $0.contains("the \(thing)") }
        if let first = handlings.first, let dropper = first.split(separator: " ").first,
            ["dropped", "left", "discarded", "put down"].contains(where: first.contains)
        {
            told.insert("\(dropper) got the \(thing).", at: 0)
        }
        let path = ReadersWorld(told).pathOf[thing] ?? []
        guard let index = path.lastIndex(of: place), index > 0 else { return nil }
        return path[index - 1]
    }

    private func giving(_ words: [String]) -> String? {
        let gifts = ReadersWorld(sentences).gifts.reversed()
        switch (words[0], words[1]) {
        case ("What", _):
            return gifts.first { $0.giver == words[2] && $0.receiver == words[5] }?.thing
        case ("Who", "did"):
            return gifts.first { $0.giver == words[2] && $0.thing == words[5] }?.receiver
        case ("Who", "received"): return gifts.first { $0.thing == words[3] }?.receiver
        default:
            return gifts.first {
                $0.thing == words[3] && (words.count < 6 || $0.receiver == words[5])
            }?.giver
        }
    }

    /// Tasks 9 and 10: the last sentence about a person.
    private func statement(person: String, place: String) -> String? {
        guard let last = sentences.last(where: { $0.hasPrefix(person) }) else { return nil }
        let isNamed = last.contains(" the \(place)")
        if last.contains(" not ") || last.contains(" no longer ") { return isNamed ? "no" : nil }
        if last.contains(" either ") { return isNamed ? "maybe" : "no" }
        return isNamed ? "yes" : "no"
    }

    private func earlier(person: String, place: String) -> String? {
        let times = ["yesterday", "this morning", "this afternoon", "this evening"]
        let visits = sentences.filter { $0.contains(person) }.compactMap { sentence in
            times.firstIndex { sentence.lowercased().contains($0) }.map { time in
                let words = sentence.dropLast().split(separator: " ").map(String.init)
                return (time: time, place: words[(words.lastIndex(of: "the") ?? 0) + 1])
            }
        }.sorted { $0.time < $1.time }
        guard let index = visits.lastIndex(where: { $0.place == place }), index > 0 else {
            return nil
        }
        return visits[index - 1].place
    }

    /// Task 15.
    private func fear(of person: String) -> String? {
        let singular = ["wolves": "wolf", "cats": "cat", "mice": "mouse", "sheep": "sheep"]
        guard let kind = kinds[person.lowercased()] else { return nil }
        for sentence in sentences where sentence.contains(" afraid of ") {
            let words = sentence.lowercased().dropLast().split(separator: " ").map(String.init)
            if singular[words[0]] == kind { return singular[words[4]] }
        }
        return nil
    }

    /// "X is a Y": Y by lower-case X.
    private var kinds: [String: String] {
        var kinds: [String: String] = [:]
        for sentence in sentences where sentence.contains(" is a ") {
            let words = sentence.dropLast().split(separator: " ").map(String.init)
            kinds[words[0].lowercased()] = words[3]
        }
        return kinds
    }

    /// Task 16: that of the last one introduced of the same kind.
    private func colour(of creature: String) -> String? {
        let kind = kinds[creature.lowercased()]
        let alike = sentences.compactMap { sentence -> String? in
            let words = sentence.dropLast().split(separator: " ").map(String.init)
            return words.count == 4 && words[3] == kind && words[0] != creature ? words[0] : nil
        }
        guard let model = alike.last else { return nil }
        return sentences.map { $0.dropLast().split(separator: " ").map(String.init) }
            .first { $0.count == 3 && $0[0] == model }?[2]
    }

    private func motive(_ words: [String]) -> String? {
        let places = [
            "hungry": "kitchen", "thirsty": "kitchen", "tired": "bedroom", "bored": "garden",
        ]
        let feelings = sentences.compactMap { sentence -> String? in
            let told = sentence.dropLast().split(separator: " ").map(String.init)
            return told[0].lowercased() == words[2] && told[1] == "is" ? told[2] : nil
        }
        return words[0] == "Where" ? feelings.last.flatMap { places[$0] } : feelings.last
    }
}
