import Base

/// The documents of text files, in order, one at a time.
///
/// Memory is one line or record and buffers of constant size, however large the files are: a long document
/// comes in parts, where it may be cut.
///
/// | Name ends in | Documents |
/// |---|---|
/// | `.txt` | the whole file; with `lines` each line, stripped of white space, blank ones too |
/// | `.jsonl` `.json` | the text under one key of the JSON object on each line; blank lines hold none |
/// | `.txt.zst` `.jsonl.zst` | the same, compressed |
/// | anything else, of a pipe or `-`, standard input | what its first bytes look like |
///
/// Text is kept as it is: no newline translation, no normalisation, no repair. Of records a byte order
/// mark before the first one is skipped.
package final class DocumentReader {
    private struct Input {
        let path: String
        /// nil until the content has told it.
        let format: TextFormat?
    }

    /// The most bytes that a line, a record or a text between two places to cut it may have unless told
    /// otherwise, against a small compressed file that decompresses without end.
    package static let documentLimit = 1 << 28

    /// A document, or a part of one.
    package struct Part {
        package let text: String
        package let endsDocument: Bool
    }

    /// Bytes of all the files on disk.
    package let fileBytes: Int
    /// Bytes on disk consumed so far, for a progress display.
    package var fileBytesRead: Int { finishedBytes + (reader?.source.fileBytesRead ?? 0) }

    private var inputs: ArraySlice<Input>
    private let records: JSONLineDecoder
    private let lines: Bool
    private let limit: Int
    private let cut: (UnsafeRawBufferPointer) -> Int?
    private var reader: LineReader?
    /// Of a line or record that comes in parts, what is still to come.
    private var rest: Substring?
    /// Of the file that `reader` reads.
    private var content = TextFormat.Content.text
    private var finishedBytes = 0

    /// - Parameters:
    ///   - key: where a JSON record keeps its text.
    ///   - lines: whether each line of a `.txt` file is a document; says nothing of other files.
    ///   - limit: the most bytes a line, a record or a text that is not cut may have.
    ///   - cut: the last place in some bytes where a text may be cut, nil if there is none; texts stay
    ///     whole by default.
    /// - Throws: `CorpusError.unknownSuffix`, or `FileError` for a file that is missing or a
    ///   folder, about any of the files before the first is read.
    package init(
        paths: [String], key: String = "text", lines: Bool = false,
        limit: Int = DocumentReader.documentLimit,
        cut: @escaping (UnsafeRawBufferPointer) -> Int? = { _ in nil }
    ) throws {
        self.cut = cut
        inputs = try paths.map { Input(path: $0, format: try .of($0)) }[...]
        fileBytes = try paths.reduce(0) { $0 + (try fileSize($1)) }
        records = JSONLineDecoder(key: key)
        self.lines = lines
        self.limit = limit
    }

    /// The next document, nil after the last.
    ///
    /// - Throws: `CorpusError` with file and line, `FileError`. There is nothing to be had after
    ///   an error.
    package func next() throws -> String? {
        var document = ""
        while let part = try nextPart() {
            document += part.text
            if part.endsDocument { return document }
        }
        return nil
    }

    /// The next document, or the next part of one; nil after the last.
    ///
    /// - Throws: as `next`.
    package func nextPart() throws -> Part? {
        while let input = inputs.first {
            let reader = try self.reader ?? open(input)
            self.reader = reader
            if let part = try nextPart(from: reader) { return part }
            finishedBytes += reader.source.fileBytesRead
            self.reader = nil
            inputs.removeFirst()
        }
        return nil
    }

    private func open(_ input: Input) throws -> LineReader {
        let (source, content) = try openText(input.path, as: input.format)
        self.content = content
        // A text is kept as it is.
        return LineReader(
            source, path: input.path, limit: limit, skipsMark: content == .records)
    }

    // Inlined, the optimizer of Swift 6.3 ends with an internal error.
    @inline(never)
    private func nextPart(from reader: LineReader) throws -> Part? {
        if content == .text, !lines { return try nextTextPart(from: reader) }
        if let rest { return takePart(of: rest) }
        let document =
            content == .records ? try nextRecord(from: reader) : try nextLine(from: reader)
        return document.map { takePart(of: $0[...]) }
    }

    /// The first part of a document that has been read whole, so that what takes parts needs no memory for
    /// all of it at once.
    private func takePart(of document: Substring) -> Part {
        let utf8 = document.utf8
        var size = LineReader.partSize
        while size < utf8.count {
            let place = utf8.prefix(size).withContiguousStorageIfAvailable {
                cut(UnsafeRawBufferPointer($0)) ?? 0
            }
            if let place, place > 0 {
                let end = utf8.index(utf8.startIndex, offsetBy: place)
                rest = document[end...]
                return Part(text: String(document[..<end]), endsDocument: false)
            }
            size *= 2
        }
        rest = nil
        return Part(text: String(document), endsDocument: true)
    }

    private func nextRecord(from reader: LineReader) throws -> String? {
        while true {
            let record: String?? = try reader.next { line in
                line.isBlank ? nil : try records.text(of: line, path: reader.path)
            }
            guard let record else { return nil }
            if let text = record { return text }
        }
    }

    private func nextLine(from reader: LineReader) throws -> String? {
        try reader.next { line in
            try text(line.bytes, path: reader.path, line: line.number, offset: line.offset)
                .stripped
        }
    }

    private func nextTextPart(from reader: LineReader) throws -> Part? {
        try reader.nextPart(cut: cut) { part, isLast in
            Part(
                text: try text(
                    part.bytes, path: reader.path, line: part.number, offset: part.offset),
                endsDocument: isLast)
        }
    }
}
