import Files
import Foundation

/// Rows in BABILong's own files: a JSON array of objects, or one object on each line.
struct BabilongRecord: Codable {
    let input: String
    let question: String
    let target: String
    /// Only in files that hold several tasks.
    let task: String?
}

extension BabilongRecord {
    /// Every record of a file, which is opened once; whether it is an array or lines is told by its
    /// first character.
    static func read(_ path: String) throws -> [BabilongRecord] {
        let data = try readFile(path)
        return try data.withUnsafeBytes { bytes in
            try requireUTF8(bytes, path: path, line: 1, offset: 0)
            let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
            if first == UInt8(ascii: "[") {
                return try decodeJSON([BabilongRecord].self, from: data, path: path)
            }
            let reader = LineReader(MemoryBytes(bytes), path: path, limit: .max)
            var records: [BabilongRecord] = []
            while let record = try reader.next({ try Self.decode($0, path) }) {
                if let record { records.append(record) }
            }
            return records
        }
    }

    /// Nil for a blank line.
    private static func decode(
        _ line: Line, _ path: String
    ) throws -> BabilongRecord? {
        if line.isBlank { return nil }
        do {
            return try decodingJSON(line.data) { try $0.decode(BabilongRecord.self, from: $1) }
        } catch let error as DecodingError {
            throw error.located(path: path, line: line)
        } catch let flaw as JSONFlaw {
            throw flaw.located(path: path, line: line)
        }
    }

    init(_ sample: BabilongSample) {
        self.init(
            input: sample.input, question: sample.question, target: sample.target, task: nil)
    }

    func sample(task: String, index: Int) -> BabilongSample {
        BabilongSample(
            task: task, index: index, input: input, question: question, target: target)
    }
}
