import Base
import Foundation
import Results

/// `train.jsonl`: a line for each step of a training and for each measurement, in order.
///
/// Without a folder its lines stay in memory.
package final class TrainingLog {
    /// Nil in memory.
    private let path: String?
    /// Lines that are not on disk yet, since there was no room for them.
    private var pending = Data()

    package init(folder: String?) {
        path = folder.map { join($0, "train.jsonl") }
    }

    /// Makes the file an empty one.
    package func begin() throws {
        pending = Data()
        if let path { try writeFile(Data(), to: path) }
    }

    /// Adds a line and puts it on disk. One that finds no room is kept for the next time.
    ///
    /// - Throws: `FileError.unwritable` where it is kept; the training may go on all the same.
    package func append(_ report: some TrainingReport) throws {
        pending += try encodeJSON(report, pretty: false) + Data("\n".utf8)
        try flush()
    }

    /// Puts the lines that were kept on disk, all of them or none.
    package func flush() throws {
        guard let path, !pending.isEmpty else { return }
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileError.writing(path) }
        defer { close(descriptor) }
        let end = lseek(descriptor, 0, SEEK_END)
        do {
            var rest = [UInt8](pending)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw FileError.writing(path) }
                rest = rest.dropFirst(count)
            }
            guard fsync(descriptor) == 0 else { throw FileError.writing(path) }
        } catch {
            ftruncate(descriptor, end)
            throw error
        }
        pending = Data()
    }

    /// Cuts the file after step `step`: what came later is done again. A line that was only half
    /// written goes too, and a log that was lost begins anew.
    package func keep(through step: Int) throws {
        struct Place: Decodable { let step: Int }
        guard let path, fileExists(path) else { return }
        let kept = try lines().filter {
            guard let place = try? decodeJSON(Place.self, from: $0, path: path) else {
                return false
            }
            return place.step <= step
        }
        try writeFile(kept.reduce(into: Data()) { $0 += $1 + Data("\n".utf8) }, to: path)
    }

    /// The lines of one kind.
    package func reports<Report: TrainingReport>(_ kind: Report.Type) throws -> [Report] {
        try flush()
        return try lines().compactMap { try? decodeJSON(kind, from: $0, path: path ?? "the log") }
    }

    private func lines() throws -> [Data] {
        try (path.map { try readFile($0) } ?? pending).split(separator: UInt8(ascii: "\n")).map {
            Data($0)
        }
    }
}
