import Foundation

/// Checks what can be known before the work whose result is to go to `path`: that the place can be
/// written, that what is there can be replaced, and that the disk has room.
///
/// A device or a pipe is not opened, since its reader would see it end.
///
/// - Parameter bytes: how much will be written, as far as is known.
/// - Throws: `FileError.unwritable`, `.tooLittleSpace`.
package func checkWritable(_ path: String, bytes: Int = 0) throws {
    switch try WritePlace(path) {
    case .descriptor: return
    case .device:
        guard access(path, W_OK) == 0 else { throw FileError.writing(path) }
    case .file(let target):
        if let reason = whyNotReplaceable(target) {
            throw FileError.unwritable(path: path, reason: reason)
        }
        do { _ = try PartialFile(target) } catch let FileError.unwritable(_, reason) {
            throw FileError.unwritable(path: path, reason: reason)
        }
        try checkSpace(for: path, in: parentFolder(of: target), bytes: bytes)
    }
}

/// - Throws: `FileError.tooLittleSpace` if the disk under `folder` has less room than `bytes`.
package func checkSpace(for path: String, in folder: String, bytes: Int) throws {
    var status = statvfs()
    guard statvfs(folder.isEmpty ? "." : folder, &status) == 0 else { return }
    let (free, overflow) = Int(status.f_bavail).multipliedReportingOverflow(
        by: Int(status.f_frsize))
    guard !overflow, bytes > free else { return }
    throw FileError.tooLittleSpace(path: path, bytes: bytes, free: free)
}

/// Why a file cannot be renamed over an existing `target` although its folder may be writable; nil
/// where nothing is known to stand against it.
func whyNotReplaceable(_ target: String) -> String? {
    var status = stat()
    guard lstat(target, &status) == 0 else { return nil }
    let descriptor = open(target, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    if descriptor >= 0 {
        defer { close(descriptor) }
        var flags: CInt = 0
        if ioctl(descriptor, inodeFlags, &flags) == 0, flags & unchangeable != 0 {
            return "its attributes (lsattr) do not allow it to be replaced"
        }
    }
    if mountPoints().contains(realPath(target) ?? target) {
        return "a file system is mounted there, so it cannot be replaced; name another file"
    }
    var folder = stat()
    let parent = parentFolder(of: target)
    if stat(parent.isEmpty ? "." : parent, &folder) == 0, folder.st_mode & S_ISVTX != 0,
        ![0, status.st_uid, folder.st_uid].contains(geteuid())
    {
        return "it is another user's, in a folder where only the owner may replace it"
    }
    return nil
}

/// `FS_IOC_GETFLAGS`.
private let inodeFlags: UInt = 0x8008_6601
/// `FS_IMMUTABLE_FL` and `FS_APPEND_FL`.
private let unchangeable: CInt = 0x10 | 0x20

/// The places at which file systems are mounted, single files included.
private func mountPoints() -> Set<String> {
    guard let text = try? readFile("/proc/self/mountinfo") else { return [] }
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
    return Set(
        lines.compactMap { line in
            let fields = line.split(separator: " ")
            // The kernel writes a space in a name as \040.
            return fields.count > 4 ? String(fields[4].replacing("\\040", with: " ")) : nil
        })
}

/// The path with every symbolic link on the way resolved; nil if it leads nowhere.
package func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}
