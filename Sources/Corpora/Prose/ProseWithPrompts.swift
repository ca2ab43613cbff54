/// Prose, and after each document the questions of one story of the bAbI tasks, each a document of
/// prompt and answer: text for a lens that is to read such prompts.
///
/// The tasks take turns; the stories are of the training split, fixed by the seed as the prose is.
package struct ProseWithPrompts: Sequence, IteratorProtocol {
    private let tasks: [BabiTask]
    private var prose: ProseGenerator
    private var stories: [BabiGenerator]
    private var turn = 0
    /// Prompts of the story at hand that are yet to come, last first.
    private var prompts: [String] = []

    /// - Parameter tasks: if there are none, there are no prompts.
    package init(tasks: [BabiTask], seed: UInt64) {
        self.tasks = tasks
        prose = ProseGenerator(seed: seed)
        stories = tasks.map { BabiGenerator($0, split: .train, seed: seed) }
    }

    /// The next document; there is always one.
    package mutating func next() -> String? {
        if let prompt = prompts.popLast() { return prompt }
        if !tasks.isEmpty {
            let story = stories[turn].next()
            prompts =
                story?.samples(task: tasks[turn].name, from: 0).reversed().map(\.needleText) ?? []
            turn = (turn + 1) % tasks.count
        }
        return prose.next()
    }
}
