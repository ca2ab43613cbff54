import Foundation

/// A whole file mapped read-only into memory; pages are read when first touched.
///
/// `bytes` does not keep the file mapped: hold the value by `withExtendedLifetime`, since the
/// compiler may release it after its last mention.
package final class MappedFile: @unchecked Sendable {
    package let path: String
    /// Valid as long as this object lives; a temporary object ends before its bytes are read, so
    /// prefer `withBytes`.
    package let bytes: UnsafeRawBufferPointer

    /// - Throws: `FileError` if the file is missing, a folder, or unreadable.
    package init(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError.reading(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError.reading(path) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError.isFolder(path: path) }
        self.path = path
        let count = Int(status.st_size)
        guard count > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
            base != MAP_FAILED
        else { throw FileError.reading(path) }
        bytes = UnsafeRawBufferPointer(start: base, count: count)
    }

    /// Calls `body` with the bytes and keeps the file mapped meanwhile.
    package func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try withExtendedLifetime(self) { try body(bytes) }
    }

    deinit {
        if let base = bytes.baseAddress {
            munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
        }
    }
}
