import Base
import Corpora
import Foundation
import Testing
import TestSupport

/// What a reader counts in a bAbI file.
private struct Statistics {
    var stories = 0
    var sentences = 0
    var questions = 0
    var facts = 0
    var words: Set<String> = []
    var answers: [String: Int] = [:]
    /// Sentences without their names, places and things.
    var forms: [String: Int] = [:]
    /// Sentences told since the newest supporting fact.
    var ages: [Int: Int] = [:]

    static let slots = [
        "person": "John Mary Sandra Daniel Fred Bill Jeff Julie Emily Gertrude Jessica Winona "
            + "Bernhard Brian Greg Julius Lily Antoine Jason Sumit Yann",
        "place": "kitchen bathroom bedroom garden hallway office school park cinema",
        "thing": "milk football apple pajamas",
        "shape": "red blue yellow pink square rectangle sphere triangle",
        "box": "chocolate chocolates box chest container suitcase",
    ]
    static let slotOf = Dictionary(
        uniqueKeysWithValues: slots.flatMap { slot, names in
            names.split(separator: " ").map { (String($0), slot) }
        })

    init(_ text: String) {
        var sentenceLines: [Int] = []
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard let number = Int(parts[0]) else { continue }
            if number == 1 {
                stories += 1
                sentenceLines = []
            }
            let columns = parts[1].split(separator: "\t")
            let tokens = columns[0].split { !$0.isLetter }.map(String.init)
            words.formUnion(tokens)
            if columns.count == 1 {
                sentences += 1
                sentenceLines.append(number)
                forms[tokens.map { Self.slotOf[$0] ?? $0 }.joined(separator: " "), default: 0] += 1
            } else {
                questions += 1
                answers[String(columns[1]), default: 0] += 1
                let numbers = columns[2].split(separator: " ").compactMap { Int($0) }
                facts += numbers.count
                let newest = numbers.max() ?? 0
                ages[sentenceLines.count { $0 > newest }, default: 0] += 1
            }
        }
    }
}

/// Half the sum of the differences of two distributions: 0 if equal, 1 if disjoint.
private func distance<Key>(_ a: [Key: Int], _ b: [Key: Int]) -> Double {
    let (n, m) = (Double(a.values.reduce(0, +)), Double(b.values.reduce(0, +)))
    return Set(a.keys).union(b.keys).reduce(0) {
        $0 + abs(Double(a[$1] ?? 0) / n - Double(b[$1] ?? 0) / m) / 2
    }
}

/// Made stories beside the released ones of the same task.
@Suite(.enabled(if: Fixtures.available, "needs ../shared/fixtures")) struct BabiStatisticsTests {
    /// The larger of the released files: 10,000 questions, of task 3 (whose training file is
    /// missing) 1,000.
    private func real(_ task: BabiTask) throws -> Statistics {
        let splits = ["train", "test"].map {
            Fixtures.path("data/babi/en-10k/" + task.fileName(split: $0))
        }
        let path = try #require(splits.first(where: fileExists))
        return Statistics(String(decoding: try readFile(path), as: UTF8.self))
    }

    @Test("words, lengths, answers, forms and ages of facts", arguments: BabilongTasks.all)
    func likeTheReleased(name: String) throws {
        let task = BabiTask(name: name)
        let real = try real(task)
        let asksOnce = [4, 16, 19].contains(task.number)
        let stories = BabiGenerator(task, split: .train, seed: 3).prefix(asksOnce ? 5000 : 1000)
        let made = Statistics(stories.map(\.text).joined())

        #expect(made.words == real.words)
        func ratio(_ quantity: (Statistics) -> Double) -> Double { quantity(made) / quantity(real) }
        let perStory = ratio { Double($0.questions) / Double($0.stories) }
        #expect(abs(perStory - 1) < 0.02, "questions a story: \(perStory)")
        let length = ratio { Double($0.sentences) / Double($0.stories) }
        #expect(abs(length - 1) < 0.06, "sentences a story: \(length)")
        let facts = ratio { Double($0.facts) / Double($0.questions) }
        #expect(abs(facts - 1) < 0.06, "facts a question: \(facts)")
        // Measured: 0.066 in task 3, of which the release has 1,000 questions, 0.053 in task 5, where
        // it names people and things unequally, 0.04 and less elsewhere.
        let answers = distance(made.answers, real.answers)
        #expect(answers < 0.08, "answers: \(answers)")
        let forms = distance(made.forms, real.forms)
        #expect(forms < 0.05, "sentence forms: \(forms)")
        // Tasks 14, 16 and 19 shuffle what the release lets stand in an order of its own.
        let ages = distance(made.ages, real.ages)
        #expect(ages < ([14, 16, 19].contains(task.number) ? 0.2 : 0.08), "ages: \(ages)")
    }
}
