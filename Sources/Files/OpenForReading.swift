import Foundation
import Synchronization

/// Opens a file, or takes standard input for `-`.
///
/// - Throws: `FileError`, also for standard input that is closed or that was opened before: what came the
///   first time does not come again.
package func openForReading(_ path: String) throws -> Int32 {
    try checkStandardInput(path)
    let descriptor =
        path == "-"
        ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError.reading(path) }
    return descriptor
}

private let isTaken = Atomic(false)

private func checkStandardInput(_ path: String) throws {
    guard ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].contains(path) else { return }
    let flags = fcntl(STDIN_FILENO, F_GETFL)
    guard flags >= 0, flags & O_ACCMODE != O_WRONLY else {
        throw FileError.unreadable(path: path, reason: "standard input is closed")
    }
    var status = stat()
    // Under its name as a file, a regular one is opened anew, at its beginning.
    let isAnew =
        path != "-" && fstat(STDIN_FILENO, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    guard isAnew || !isTaken.exchange(true, ordering: .relaxed) else {
        throw FileError.readBefore(path: path)
    }
}
