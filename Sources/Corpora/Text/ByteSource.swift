import Files
import Foundation

/// The bytes of a file in order, one piece at a time, in constant memory.
protocol ByteSource: AnyObject {
    /// The next piece, never empty and valid until the next call; nil at the end.
    func next() throws -> UnsafeRawBufferPointer?

    /// How many bytes of the file on disk were consumed so far.
    var fileBytesRead: Int { get }
}

/// A plain file.
///
/// Reads rather than maps: a corpus of many gigabytes then never counts as the process's memory,
/// and a file that shrinks while it is read ends early instead of raising a signal.
final class FileBytes: ByteSource {
    private static let pieceSize = 1 << 18

    let path: String
    private(set) var fileBytesRead = 0
    private let descriptor: Int32
    private var peeked: UnsafeRawBufferPointer??
    private let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: FileBytes.pieceSize, alignment: 64)

    /// - Throws: `FileError` if the file is missing or unreadable.
    init(_ path: String) throws {
        self.path = path
        descriptor = try openForReading(path)
    }

    /// A piece that was read already, as a file of its own.
    init(copying piece: UnsafeRawBufferPointer, path: String) {
        self.path = path
        descriptor = -1
        let copied = min(piece.count, buffer.count)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: piece[..<copied]))
        peeked = .some(UnsafeRawBufferPointer(rebasing: buffer[..<copied]))
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        buffer.deallocate()
    }

    /// The first piece, which `next` gives all the same; nil of an empty file. As long as the buffer, or
    /// the whole file: a pipe may give a few bytes at first.
    func peek() throws -> UnsafeRawBufferPointer? {
        if let peeked { return peeked }
        var count = 0
        while count < buffer.count {
            let more = read(descriptor, buffer.baseAddress! + count, buffer.count - count)
            if more < 0, errno == EINTR { continue }
            guard more >= 0 else { throw FileError.reading(path) }
            guard more > 0 else { break }
            count += more
        }
        fileBytesRead += count
        peeked = .some(count == 0 ? nil : UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        return peeked ?? nil
    }

    func next() throws -> UnsafeRawBufferPointer? {
        if let piece = peeked {
            peeked = nil
            return piece
        }
        guard descriptor >= 0 else { return nil }
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError.reading(path)
            }
            fileBytesRead += count
            return count == 0 ? nil : UnsafeRawBufferPointer(rebasing: buffer[..<count])
        }
    }
}

/// Bytes that were read already, as one piece; valid as long as they are.
final class MemoryBytes: ByteSource {
    private var rest: UnsafeRawBufferPointer?
    private(set) var fileBytesRead = 0

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes.isEmpty ? nil : bytes }

    func next() throws -> UnsafeRawBufferPointer? {
        defer { rest = nil }
        fileBytesRead += rest?.count ?? 0
        return rest
    }
}

/// The size in bytes of the file at `path`; 0 where it has none, as a pipe.
///
/// - Throws: `FileError` if it is missing, a folder, or unreadable.
func fileSize(_ path: String) throws -> Int {
    if path == "-" { return 0 }
    var status = stat()
    guard stat(path, &status) == 0 else { throw FileError.reading(path) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError.isFolder(path: path) }
    return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
}
