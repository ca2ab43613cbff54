import Base

/// Reads a task of the original bAbI release into the rows of BABILong's 0k set.
///
/// A line is a number and a sentence, or a number and question, answer and supporting line
/// numbers separated by tabs; the number 1 starts a new story. A row's input is every sentence
/// of the story before the question, joined by one space.
///
/// - SeeAlso: Weston et al. 2015, arXiv:1502.05698, and the release's README.
struct BabiReader {
    /// The most bytes a story may have. Every question repeats the story before it, so without
    /// a bound a file could ask for memory of its size squared. Real ones stay below 10,000.
    static let storyLimit = 1 << 18

    let path: String
    let task: String

    private var samples: [BabilongSample] = []
    private var story = ""
    /// Which sentence of the story stands on a line.
    private var sentences: [Int: Int] = [:]

    private init(path: String, task: String) {
        self.path = path
        self.task = task
    }

    /// The first `limit` questions, in file order.
    static func read(_ path: String, task: String, limit: Int) throws -> [BabilongSample] {
        let reader = LineReader(try FileBytes(path), path: path, limit: storyLimit)
        var rows = BabiReader(path: path, task: task)
        while rows.samples.count < limit, try reader.next({ try rows.add($0) }) != nil {}
        guard !rows.samples.isEmpty else { throw CorpusError.noRows(path: path, task: task) }
        return rows.samples
    }

    private mutating func add(_ line: Line) throws {
        if line.isBlank { return }
        let content = try text(line.bytes, path: path, line: line.number, offset: line.offset)
        let parts = content.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), number > 0 else {
            throw malformed(line, "a line number, a space and a sentence", content)
        }
        if number == 1 {
            story = ""
            sentences = [:]
        }
        let columns = parts[1].split(separator: "\t", omittingEmptySubsequences: false)
        if columns.count == 1 {
            try add(sentence: columns[0].stripped, number: number, line: line)
        } else {
            try add(question: columns, line: line)
        }
    }

    private mutating func add(sentence: String, number: Int, line: Line) throws {
        guard story.utf8.count + sentence.utf8.count < Self.storyLimit else {
            throw CorpusError.storyTooLong(path: path, line: line.number, limit: Self.storyLimit)
        }
        if !sentences.isEmpty { story += " " }
        story += sentence
        sentences[number] = sentences.count
    }

    private mutating func add(question columns: [Substring], line: Line) throws {
        let target = columns[1].stripped
        guard columns.count <= 3, !target.isEmpty else {
            throw malformed(
                line, "a question, its answer and its supporting line numbers between tabs",
                columns.joined(separator: "\t"))
        }
        let facts = try columns.dropFirst(2).first.map {
            try $0.stripped.split(separator: " ").map { name in
                guard let number = Int(name), let sentence = sentences[number] else {
                    throw malformed(line, "the line number of an earlier sentence", name)
                }
                return sentence
            }
        }
        samples.append(
            BabilongSample(
                task: task, index: samples.count, input: story, question: String(columns[0]),
                target: target, supportingFacts: facts))
    }

    private func malformed(
        _ line: Line, _ expected: String, _ found: some StringProtocol
    ) -> CorpusError {
        .malformedStory(
            path: path, line: line.number, expected: expected, found: "'\(clipped(found))'")
    }
}
