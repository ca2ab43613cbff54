import Foundation

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary file in the target's folder, which `commit` flushes to disk and renames
/// over the target: whoever reads the target sees the old content or the new, never a part.
/// A file that is not committed leaves nothing behind. A symbolic link is followed, and what is no
/// regular file (`/dev/stdout`, a pipe) is written to directly, since it cannot be replaced.
package final class AtomicFile {
    package let path: String
    /// What is renamed to what; nil where `path` is written to directly.
    private let replacement: (temporary: String, target: String)?
    private var descriptor: Int32
    private var isCommitted = false

    /// Creates missing folders on the way to `path`.
    package init(_ path: String) throws {
        self.path = path
        try createFolder(parentFolder(of: path))
        var status = stat()
        let exists = stat(path, &status) == 0
        if exists, status.st_mode & S_IFMT == S_IFDIR {
            throw FileError.unwritable(path: path, reason: "it is a folder")
        }
        if exists, status.st_mode & S_IFMT != S_IFREG {
            replacement = nil
            descriptor = open(path, O_WRONLY | O_CLOEXEC)
        } else {
            let target = exists ? resolvingLinks(path) : path
            let temporary = "\(target).partial-\(getpid())"
            replacement = (temporary, target)
            descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        }
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
        guard replacement == nil || fsync(descriptor) == 0 else { throw FileError.writing(path) }
        // Whatever `close` returns, the descriptor is no longer ours.
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0 else { throw FileError.writing(path) }
        if let (temporary, target) = replacement, rename(temporary, target) != 0 {
            throw FileError.writing(path)
        }
        isCommitted = true
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if let replacement, !isCommitted { unlink(replacement.temporary) }
    }
}

/// Where the symbolic links of an existing `path` lead.
private func resolvingLinks(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
}

/// A folder that this process alone may write to, for as long as the value lives.
///
/// The lock is the system's and ends with the process, however it ends; it leaves no file behind.
package final class FolderLock {
    private let descriptor: Int32

    /// Creates the folder if it is missing.
    ///
    /// - Throws: `FileError.locked` if another process holds it.
    package init(_ path: String) throws {
        try createFolder(path)
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError.writing(path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw FileError.locked(path: path)
        }
    }

    deinit { close(descriptor) }
}

/// Checks that `path` can be written, before work whose result would go there.
///
/// - Throws: `FileError.unwritable`.
package func checkWritable(_ path: String) throws {
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

/// The names in a folder, sorted.
package func fileNames(in folder: String) throws -> [String] {
    do {
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
        throw FileError.unreadable(path: folder, reason: "the folder cannot be listed")
    }
}

/// The folder that holds `path`: what stands before its last slash, nothing for a bare name.
///
/// Foundation's `deletingLastPathComponent` traps on names of one letter.
package func parentFolder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// `folder/name`, whether or not `folder` ends in a slash.
package func join(_ folder: String, _ name: String) -> String {
    (folder as NSString).appendingPathComponent(name)
}
