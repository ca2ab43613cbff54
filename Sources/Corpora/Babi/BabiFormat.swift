import Base

/// How stories are written; `loadBabilong` reads both.
package enum BabiFormat: String, CaseIterable, Sendable {
    /// The bAbI release's numbered lines.
    case babi
    /// BABILong's JSON array of rows of input, question and target, one row a line.
    case babilong

    /// Relative to the folder of the data set. BABILong's layout has no place for the split.
    package func fileName(of task: BabiTask, split: BabiSplit) -> String {
        switch self {
        case .babi: task.fileName(split: split.rawValue)
        case .babilong: "\(task.name)/0k.json"
        }
    }

    /// Writes stories to a file that appears when it is complete.
    ///
    /// - Parameter progress: called with the number of stories told so far.
    /// - Returns: how many questions they ask.
    package func write(
        _ stories: BabiGenerator, count: Int, of task: BabiTask, to path: String,
        progress: (Int) -> Void = { _ in }
    ) throws -> Int {
        let file = try AtomicFile(path)
        var questions = 0
        if self == .babilong { try file.write(Array("[".utf8)) }
        for (index, story) in stories.prefix(count).enumerated() {
            switch self {
            case .babi: try file.write(Array(story.text.utf8))
            case .babilong:
                for sample in story.samples(task: task.name, from: questions) {
                    let separator = sample.index == 0 ? "\n" : ",\n"
                    try file.write(Array(separator.utf8))
                    try file.write(try encodeJSON(BabilongRecord(sample), pretty: false))
                }
            }
            questions += story.questionCount
            progress(index + 1)
        }
        if self == .babilong { try file.write(Array("\n]\n".utf8)) }
        try file.commit()
        return questions
    }

    /// What `write` made of a task.
    package struct Written {
        package let task: BabiTask
        package let questions: Int
        /// Relative to the folder of the data set.
        package let file: String
    }

    /// Writes new stories of several tasks, a file each.
    ///
    /// - Parameter progress: called with the number of stories told so far.
    package func write(
        _ tasks: [BabiTask], split: BabiSplit, stories: Int, seed: UInt64, to folder: String,
        progress: (Int) -> Void
    ) throws -> [Written] {
        try tasks.enumerated().map { index, task in
            let file = fileName(of: task, split: split)
            let questions = try write(
                BabiGenerator(task, split: split, seed: seed), count: stories, of: task,
                to: join(folder, file)
            ) { progress(index * stories + $0) }
            return Written(task: task, questions: questions, file: file)
        }
    }
}
