import Base
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
        let bytes = PeekableBytes(try FileBytes(path))
        var records: [BabilongRecord] = []
        if try bytes.firstContent() == UInt8(ascii: "[") {
            let reader = LineReader(
                bytes, path: path, limit: DocumentReader.documentLimit, skipsMark: false)
            _ = try reader.nextPart(cut: { _ in nil }) { all, _ in
                try requireUTF8(all.bytes, path: path, line: 1, offset: 0)
                records = try decodeJSON([BabilongRecord].self, from: Data(all.bytes), path: path)
            }
        } else {
            try forEachRecord(BabilongRecord.self, of: bytes, path: path) { record, _ in
                records.append(record)
            }
        }
        return records
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
