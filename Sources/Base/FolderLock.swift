import Foundation

/// A folder that this process alone may write to, for as long as the value lives.
///
/// The lock is the system's and ends with the process, however it ends; it leaves no file behind.
package final class FolderLock {
    private let descriptor: Int32

    /// Creates the folder if it is missing.
    ///
    /// - Throws: `FileError.locked` if another process holds it.
    package init(_ path: String) throws {
        // The folder may have been removed between its opening and its locking.
        for _ in 0..<8 {
            try createFolder(path)
            let opened = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard opened >= 0 else { throw FileError.writing(path) }
            guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
                close(opened)
                throw FileError.locked(path: path)
            }
            if FileIdentity(path) == FileIdentity("/proc/self/fd/\(opened)") {
                descriptor = opened
                return
            }
            close(opened)
        }
        throw FileError.locked(path: path)
    }

    deinit { close(descriptor) }
}
