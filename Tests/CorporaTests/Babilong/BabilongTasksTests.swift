import Corpora
import Testing

@Suite struct BabilongTasksTests {
    @Test func namesAreParsedInTheOrderGiven() throws {
        #expect(try BabilongTasks.parse("qa4") == ["qa4"])
        #expect(try BabilongTasks.parse("qa10, qa2,qa1") == ["qa10", "qa2", "qa1"])
        #expect(
            try BabilongTasks.parse("1-3,qa20, qa5-qa6,10")
                == [1, 2, 3, 20, 5, 6, 10].map { "qa\($0)" })
        #expect(try BabilongTasks.parse("all") == (1...20).map { "qa\($0)" })
    }

    @Test(arguments: [
        "", "qa1,", "qa0", "qa21", "QA1", "qa01", "0", "01", "-1", "1-", "3-1", "1-21", "1-2-3",
        "qa1 qa2", "all,qa1",
    ])
    func whatIsNoTaskIsRefused(argument: String) {
        #expect {
            try BabilongTasks.parse(argument)
        } throws: {
            guard case .unknownTask? = $0 as? CorpusError else { return false }
            return "\($0)".contains("qa1, qa2, ") && "\($0)".contains("or all")
        }
    }

    @Test func aTaskNamedTwiceIsRefused() {
        #expect(throws: CorpusError.repeatedTask(name: "qa3")) {
            try BabilongTasks.parse("qa3,qa1,qa3")
        }
        #expect(throws: CorpusError.repeatedTask(name: "qa3")) {
            try BabilongTasks.parse("1-3,3-4")
        }
    }
}
