import Foundation

/// A line of a file, without its line feed.
struct Line {
    /// Counted from 1.
    let number: Int
    /// Where it starts, in bytes of the (decompressed) file.
    let offset: Int
    /// Valid only inside the closure it is passed to.
    let bytes: UnsafeRawBufferPointer
}

/// The lines of a file, separated by line feeds; text after the last one is a line too.
///
/// Memory is the longest line read so far.
final class LineReader {
    /// Bytes of a part, if it can be cut there.
    static let partSize = 1 << 20

    let path: String
    let source: any ByteSource
    private let limit: Int
    private let skipsMark: Bool
    private var piece = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The start of a line that continues in the next piece.
    private var carried: [UInt8] = []
    private var isAtEnd = false
    private var number = 0
    private var offset = 0

    /// - Parameter limit: bytes a line may have. A compressed file of a few kilobytes can hold
    ///   a line of any length, so the file's own size is no bound.
    /// - Parameter skipsMark: whether a byte order mark before the first line is none of its bytes.
    init(_ source: any ByteSource, path: String, limit: Int, skipsMark: Bool = true) {
        self.skipsMark = skipsMark
        self.source = source
        self.path = path
        self.limit = limit
    }

    /// Calls `body` with the next line; nil at the end.
    ///
    /// - Throws: `CorpusError.textTooLong`, and what the source and `body` throw.
    func next<Result>(_ body: (Line) throws -> Result) throws -> Result? {
        while true {
            if piece.isEmpty {
                guard let next = try source.next() else {
                    return carried.isEmpty ? nil : try passCarried(lineFeed: 0, to: body)
                }
                piece = next
            }
            guard let length = lengthBeforeLineFeed() else {
                try carry(piece.count)
                continue
            }
            guard carried.isEmpty else {
                try carry(length)
                piece = UnsafeRawBufferPointer(rebasing: piece[1...])
                return try passCarried(lineFeed: 1, to: body)
            }
            guard length <= limit else { throw tooLong }
            let bytes = UnsafeRawBufferPointer(rebasing: piece[..<length])
            piece = UnsafeRawBufferPointer(rebasing: piece[(length + 1)...])
            return try pass(bytes, lineFeed: 1, to: body)
        }
    }

    /// Calls `body` with the next part of everything, line feeds included, and whether it is the last;
    /// nil after that. An empty file has one part.
    ///
    /// - Parameter cut: where bytes may be cut, the last such place; nil if there is none, or none but
    ///   their beginning. Parts do not depend on the pieces in which the bytes come.
    func nextPart<Result>(
        cut: (UnsafeRawBufferPointer) -> Int?, _ body: (Line, Bool) throws -> Result
    ) throws -> Result? {
        guard !isAtEnd else { return nil }
        var wanted = Self.partSize
        while true {
            try fill(to: wanted)
            isAtEnd = carried.count < wanted
            let place = isAtEnd ? .some(carried.count) : carried.withUnsafeBytes(cut)
            guard let end = place, end > 0 || isAtEnd else {
                guard carried.count < limit else { throw tooLong }
                wanted = min(2 * wanted, limit + 1)
                continue
            }
            defer { carried.removeSubrange(..<end) }
            return try carried.withUnsafeBytes { all in
                let bytes = UnsafeRawBufferPointer(rebasing: all[..<end])
                let part = Line(number: number + 1, offset: offset, bytes: bytes)
                number += bytes.count { $0 == 0x0A }
                offset += bytes.count
                return try body(part, isAtEnd)
            }
        }
    }

    /// Reads on until so many bytes are carried, or to the end.
    private func fill(to wanted: Int) throws {
        while carried.count < wanted {
            if piece.isEmpty {
                guard let next = try source.next() else { return }
                piece = next
            }
            try carry(min(piece.count, wanted - carried.count))
        }
    }

    private func lengthBeforeLineFeed() -> Int? {
        guard let base = piece.baseAddress,
            let found = memchr(base, 0x0A, piece.count)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }

    private func carry(_ count: Int) throws {
        guard count <= limit - carried.count else { throw tooLong }
        carried.append(contentsOf: piece[..<count])
        piece = UnsafeRawBufferPointer(rebasing: piece[count...])
    }

    private func passCarried<Result>(
        lineFeed: Int, to body: (Line) throws -> Result
    ) throws -> Result {
        defer { carried.removeAll(keepingCapacity: true) }
        return try carried.withUnsafeBytes { try pass($0, lineFeed: lineFeed, to: body) }
    }

    private func pass<Result>(
        _ bytes: UnsafeRawBufferPointer, lineFeed: Int, to body: (Line) throws -> Result
    ) rethrows -> Result {
        number += 1
        defer { offset += bytes.count + lineFeed }
        let hasMark = skipsMark && number == 1 && bytes.starts(with: [0xEF, 0xBB, 0xBF])
        let mark = hasMark ? 3 : 0
        return try body(
            Line(
                number: number, offset: offset + mark,
                bytes: UnsafeRawBufferPointer(rebasing: bytes[mark...])))
    }

    private var tooLong: CorpusError {
        .textTooLong(path: path, line: number + 1, limit: limit)
    }
}

/// Calls `body` with every record of a file that has one on each line, and the number of the line. A byte
/// order mark before the first line is skipped, and so are lines of white space.
///
/// - Throws: `CorpusError` that names the line, `FileError`, and what `body` throws.
package func forEachRecord<Record: Decodable>(
    _ type: Record.Type, of path: String, _ body: (Record, Int) throws -> Void
) throws {
    try forEachRecord(type, of: FileBytes(path), path: path, body)
}

func forEachRecord<Record: Decodable>(
    _ type: Record.Type, of bytes: any ByteSource, path: String,
    _ body: (Record, Int) throws -> Void
) throws {
    let reader = LineReader(bytes, path: path, limit: DocumentReader.documentLimit)
    var isAtEnd = false
    while !isAtEnd {
        let read: Void? = try reader.next { line in
            guard !line.isBlank else { return }
            try body(line.decoded(path: path) { try Record(from: $0) }, line.number)
        }
        isAtEnd = read == nil
    }
}
