import Corpora
import Testing
import TestSupport

@Suite struct UTF8CheckTests {
    /// Sequences that are no UTF-8, with the reason.
    static let bad: [(bytes: [UInt8], why: String)] = [
        ([0x80], "continuation without lead"), ([0xFF], "no lead"),
        ([0xC0, 0xAF], "overlong"), ([0xC1, 0xBF], "overlong"),
        ([0xE0, 0x9F, 0xBF], "overlong"), ([0xF0, 0x8F, 0xBF, 0xBF], "overlong"),
        ([0xED, 0xA0, 0x80], "surrogate"), ([0xED, 0xBF, 0xBF], "surrogate"),
        ([0xF4, 0x90, 0x80, 0x80], "past the last scalar"),
        ([0xF5, 0x80, 0x80, 0x80], "past the last scalar"),
        ([0xC3], "cut short"), ([0xE2, 0x82], "cut short"), ([0xF0, 0x9F, 0x98], "cut short"),
        ([0xC3, 0x41], "cut short by ASCII"), ([0xE2, 0x82, 0x41], "cut short by ASCII"),
    ]

    @Test(arguments: 0..<12)
    func badBytesAreFoundAtEveryDistanceFromTheWordsRead(before: Int) throws {
        let folder = try TemporaryFolder()
        for (bytes, why) in Self.bad {
            let start = Array(repeating: UInt8(0x61), count: before) + [0x0A]
            let path = try file(folder, "a.txt", start + bytes)
            for lines in [false, true] {
                let reader = try DocumentReader(paths: [path], lines: lines)
                let expected = CorpusError.invalidUTF8(
                    path: path, line: 2, offset: before + 1, byte: bytes[0])
                #expect(throws: expected, "\(why)") { try reader.rest() }
            }
        }
    }

    @Test func theOffsetOfARecordIsTheFiles() throws {
        let folder = try TemporaryFolder()
        let lines = Array("{\"text\": \"é\"}\n{\"text\": \"".utf8)
        let path = try file(folder, "a.jsonl", lines + [0xE9, 0x22, 0x7D])
        let expected = CorpusError.invalidUTF8(
            path: path, line: 2, offset: lines.count, byte: 0xE9)
        #expect(throws: expected) { try DocumentReader(paths: [path]).rest() }
    }

    @Test func everyScalarIsAccepted() throws {
        let folder = try TemporaryFolder()
        var all = String.UnicodeScalarView()
        for value in UInt32(0)...0x10FFFF {
            if let scalar = Unicode.Scalar(value) { all.append(scalar) }
        }
        let path = try file(folder, "a.txt", String(all))
        let read = try DocumentReader(paths: [path]).next()
        #expect(read.map { Array($0.utf8) } == Array(String(all).utf8))
    }
}
