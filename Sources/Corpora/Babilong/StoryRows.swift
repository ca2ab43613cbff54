/// Consecutive rows of a task that ask about one growing story.
package struct StoryRows: Sendable, Equatable {
    /// In the order in which the story asks.
    package let rows: [BabilongSample]

    /// A stretch of a story's text.
    package struct Piece: Sendable, Equatable {
        package let text: String
        package let isAnswer: Bool
    }

    /// The story in the words of the needle prompts, each question where it was asked.
    package var pieces: [Piece] {
        var told = ""
        return rows.flatMap { row in
            let news = row.input.dropFirst(told.count)
            let opening =
                told.isEmpty
                ? PromptForm.opening + news : news.isEmpty ? "" : "\n\(news.stripped)"
            told = row.input
            return [
                Piece(
                    text: "\(opening)\n\(PromptForm.asking(row.question))", isAnswer: false),
                Piece(text: PromptForm.answering(row.target), isAnswer: true),
            ]
        }
    }
}

extension StoryRows {
    /// Consecutive rows by the story that they ask about: a row goes on with a story when its input
    /// begins with all of the row before's.
    package static func groups(of samples: [BabilongSample]) -> [StoryRows] {
        var groups: [[BabilongSample]] = []
        for sample in samples {
            if let last = groups.last?.last, last.task == sample.task,
                sample.input.hasPrefix(last.input)
            {
                groups[groups.count - 1].append(sample)
            } else {
                groups.append([sample])
            }
        }
        return groups.map(StoryRows.init)
    }
}
