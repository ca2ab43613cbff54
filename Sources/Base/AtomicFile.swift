import Foundation

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary file in the target's folder, which `commit` flushes to disk and renames
/// over the target: whoever reads the target sees the old content or the new, never a part.
/// A file that is not committed leaves nothing behind, and one that replaces another has its
/// permissions. Symbolic links are followed; a device or a pipe is written to directly, since it
/// cannot be replaced, and so is standard output, whose name is `-`.
package final class AtomicFile {
    package let path: String
    /// nil where `path` is written to directly.
    private let partial: PartialFile?
    private let descriptor: Int32

    /// Creates missing folders on the way to `path`.
    package init(_ path: String) throws {
        self.path = path
        switch try WritePlace(path) {
        case .file(let target):
            let partial = try PartialFile(target)
            self.partial = partial
            descriptor = partial.descriptor
        case .device:
            partial = nil
            descriptor = try openDevice(path)
        case .descriptor(let number):
            partial = nil
            descriptor = fcntl(number, F_DUPFD_CLOEXEC, 3)
            guard descriptor >= 0 else { throw FileError.writing(path) }
        }
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                if errno == EPIPE, isStandardOutput(path) { throw ReaderGone() }
                throw FileError.writing(path)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    package func write(_ data: some ContiguousBytes) throws {
        try data.withUnsafeBytes { try write($0) }
    }

    /// Of what was written so far; nil where it went out directly.
    package func sha256() throws -> String? {
        try partial.map { try SHA256.hex(ofFile: $0.temporary) }
    }

    package func commit() throws { try partial?.commit(as: path) }

    deinit { if partial == nil { close(descriptor) } }
}

/// Opens a device or a named pipe. A pipe must have a reader: one that comes within three seconds is
/// waited for.
private func openDevice(_ path: String) throws -> Int32 {
    let start = ContinuousClock.now
    while true {
        let descriptor = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        if descriptor >= 0 {
            _ = fcntl(descriptor, F_SETFL, 0)
            return descriptor
        }
        guard errno == ENXIO else { throw FileError.writing(path) }
        guard .now - start < .seconds(3) else {
            throw FileError.unwritable(path: path, reason: "nothing reads from this pipe")
        }
        usleep(10_000)
    }
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
        if fileExists(path), !isFolder(path) {
            throw FileError.unwritable(path: path, reason: "it is a file, expected a folder")
        }
        let cause = (error as? CocoaError)?.underlying as? POSIXError
        let reason = cause.map { ": " + String(cString: strerror($0.code.rawValue)) } ?? ""
        throw FileError.unwritable(path: path, reason: "the folder cannot be created" + reason)
    }
}

/// The bytes of a whole file, for files that are small by nature (configurations, results).
package func readFile(_ path: String) throws -> Data {
    try MappedFile(path).withBytes { Data($0) }
}

/// Whether something stands at `path`; `-`, standard input, always does.
package func fileExists(_ path: String) -> Bool {
    path == "-" || access(path, F_OK) == 0
}

/// Whether a name stands in its folder, be it that of a link that leads nowhere: reading it then says so.
package func isNamed(_ path: String) -> Bool {
    var status = stat()
    return path == "-" || lstat(path, &status) == 0
}

package func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

package func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
}

/// The names in a folder, sorted.
///
/// - Throws: `FileError.unreadable` for a name that is not UTF-8 too: as text it would stand for
///   another file, or for several.
package func fileNames(in folder: String) throws -> [String] {
    guard let stream = opendir(folder) else { throw FileError.reading(folder) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let length = strlen(&entry.pointee.d_name.0)
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            String(validating: bytes.prefix(length), as: UTF8.self)
        }
        guard let name else {
            throw FileError.unreadable(
                path: folder, reason: "it holds a file whose name is not UTF-8; rename that file")
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
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

/// The paths of all files in a folder and below, relative to it, sorted. A link is a file, whatever it
/// leads to.
package func filesBelow(_ folder: String) -> [String] {
    ((try? fileNames(in: folder)) ?? []).flatMap { name in
        let path = join(folder, name)
        return isFolder(path) && !isLink(path) ? filesBelow(path).map { join(name, $0) } : [name]
    }
}

/// Removes the folders below one in which there is no file.
package func removeEmptyFolders(below folder: String) {
    for name in (try? fileNames(in: folder)) ?? [] {
        let path = join(folder, name)
        guard isFolder(path), !isLink(path) else { continue }
        removeEmptyFolders(below: path)
        rmdir(path)
    }
}
