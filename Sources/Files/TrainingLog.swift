import Foundation

/// What a step of a training says about itself.
package protocol StepReport: Codable {
    /// From 1.
    var step: Int { get }
}

/// `train.jsonl`: one line for each step of a training, in order.
package struct TrainingLog<Report: StepReport> {
    private let path: String

    package init(folder: String) {
        path = join(folder, "train.jsonl")
    }

    /// Adds a step, on disk when this returns; the first step begins the file anew.
    package func append(_ report: Report) throws {
        guard report.step > 1 else { return try writeFile(line(report), to: path) }
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError.writing(path) }
        defer { close(descriptor) }
        let bytes = [UInt8](try line(report))
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw FileError.writing(path)
        }
    }

    /// Cuts the file after step `step`: what came later is done again. A line that was only half
    /// written goes too, and a log that was lost begins anew.
    package func keep(through step: Int) throws {
        guard fileExists(path) else { return }
        let lines = try readFile(path).split(separator: UInt8(ascii: "\n"))
        let reports = lines.compactMap {
            try? decodeJSON(Report.self, from: Data($0), path: path)
        }
        let kept = reports.filter { $0.step <= step }
        try writeFile(kept.reduce(into: Data()) { $0 += try line($1) }, to: path)
    }

    /// - Throws: `FileError` if a line is not a report.
    package func reports() throws -> [Report] {
        try readFile(path).split(separator: UInt8(ascii: "\n")).map {
            try decodeJSON(Report.self, from: Data($0), path: path)
        }
    }

    private func line(_ report: Report) throws -> Data {
        try encodeJSON(report, pretty: false) + Data("\n".utf8)
    }
}
