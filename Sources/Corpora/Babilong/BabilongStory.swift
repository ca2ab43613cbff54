/// Rows of a task that ask about one growing story.
package struct BabilongStory: Sendable, Equatable {
    /// In the order in which the story asks.
    package let questions: [BabilongSample]

    /// A stretch of a story's text.
    package struct Piece: Sendable, Equatable {
        package let text: String
        package let isAnswer: Bool
    }

    /// The story in the words of the needle prompts, each question where it was asked.
    package var pieces: [Piece] {
        var told = ""
        return questions.flatMap { row in
            let news = row.input.dropFirst(told.count)
            let opening =
                told.isEmpty
                ? PromptForm.opening + news : news.isEmpty ? "" : "\n\(news.stripped)"
            told = row.input
            return [
                Piece(
                    text: "\(opening)\n\(PromptForm.asking(row.question))", isAnswer: false),
                Piece(text: " \(row.target)", isAnswer: true),
            ]
        }
    }
}

/// The stories that consecutive rows belong to: a row goes on with a story when its input begins
/// with all of the row before's.
package func stories(_ samples: [BabilongSample]) -> [BabilongStory] {
    var stories: [[BabilongSample]] = []
    for sample in samples {
        if let last = stories.last?.last, last.task == sample.task,
            sample.input.hasPrefix(last.input)
        {
            stories[stories.count - 1].append(sample)
        } else {
            stories.append([sample])
        }
    }
    return stories.map(BabilongStory.init)
}
