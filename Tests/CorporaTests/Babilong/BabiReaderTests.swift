import Base
import Corpora
import Testing
import TestSupport

@Suite struct BabiReaderTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ text: String) throws -> [BabilongSample] {
        _ = try file(folder, "qa1_x_test.txt", text)
        return try loadBabilong(data: folder.path, length: "0k", task: "qa1")
    }

    private var path: String { folder("qa1_x_test.txt") }

    /// The rows were made from the same files by a program in Python.
    @Test(arguments: BabilongTasks.all)
    func madeStoriesEqualBabilong0k(task: String) throws {
        try compare(
            task, files: Repository.golden("babi"), rows: Repository.golden("babilong"))
    }

    @Test(
        .enabled(if: Fixtures.available, "needs ../shared/fixtures"), arguments: BabilongTasks.all)
    func releasedStoriesEqualBabilong0k(task: String) throws {
        let count = try compare(
            task, files: Fixtures.path("data/babi/en-10k"), rows: Fixtures.path("data/babilong"))
        let thousand = ["qa1", "qa6", "qa7", "qa8", "qa9", "qa10"].contains(task)
        #expect(count == (thousand ? 1000 : 999))
    }

    @discardableResult private func compare(
        _ task: String, files: String, rows: String
    ) throws -> Int {
        let stories = try loadBabilong(data: files, length: "0k", task: task)
        let records = try loadBabilong(data: rows, length: "0k", task: task)
        #expect(stories.count == records.count)
        for (story, record) in zip(stories, records) {
            #expect(story.task == task)
            #expect(story.index == record.index)
            #expect(story.input == record.input)
            #expect(story.question == record.question)
            #expect(story.target == record.target)
            #expect(story.supportingFacts?.isEmpty == false)
            #expect(record.supportingFacts == nil)
        }
        let hasSpace = !["qa4", "qa15", "qa16", "qa17", "qa18", "qa19", "qa20"].contains(task)
        #expect(stories.allSatisfy { $0.question.hasSuffix("? ") == hasSpace })
        return stories.count
    }

    @Test func theLargerSetComesFirst() throws {
        for (subfolder, target) in [("", "itself"), ("en/", "en"), ("en-10k/", "en-10k")] {
            _ = try file(folder, "\(subfolder)qa1_x_test.txt", "1 A.\n2 q?\t\(target)\t1\n")
            let samples = try loadBabilong(data: folder.path, length: "0k", task: "qa1")
            #expect(samples.map(\.target) == [target])
        }
    }

    @Test func supportingFactsAreSentencesOfTheInput() throws {
        let samples = try read(
            "1 A.\n2 B. \r\n3 q? \tx\t2\r\n4 C.\n5 r?\ty z\t4 1\n1 D.\n2 s? \tw\t\n3 t?\tv\n")
        #expect(
            samples == [
                BabilongSample(
                    task: "qa1", index: 0, input: "A. B.", question: "q? ", target: "x",
                    supportingFacts: [1]),
                BabilongSample(
                    task: "qa1", index: 1, input: "A. B. C.", question: "r?", target: "y z",
                    supportingFacts: [2, 0]),
                BabilongSample(
                    task: "qa1", index: 2, input: "D.", question: "s? ", target: "w",
                    supportingFacts: []),
                BabilongSample(
                    task: "qa1", index: 3, input: "D.", question: "t?", target: "v"),
            ])
    }

    @Test func blankLinesAndAMarkAreNoSentences() throws {
        let plain = try read("1 A.\n2 q?\tx\t1\n")
        #expect(try read("\u{FEFF}1 A.\n\n  \n2 q?\tx\t1\n\n") == plain)
    }

    @Test(arguments: [
        "A.", "x A.", "0 A.", "-1 A.", "99999999999999999999 A.", "1", "2\tq?\tx\t1",
        "2 q?\t", "2 q?\t \t1", "2 q?\tx\t1\t1", "2 q?\tx\t3", "2 q?\tx\tone", "2 q?\tx\t1,1",
    ])
    func aLineThatIsNoStoryIsRefused(line: String) throws {
        #expect {
            try read("1 A.\n\(line)\n")
        } throws: {
            guard case .malformedStory(path, line: 2, _, _)? = $0 as? CorpusError else {
                return false
            }
            return true
        }
    }

    @Test func aFileWithoutQuestionsIsRefused() throws {
        #expect(throws: CorpusError.noRows(path: path, task: "qa1")) { try read("1 A.\n") }
        #expect(throws: CorpusError.noRows(path: path, task: "qa1")) { try read("") }
    }

    @Test func bytesThatAreNoTextAreRefused() throws {
        _ = try file(folder, "qa1_x_test.txt", Array("1 A.\n2 ".utf8) + [0xFF])
        #expect(throws: CorpusError.invalidUTF8(path: path, line: 2, offset: 7, byte: 0xFF)) {
            try loadBabilong(data: folder.path, length: "0k", task: "qa1")
        }
    }

    @Test func aStoryWithoutEndIsRefused() throws {
        let sentence = String(repeating: "x", count: 1000)
        let lines = (1...300).map { "\($0) \(sentence)\n" }.joined()
        #expect(throws: CorpusError.storyTooLong(path: path, line: 262, limit: 1 << 18)) {
            try read(lines)
        }
        #expect(throws: CorpusError.textTooLong(path: path, line: 1, limit: 1 << 18)) {
            try read("1 " + String(repeating: "x", count: 300_000))
        }
    }
}
