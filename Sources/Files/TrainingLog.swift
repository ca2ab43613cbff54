import Foundation

/// What a training says about itself after some of its steps.
package protocol TrainingReport: Codable {
    /// Complete steps.
    var step: Int { get }
}

/// A measurement on what a training does not learn from.
package struct HeldOutReport<Scores: Codable & Sendable & Equatable>: TrainingReport, Sendable,
    Equatable
{
    /// Complete steps; 0 for where training starts.
    package let step: Int
    package let scores: Scores

    enum CodingKeys: String, CodingKey {
        case step
        case scores = "held_out"
    }

    package init(step: Int, scores: Scores) {
        self.step = step
        self.scores = scores
    }
}

/// `train.jsonl`: a line for each step of a training and for each measurement, in order.
package struct TrainingLog {
    private let path: String

    package init(folder: String) {
        path = join(folder, "train.jsonl")
    }

    /// Makes the file an empty one.
    package func begin() throws { try writeFile(Data(), to: path) }

    /// Adds a line, on disk when this returns.
    package func append(_ report: some TrainingReport) throws {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError.writing(path) }
        defer { close(descriptor) }
        let line = [UInt8](try encodeJSON(report, pretty: false) + Data("\n".utf8))
        guard write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0 else {
            throw FileError.writing(path)
        }
    }

    /// Cuts the file after step `step`: what came later is done again. A line that was only half
    /// written goes too, and a log that was lost begins anew.
    package func keep(through step: Int) throws {
        struct Place: Decodable { let step: Int }
        guard fileExists(path) else { return }
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
        try lines().compactMap { try? decodeJSON(kind, from: $0, path: path) }
    }

    private func lines() throws -> [Data] {
        try readFile(path).split(separator: UInt8(ascii: "\n")).map { Data($0) }
    }
}
