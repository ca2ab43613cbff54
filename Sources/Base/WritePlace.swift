import Foundation

/// What a path to write to leads to.
enum WritePlace {
    /// A file that is replaced as a whole; `target` is its path with no symbolic link at the end.
    case file(target: String)
    /// A device or a pipe, which is opened and written to.
    case device
    /// What this process has open already, such as standard output: written to where it stands, since
    /// opening it by a name would begin at its first byte again.
    case descriptor(Int32)

    /// Follows symbolic links, those that lead to nothing yet included.
    ///
    /// - Throws: `FileError.unwritable` for a folder, a name that no disk takes, and links that lead in
    ///   a circle.
    init(_ path: String) throws {
        if path == "-" {
            self = .descriptor(STDOUT_FILENO)
            return
        }
        var place = path
        for _ in 0..<40 {
            if let descriptor = Self.descriptor(named: place) {
                self = .descriptor(descriptor)
                return
            }
            guard let link = try checkedLinkTarget(place, path) else {
                self = try Self.end(place, path)
                return
            }
            place = link.hasPrefix("/") ? link : join(parentFolder(of: place), link)
        }
        throw FileError.writing(path, errno: ELOOP)
    }

    /// What stands at the end of the links.
    private static func end(_ place: String, _ path: String) throws -> WritePlace {
        guard !place.isEmpty else {
            throw FileError.unwritable(path: "''", reason: "the name is empty")
        }
        var status = stat()
        guard stat(place, &status) == 0 else {
            if errno == ENAMETOOLONG { throw FileError.writing(path, errno: ENAMETOOLONG) }
            return .file(target: place)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file(target: place)
        case S_IFDIR: throw FileError.unwritable(path: path, reason: "it is a folder")
        default: return .device
        }
    }

    /// The number in `/dev/fd/1`, `/proc/self/fd/1` and the names that lead there.
    private static func descriptor(named path: String) -> Int32? {
        for folder in [
            "/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/", "/proc/\(getpid())/fd/",
        ]
        where path.hasPrefix(folder) {
            return Int32(path.dropFirst(folder.count))
        }
        return ["/dev/stdin", "/dev/stdout", "/dev/stderr"].firstIndex(of: path).map(Int32.init)
    }
}

/// As `linkTarget`; a target that is no text cannot be followed as text.
private func checkedLinkTarget(_ place: String, _ path: String) throws -> String? {
    let target = linkTarget(place)
    guard target?.contains("\u{FFFD}") != true else {
        throw FileError.unwritable(path: path, reason: "it is a link whose target is not UTF-8")
    }
    return target
}

/// Where the symbolic link `path` leads; nil if it is none.
package func linkTarget(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &buffer, buffer.count)
    return count < 0
        ? nil : String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// Whether `path` is that of a file, present or to come, and no device or pipe.
package func isReplaced(_ path: String) -> Bool {
    guard case .file? = try? WritePlace(path) else { return false }
    return true
}

/// Whether what is written to `path` goes to standard output.
package func isStandardOutput(_ path: String) -> Bool {
    guard case .descriptor(STDOUT_FILENO)? = try? WritePlace(path) else { return false }
    return true
}
