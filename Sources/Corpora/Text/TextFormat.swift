import Base

/// How a text file is divided into documents, told by its name.
struct TextFormat {
    enum Content { case text, records }
    let suffix: String
    let content: Content
    let isCompressed: Bool

    private static let known = [
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
}

/// The text of a file, decompressed, and what it holds.
///
/// - Parameter format: nil where the first bytes are to tell it: the magic number of zstd, then the
///   brace of a record after white space, or else text. They may come one at a time.
func openText(
    _ path: String, as format: TextFormat?
) throws -> (source: any ByteSource, content: TextFormat.Content) {
    let file = try FileBytes(path)
    if let format {
        return (format.isCompressed ? try ZstdBytes(file, path: path) : file, format.content)
    }
    let bytes = PeekableBytes(file)
    let start = try bytes.peek { $0.count >= 4 || !mayBeginZstd($0) }
    let text =
        start.count >= 4 && mayBeginZstd(start)
        ? PeekableBytes(try ZstdBytes(bytes, path: path)) : bytes
    return (text, try text.firstContent() == UInt8(ascii: "{") ? .records : .text)
}

extension PeekableBytes {
    /// The first byte after a byte order mark and white space; nil if there is none, or not soon.
    func firstContent() throws -> UInt8? {
        var blanks = 0
        let start = try peek { start in
            while blanks < start.count, isBlank(start[blanks], at: blanks) { blanks += 1 }
            return blanks < start.count || blanks > mostBlanks
        }
        return blanks < start.count ? start[blanks] : nil
    }
}

/// More bytes of white space than this are text.
private let mostBlanks = 1 << 20

/// Whether the magic number of a frame begins like this, be it one with content or one to be skipped.
private func mayBeginZstd(_ start: [UInt8]) -> Bool {
    let frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
    let skippable: [UInt8] = [start.first ?? 0, 0x2A, 0x4D, 0x18]
    let isSkippable = start.first.map { $0 & 0xF0 == 0x50 } ?? true
    return start.prefix(4) == frame.prefix(start.count)
        || isSkippable && start.prefix(4) == skippable.prefix(start.count)
}

/// White space, or a byte of the byte order mark in its place.
private func isBlank(_ byte: UInt8, at index: Int) -> Bool {
    [0x20, 0x09, 0x0A, 0x0D].contains(byte) || index < 3 && byte == [0xEF, 0xBB, 0xBF][index]
}
