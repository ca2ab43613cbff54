import Base
import Tokenization

/// What a tokenizer learns from: the words of text files, and of questions with their answers.
package struct TrainingWords {
    private static let limit = 1 << 32

    private let data: [String]
    private var words = PretokenCounts()
    private let hash = SHA256()
    package private(set) var documents = 0

    /// - Parameter data: where all of it comes from, for messages.
    package init(of data: [String]) { self.data = data }

    /// How often each word occurs.
    ///
    /// - Throws: `CorpusError.noText` if there is none.
    package var counts: PretokenCounts {
        get throws {
            guard !words.isEmpty else { throw CorpusError.noText(data: data) }
            return words
        }
    }

    /// Of the documents in the order they were added, each with a byte after it that is in no UTF-8;
    /// to be asked for once, after the last.
    package func sha256() -> String { hash.finalize() }

    /// Adds the documents of text files, which may be cut at `PretokenCounts.cuts`.
    ///
    /// - Parameter progress: gets the bytes of the files that have been read.
    /// - Throws: `CorpusError`, for more words than can be counted too; `FileError`.
    package mutating func add(_ reader: DocumentReader, progress: (Int) -> Void) throws {
        while let part = try reader.nextPart() {
            try add(part.text, endsDocument: part.endsDocument)
            progress(reader.fileBytesRead)
        }
    }

    /// Adds prompts with their answers, each a document.
    ///
    /// - Throws: `CorpusError.tooManyWords`.
    package mutating func add(_ samples: [BabilongSample]) throws {
        for sample in samples { try add(sample.needleText, endsDocument: true) }
    }

    private mutating func add(_ part: String, endsDocument: Bool) throws {
        words.add(part)
        guard words.size < Self.limit else {
            throw CorpusError.tooManyWords(data: data, limit: Self.limit)
        }
        hash.update(part)
        guard endsDocument else { return }
        documents += 1
        [UInt8(0xFF)].withUnsafeBytes { hash.update($0) }
    }
}
