import Foundation
import Synchronization

/// A whole file mapped read-only into memory; pages are read when first touched. What cannot be mapped,
/// a pipe or a device, is read to its end, and `-` is standard input. What a pipe held is kept: it does
/// not come again.
///
/// `bytes` does not keep the file mapped: hold the value by `withExtendedLifetime`, since the
/// compiler may release it after its last mention.
package final class MappedFile: @unchecked Sendable {
    package let path: String
    /// Valid as long as this object lives; a temporary object ends before its bytes are read, so
    /// prefer `withBytes`.
    package let bytes: UnsafeRawBufferPointer
    /// Open on the file, whatever happens to its name; -1 where the bytes are in memory of our own.
    private let descriptor: Int32
    private let isOurs: Bool

    /// - Throws: `FileError` if the file is missing, a folder, or unreadable.
    package init(_ path: String) throws {
        let pipe = standardInputNames.contains(path) ? nil : pipeIdentity(path)
        if let pipe, let kept = pipeContents.withLock({ $0[pipe] }) {
            self.path = path
            bytes = kept.bytes
            (descriptor, isOurs) = (-1, false)
            return
        }
        let descriptor = try openForReading(path)
        var isKept = false
        defer { if !isKept { close(descriptor) } }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError.reading(path) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError.isFolder(path: path) }
        self.path = path
        let count = Int(status.st_size)
        // The files of /proc say that they are empty.
        guard status.st_mode & S_IFMT == S_IFREG, count > 0, lseek(descriptor, 0, SEEK_CUR) == 0
        else {
            let content = try readToEnd(descriptor, path)
            if let pipe { pipeContents.withLock { $0[pipe] = KeptBytes(content) } }
            bytes = content
            self.descriptor = -1
            isOurs = pipe == nil
            return
        }
        guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
            base != MAP_FAILED
        else { throw FileError.reading(path) }
        bytes = UnsafeRawBufferPointer(start: base, count: count)
        self.descriptor = descriptor
        isOurs = true
        isKept = true
        MappingFaults.add(bytes, path)
    }

    /// Adds the content to a hash: that of the file that was opened, though another may have its name
    /// by now. It is read, not taken from the map, whose pages would count as memory.
    package func hash(into hash: SHA256) throws {
        guard descriptor >= 0 else { return hash.update(bytes) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset = 0
        while offset < bytes.count {
            let count = pread(descriptor, &buffer, buffer.count, offset)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw FileError.unreadable(path: path, reason: "it has become shorter")
            }
            buffer.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            offset += count
        }
    }

    /// Has the process end with a sentence that names the file where a mapped one becomes shorter while it
    /// is read; without, the signal SIGBUS ends it.
    package static func reportTruncation() { MappingFaults.report() }

    /// Calls `body` with the bytes and keeps the file mapped meanwhile.
    package func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try withExtendedLifetime(self) { try body(bytes) }
    }

    deinit {
        guard isOurs else { return }
        guard descriptor >= 0 else { return bytes.deallocate() }
        MappingFaults.remove(bytes)
        if let base = bytes.baseAddress {
            munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
        }
        close(descriptor)
    }
}

/// Bytes that are never written to, nor freed.
private struct KeptBytes: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }
}

private let pipeContents = Mutex<[PipeIdentity: KeptBytes]>([:])

/// Everything that comes until the end, in memory that the caller frees.
private func readToEnd(_ descriptor: Int32, _ path: String) throws -> UnsafeRawBufferPointer {
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw FileError.reading(path) }
        guard count > 0 else { break }
        guard content.count + count <= longestStream else {
            throw FileError.unreadable(
                path: path,
                reason:
                    "it did not end within \(spelledBytes(longestStream)); expected a file, or a"
                    + " pipe that ends")
        }
        content += buffer[..<count]
    }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 64)
    memory.copyBytes(from: content)
    return UnsafeRawBufferPointer(memory)
}

/// What a pipe or a device may give, in bytes: it is held in memory, twice for a moment.
private let longestStream: Int = {
    var limit = rlimit()
    let isLimited = getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0
    let allowed = isLimited ? Int(clamping: limit.rlim_cur) : Int.max
    return min(Int(clamping: ProcessInfo.processInfo.physicalMemory), allowed) / 4
}()
