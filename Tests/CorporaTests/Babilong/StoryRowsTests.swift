import Corpora
import Testing

@Suite struct StoryRowsTests {
    private func row(
        _ input: String, _ question: String, _ target: String, task: String = "qa1"
    ) -> BabilongSample {
        BabilongSample(task: task, index: 0, input: input, question: question, target: target)
    }

    private var rows: [BabilongSample] {
        [
            row("Mary left. John sat.", "Where is Mary? ", "kitchen"),
            row("Mary left. John sat. Mary sat.", "Where is John?", "garden"),
            row("Mary left. John sat. Mary sat.", "Where is Mary?", "hallway"),
        ]
    }

    @Test("A story has every question where it was asked, in the words of the prompts")
    func pieces() throws {
        let story = try #require(StoryRows.groups(of: rows).first)
        #expect(story.rows == rows)
        #expect(
            story.pieces.map(\.text).joined() == """
                <context>\u{20}
                Mary left. John sat.
                Question: Where is Mary?  Answer: kitchen
                Mary sat.
                Question: Where is John? Answer: garden
                Question: Where is Mary? Answer: hallway
                """)
        #expect(story.pieces.filter(\.isAnswer).map(\.text) == [" kitchen", " garden", " hallway"])
    }

    @Test("A row that does not go on with the one before begins a story, and so does a task")
    func grouping() {
        let others = [
            row("John left.", "Where is John?", "garden"),
            row("John left. Mary left.", "Where is John?", "garden", task: "qa2"),
        ]
        #expect(StoryRows.groups(of: rows + others).map(\.rows.count) == [3, 1, 1])
        #expect(StoryRows.groups(of: []).isEmpty)
    }
}
