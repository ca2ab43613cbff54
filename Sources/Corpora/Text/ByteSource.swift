import Base
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
    private let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: FileBytes.pieceSize, alignment: 64)

    /// - Throws: `FileError` if the file is missing or unreadable.
    init(_ path: String) throws {
        self.path = path
        descriptor = try openForReading(path)
    }

    deinit {
        close(descriptor)
        buffer.deallocate()
    }

    func next() throws -> UnsafeRawBufferPointer? {
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

/// Bytes of which the first can be looked at before they are taken, in however small pieces they come.
final class PeekableBytes: ByteSource {
    private let source: any ByteSource
    /// Looked at, but not taken yet.
    private var start: [UInt8] = []
    /// What `next` gave of them, which has to stay where it is.
    private var taken = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    var fileBytesRead: Int { source.fileBytesRead }

    /// - Parameter source: of which nothing has been taken.
    init(_ source: any ByteSource) { self.source = source }

    deinit { taken.deallocate() }

    /// The first bytes, read on until they are enough, or all there are; `next` gives them all the same.
    func peek(until isEnough: ([UInt8]) -> Bool) throws -> [UInt8] {
        while !isEnough(start), let piece = try source.next() { start += piece }
        return start
    }

    func next() throws -> UnsafeRawBufferPointer? {
        taken.deallocate()
        taken = .allocate(byteCount: start.count, alignment: 1)
        guard !start.isEmpty else { return try source.next() }
        taken.copyBytes(from: start)
        start = []
        return UnsafeRawBufferPointer(taken)
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
