import Foundation
import Synchronization

/// Opens a file, or takes standard input for `-`.
///
/// - Throws: `FileError`, also for standard input that is closed or that was opened before: what came the
///   first time does not come again.
package func openForReading(_ path: String) throws -> Int32 {
    try checkStandardInput(path)
    try checkPipe(path)
    let descriptor =
        path == "-"
        ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError.reading(path) }
    return descriptor
}

private let isTaken = Atomic(false)

let standardInputNames = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]

/// A pipe that was read has nothing more to give, and to open a named one again waits for ever.
private func checkPipe(_ path: String) throws {
    guard !standardInputNames.contains(path), let pipe = pipeIdentity(path) else { return }
    guard readPipes.withLock({ $0.insert(pipe).inserted }) else {
        throw FileError.readBefore(path: path)
    }
}

private let readPipes = Mutex<Set<PipeIdentity>>([])

/// A pipe under its name: inodes are used again.
struct PipeIdentity: Hashable {
    let name: String
    let file: FileIdentity
}

/// Nil for what is no pipe.
func pipeIdentity(_ path: String) -> PipeIdentity? {
    guard let file = FileIdentity(ofPipe: path) else { return nil }
    return PipeIdentity(name: realPath(path) ?? path, file: file)
}

private func checkStandardInput(_ path: String) throws {
    guard standardInputNames.contains(path) else { return }
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
