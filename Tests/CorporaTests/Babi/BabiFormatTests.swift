import Base
import Corpora
import Testing
import TestSupport

@Suite struct BabiFormatTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(
        _ name: String, _ format: BabiFormat, seed: UInt64 = 7, stories: Int = 10,
        to subfolder: String
    ) throws -> String {
        let task = BabiTask(name: name)
        let path = folder("\(subfolder)/\(format.fileName(of: task, split: .test))")
        _ = try format.write(
            BabiGenerator(task, split: .test, seed: seed), count: stories, of: task, to: path)
        return path
    }

    @Test("both forms read back to the rows that were made", arguments: BabilongTasks.all)
    func roundTrip(task: String) throws {
        _ = try write(task, .babi, to: "babi")
        _ = try write(task, .babilong, to: "babilong")
        var made: [BabilongSample] = []
        for story in BabiGenerator(BabiTask(name: task), split: .test, seed: 7).prefix(10) {
            made += story.samples(task: task, from: made.count)
        }
        let lines = try loadBabilong(data: folder("babi"), length: "0k", tasks: [task])
        #expect(lines == made)
        let rows = try loadBabilong(data: folder("babilong"), length: "0k", tasks: [task])
        #expect(rows.count == made.count)
        for (row, sample) in zip(rows, made) {
            for form in PromptForm.allCases {
                #expect(form.prompt(for: row) == form.prompt(for: sample))
            }
            #expect(row.target == sample.target)
        }
    }

    @Test("the line numbers of facts are those of their sentences")
    func lineNumbers() throws {
        var story = BabiStory()
        story.tell("A went to the park.")
        story.ask(BabiQuestion(text: "Where is A? ", answer: "park", facts: [0]))
        story.tell("B got the milk there.")
        story.tell("B went to the park.")
        story.ask(BabiQuestion(text: "Where is the milk? ", answer: "park", facts: [1, 2]))
        #expect(
            story.text == """
                1 A went to the park.
                2 Where is A? \tpark\t1
                3 B got the milk there.
                4 B went to the park.
                5 Where is the milk? \tpark\t3 4

                """)
    }

    @Test("the same seed gives the same bytes, another one others", arguments: BabilongTasks.all)
    func seeds(task: String) throws {
        for format in BabiFormat.allCases {
            let first = try readFile(write(task, format, to: "first"))
            #expect(try readFile(write(task, format, to: "again")) == first)
            #expect(try readFile(write(task, format, seed: 8, to: "other")) != first)
        }
    }

    @Test("splits share no story, whatever the seeds", arguments: BabilongTasks.all)
    func disjoint(task: String) {
        func stories(_ split: BabiSplit, _ seed: UInt64) -> Set<[String]> {
            Set(
                BabiGenerator(BabiTask(name: task), split: split, seed: seed).prefix(50)
                    .map(\.sentences))
        }
        let train = stories(.train, 1).union(stories(.train, 2))
        let valid = stories(.valid, 1)
        let test = stories(.test, 1).union(stories(.test, 3))
        #expect(train.isDisjoint(with: test))
        #expect(train.isDisjoint(with: valid))
        #expect(valid.isDisjoint(with: test))
    }

    @Test("a tenth of all stories is for testing, a tenth for validation")
    func shares() {
        // Rejection leaves each split as it is, so the shares are seen in what is drawn for none.
        var counts: [BabiSplit: Int] = [:]
        for number in 0..<10_000 {
            var story = BabiStory()
            story.tell("Story \(number).")
            counts[BabiSplit(of: story), default: 0] += 1
        }
        // Five standard deviations of a binomial count.
        #expect(abs((counts[.test] ?? 0) - 1000) < 150)
        #expect(abs((counts[.valid] ?? 0) - 1000) < 150)
    }
}
