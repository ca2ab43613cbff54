import Foundation

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary file in the target's folder, which `commit` flushes to disk and renames
/// over the target: whoever reads the target sees the old content or the new, never a part.
/// A file that is not committed leaves nothing behind.
package final class AtomicFile {
    package let path: String
    private let temporaryPath: String
    private var descriptor: Int32
    private var isCommitted = false

    /// Creates missing folders on the way to `path`.
    package init(_ path: String) throws {
        self.path = path
        try createFolder((path as NSString).deletingLastPathComponent)
        temporaryPath = "\(path).partial-\(getpid())"
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError.writing(path) }
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw FileError.writing(path)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    package func write(_ data: some ContiguousBytes) throws {
        try data.withUnsafeBytes { try write($0) }
    }

    package func commit() throws {
        guard fsync(descriptor) == 0 else { throw FileError.writing(path) }
        // Whatever `close` returns, the descriptor is no longer ours.
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0, rename(temporaryPath, path) == 0 else { throw FileError.writing(path) }
        isCommitted = true
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isCommitted { unlink(temporaryPath) }
    }
}

/// Checks that `path` can be written, before work whose result would go there.
///
/// - Throws: `FileError.unwritable`.
package func checkWritable(_ path: String) throws {
    if isFolder(path) { throw FileError.unwritable(path: path, reason: "it is a folder") }
    _ = try AtomicFile(path)
}

/// Replaces the file at `path` with `data`, all or nothing.
package func writeFile(_ data: some ContiguousBytes, to path: String) throws {
    let file = try AtomicFile(path)
    try file.write(data)
    try file.commit()
}

package func writeFile(_ text: String, to path: String) throws {
    try writeFile(Array(text.utf8), to: path)
}

package func createFolder(_ path: String) throws {
    guard !path.isEmpty else { return }
    do {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    } catch {
        throw FileError.unwritable(path: path, reason: "the folder cannot be created")
    }
}

/// The bytes of a whole file, for files that are small by nature (configurations, results).
package func readFile(_ path: String) throws -> Data {
    try MappedFile(path).withBytes { Data($0) }
}

package func fileExists(_ path: String) -> Bool {
    access(path, F_OK) == 0
}

package func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// `folder/name`, whether or not `folder` ends in a slash.
package func join(_ folder: String, _ name: String) -> String {
    (folder as NSString).appendingPathComponent(name)
}
