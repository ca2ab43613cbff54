import Foundation

/// The temporary file beside a target, `NAME.partial-PID`, that takes the target's name once it is
/// complete and else is removed.
///
/// It is locked as long as its process lives, so that a later writer of the same target knows what
/// a killed one left behind and removes it.
package final class PartialFile {
    package let temporary: String
    private let target: String
    /// What the target was when writing began; nil if it was not there.
    private let replaced: stat?
    package let descriptor: Int32
    private var isCommitted = false
    private let mark: Int?

    /// Creates missing folders on the way to `target`, which is no symbolic link.
    package init(_ target: String) throws {
        self.target = target
        let folder = parentFolder(of: target)
        try createFolder(folder)
        let stem = Self.stem(of: target)
        Self.removeAbandoned(stem, in: folder)
        temporary = join(folder, "\(stem)\(getpid())")
        replaced = status(target)
        // Not ours to remove before it is ours.
        let opened = open(
            temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
            (replaced?.st_mode ?? 0o666) & 0o666)
        guard opened >= 0 else { throw FileError.writing(target) }
        descriptor = opened
        mark = PartialFiles.add(temporary)
        flock(descriptor, LOCK_EX | LOCK_NB)
        if let replaced { _ = fchown(descriptor, replaced.st_uid, replaced.st_gid) }
    }

    /// Flushes to disk and takes the target's name, unless another process wrote the target since
    /// writing began.
    ///
    /// - Parameter path: as the user wrote it, for the error.
    package func commit(as path: String) throws {
        // A library may have put a file of its own in the place of ours.
        let written = open(temporary, O_RDONLY | O_CLOEXEC)
        guard written >= 0 else { throw FileError.writing(path) }
        defer { close(written) }
        if let replaced, fchmod(written, replaced.st_mode & 0o7777) != 0 {
            throw FileError.writing(path)
        }
        let now = status(target)
        guard now?.st_ino == replaced?.st_ino, now?.st_mtim.tv_sec == replaced?.st_mtim.tv_sec,
            now?.st_mtim.tv_nsec == replaced?.st_mtim.tv_nsec
        else {
            throw FileError.unwritable(
                path: path, reason: "another process wrote it in the meantime")
        }
        guard fsync(written) == 0, rename(temporary, target) == 0 else {
            throw FileError.writing(path)
        }
        isCommitted = true
    }

    deinit {
        close(descriptor)
        if !isCommitted { unlink(temporary) }
        PartialFiles.remove(mark)
    }

    /// What the names of all temporary files of a target begin with; short enough for a name of the
    /// 255 bytes that file systems allow.
    private static func stem(of target: String) -> String {
        let name = target.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard name.utf8.count > 200 else { return "\(name).partial-" }
        return "\(SHA256.hex(of: String(name))).partial-"
    }

    /// Removes the temporary files of processes that are no more, and those that libzip made beside them.
    private static func removeAbandoned(_ stem: String, in folder: String) {
        let folder = folder.isEmpty ? "." : folder
        for name in (try? fileNames(in: folder)) ?? []
        where name.hasPrefix(stem)
            && (try? /[0-9]+(\.[A-Za-z0-9]{6})?/.wholeMatch(in: name.dropFirst(stem.count))) != nil
        {
            let path = join(folder, name)
            let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
        }
    }
}

private func status(_ path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
}
