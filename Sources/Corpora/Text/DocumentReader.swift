import Files

/// How a text file is divided into documents, told by its name.
private struct TextFormat {
    enum Content { case text, records }
    let suffix: String
    let content: Content
    let isCompressed: Bool

    static let known = [
        TextFormat(suffix: ".txt", content: .text, isCompressed: false),
        TextFormat(suffix: ".jsonl", content: .records, isCompressed: false),
        TextFormat(suffix: ".json", content: .records, isCompressed: false),
        TextFormat(suffix: ".txt.zst", content: .text, isCompressed: true),
        TextFormat(suffix: ".jsonl.zst", content: .records, isCompressed: true),
    ]

    /// nil for a pipe, a device or standard input, whose name says nothing: their content does.
    static func of(_ path: String) throws -> TextFormat? {
        if let format = known.first(where: { path.hasSuffix($0.suffix) }) { return format }
        guard path == "-" || fileExists(path) && !isReplaced(path) && !isFolder(path) else {
            throw CorpusError.unknownSuffix(path: path, known: known.map(\.suffix))
        }
        return nil
    }

    /// What the first bytes say: zstd's magic number, or the brace of a record, or else text.
    static func of(content file: FileBytes) throws -> TextFormat {
        let piece = try file.peek() ?? UnsafeRawBufferPointer(start: nil, count: 0)
        if piece.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
            let start = try ZstdBytes(FileBytes(copying: piece, path: file.path))
            defer { withExtendedLifetime(start) {} }
            return TextFormat(
                suffix: "", content: Self.content(try start.next() ?? piece), isCompressed: true)
        }
        return TextFormat(suffix: "", content: Self.content(piece), isCompressed: false)
    }

    private static func content(_ start: UnsafeRawBufferPointer) -> Content {
        let first = start.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
        return first == UInt8(ascii: "{") ? .records : .text
    }
}

/// The documents of text files, in order, one at a time.
///
/// Memory is one document and buffers of constant size, however large the files are.
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

    /// The most bytes a document or a line may have unless told otherwise, against a small
    /// compressed file that decompresses without end.
    package static let documentLimit = 1 << 30

    /// Bytes of all the files on disk.
    package let fileBytes: Int
    /// Bytes on disk consumed so far, for a progress display.
    package var fileBytesRead: Int { finishedBytes + (reader?.source.fileBytesRead ?? 0) }

    private var inputs: ArraySlice<Input>
    private let records: JSONLineDecoder
    private let lines: Bool
    private let limit: Int
    private var reader: LineReader?
    /// Of the file that `reader` reads.
    private var content = TextFormat.Content.text
    private var finishedBytes = 0

    /// - Parameters:
    ///   - key: where a JSON record keeps its text.
    ///   - lines: whether each line of a `.txt` file is a document; says nothing of other files.
    ///   - limit: the most bytes a document or a line may have.
    /// - Throws: `CorpusError.unknownSuffix`, or `FileError` for a file that is missing or a
    ///   folder, about any of the files before the first is read.
    package init(
        paths: [String], key: String = "text", lines: Bool = false,
        limit: Int = DocumentReader.documentLimit
    ) throws {
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
        while let input = inputs.first {
            let reader = try self.reader ?? open(input)
            self.reader = reader
            if let document = try nextDocument(from: reader) { return document }
            finishedBytes += reader.source.fileBytesRead
            self.reader = nil
            inputs.removeFirst()
        }
        return nil
    }

    private func open(_ input: Input) throws -> LineReader {
        let file = try FileBytes(input.path)
        let format = try input.format ?? TextFormat.of(content: file)
        content = format.content
        let source: any ByteSource = format.isCompressed ? try ZstdBytes(file) : file
        // A text is kept as it is.
        return LineReader(
            source, path: input.path, limit: limit, skipsMark: format.content == .records)
    }

    // Inlined, the optimizer of Swift 6.3 ends with an internal error.
    @inline(never)
    private func nextDocument(from reader: LineReader) throws -> String? {
        switch content {
        case .records: try nextRecord(from: reader)
        case .text: lines ? try nextLine(from: reader) : try wholeText(from: reader)
        }
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

    private func wholeText(from reader: LineReader) throws -> String? {
        try reader.whole { try text($0, path: reader.path, line: 1, offset: 0) }
    }
}
