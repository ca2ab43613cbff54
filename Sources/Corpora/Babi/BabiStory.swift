/// A question and what it follows from.
package struct BabiQuestion: Sendable, Equatable {
    package let text: String
    package let answer: String
    /// Sentences of the story, from 0 and questions not counted, in the order of the argument.
    package let facts: [Int]

    package init(text: String, answer: String, facts: [Int]) {
        self.text = text
        self.answer = answer
        self.facts = facts
    }
}

/// Sentences and questions as a story of the bAbI tasks tells and asks them.
package struct BabiStory: Sendable, Equatable {
    package enum Line: Sendable, Equatable {
        case sentence(String)
        case question(BabiQuestion)
    }

    package private(set) var lines: [Line] = []
    /// How many sentences there are so far.
    private(set) var sentenceCount = 0
    package private(set) var questionCount = 0

    package init() {}

    package mutating func tell(_ sentence: String) {
        lines.append(.sentence(sentence))
        sentenceCount += 1
    }

    package mutating func ask(_ question: BabiQuestion) {
        precondition(
            question.facts.allSatisfy { $0 < sentenceCount }, "\(question): of what is untold")
        lines.append(.question(question))
        questionCount += 1
    }

    /// The sentences alone, one space between two.
    package var sentences: [String] {
        lines.compactMap { if case .sentence(let text) = $0 { text } else { nil } }
    }

    /// The story in the format of the bAbI release: numbered lines; after a question its answer
    /// and the numbers of the lines it follows from, between tabs.
    package var text: String {
        var text = ""
        var numbers: [Int] = []
        for (index, line) in lines.enumerated() {
            switch line {
            case .sentence(let sentence):
                numbers.append(index + 1)
                text += "\(index + 1) \(sentence)\n"
            case .question(let question):
                let facts = question.facts.map { String(numbers[$0]) }.joined(separator: " ")
                text += "\(index + 1) \(question.text)\t\(question.answer)\t\(facts)\n"
            }
        }
        return text
    }

    /// The questions as rows of BABILong's 0k set, numbered from `index`.
    package func samples(task: String, from index: Int) -> [BabilongSample] {
        var told: [String] = []
        var samples: [BabilongSample] = []
        for line in lines {
            switch line {
            case .sentence(let sentence): told.append(sentence)
            case .question(let question):
                samples.append(
                    BabilongSample(
                        task: task, index: index + samples.count,
                        input: told.joined(separator: " "), question: question.text,
                        target: question.answer, supportingFacts: question.facts))
            }
        }
        return samples
    }
}
