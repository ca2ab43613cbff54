import Base
import Corpora
import Foundation
import Testing
import TestSupport

@Suite struct DocumentReaderTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func aTextFileIsOneDocumentKeptAsItIs() throws {
        let path = try file(folder, "a.txt", " eins\r\n\n zwei é\u{FEFF}\n")
        #expect(try DocumentReader(paths: [path]).rest() == [" eins\r\n\n zwei é\u{FEFF}\n"])
    }

    @Test func anEmptyTextFileIsAnEmptyDocument() throws {
        let path = try file(folder, "a.txt", "")
        #expect(try DocumentReader(paths: [path]).rest() == [""])
        #expect(try DocumentReader(paths: [path], lines: true).rest() == [])
    }

    @Test func linesAreStrippedAndBlankOnesKept() throws {
        let path = try file(folder, "a.txt", " a b \r\n\n\u{A0}c\u{3000}\u{1C}\n\t\nd")
        #expect(
            try DocumentReader(paths: [path], lines: true).rest() == ["a b", "", "c", "", "d"])
    }

    @Test func recordsGiveTheTextUnderTheKey() throws {
        let lines = #"""
            {"meta": {"text": "no"}, "text": "a\nb \u00e9 \ud83d\ude00"}

             {"text": "", "body": "second"}
            """#
        let path = try file(folder, "a.jsonl", lines)
        #expect(try DocumentReader(paths: [path]).rest() == ["a\nb é 😀", ""])
        let body = try file(folder, "b.json", #"{"text": 1, "body": "second"}"# + "\n")
        #expect(try DocumentReader(paths: [body], key: "body").rest() == ["second"])
    }

    @Test func filesAreReadInTheOrderGiven() throws {
        let a = try file(folder, "a.jsonl", "{\"text\": \"1\"}\n{\"text\": \"2\"}\n")
        let b = try file(folder, "b.txt", "3")
        let c = try file(folder, "c.txt.zst", ZstdFrame.text("4"))
        let reader = try DocumentReader(paths: [b, a, c, b])
        #expect(try reader.rest() == ["3", "1", "2", "4", "3"])
        #expect(reader.fileBytesRead == reader.fileBytes)
    }

    @Test func linesOfEveryLengthSurviveThePieces() throws {
        // Up to three of the pieces in which files are read, so that lines begin, end and lie
        // over their borders in every way.
        let lengths = [0, 1, 262_143, 0, 262_144, 262_145, 5, 800_000, 7]
        let expected = lengths.enumerated().map { index, length in
            String(repeating: Character(Unicode.Scalar(UInt8(97 + index))), count: length)
        }
        let path = try file(folder, "a.txt", expected.joined(separator: "\n"))
        #expect(try DocumentReader(paths: [path], lines: true).rest() == expected)
    }

    @Test func aCompressedFileEqualsThePlainOne() throws {
        let plain = Repository.golden("text.jsonl")
        let documents = try DocumentReader(paths: [plain]).rest()
        #expect(documents.count == 9)
        #expect(try DocumentReader(paths: [plain + ".zst"]).rest() == documents)
        let lines = try String(contentsOfFile: plain, encoding: .utf8).split(separator: "\n")
        for (line, document) in zip(lines, documents) {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            #expect((object as? [String: Any])?["text"] as? String == document)
        }
    }

    @Test func aNameThatTellsNothingIsRefusedBeforeReading() throws {
        let good = try file(folder, "a.txt", "")
        #expect(
            throws: CorpusError.unknownSuffix(
                path: "b.parquet",
                known: [".txt", ".jsonl", ".json", ".txt.zst", ".jsonl.zst"])
        ) { try DocumentReader(paths: [good, "b.parquet"]) }
    }

    @Test func filesThatAreNotThereAreRefusedBeforeReading() throws {
        #expect(throws: FileError.missing(path: folder("none.txt"))) {
            try DocumentReader(paths: [folder("none.txt")])
        }
        try createFolder(folder("f.txt"))
        #expect(throws: FileError.isFolder(path: folder("f.txt"))) {
            try DocumentReader(paths: [folder("f.txt")])
        }
    }

    @Test func aMissingKeyNamesTheKeysThere() throws {
        let path = try file(folder, "a.jsonl", "{\"text\": \"\"}\n{\"b\": 1, \"a\": 2}\n")
        let reader = try DocumentReader(paths: [path])
        #expect(try reader.next() == "")
        let error = CorpusError.missingKey(
            path: path, line: 2, key: "text", found: ["a", "b"])
        #expect(throws: error) { try reader.next() }
        #expect(
            "\(error)" == "\(path):2: expected the key 'text', found 'a', 'b'; "
                + "name the key that holds the text")
    }

    @Test(arguments: [
        "1", "null", "[\"x\"]", "{}", "true", "NaN", "-Infinity", "{\"__float__\": \"NaN\"}",
    ])
    func aValueThatIsNoTextIsRefused(value: String) throws {
        let path = try file(folder, "a.jsonl", "{\"text\": \(value)}")
        #expect {
            try DocumentReader(paths: [path]).next()
        } throws: {
            guard case .wrongValue(path, line: 1, key: "text", _)? = $0 as? CorpusError else {
                return false
            }
            return true
        }
    }

    @Test(arguments: [
        "{", "[]", "\"text\"", "3", "{\"text\": \"a}", "{\"text\": \"a\"} x", "{'text': 'a'}",
        "{\"text\": \"\\q\"}", "{\"text\": \"a\",}", "{\"text\": \"a\", \"x\": 01}", "nul", "\u{0}",
        "{\"text\": \"a\u{1}\"}",
    ])
    func aLineThatIsNoObjectIsRefused(line: String) throws {
        let path = try file(folder, "a.jsonl", "{\"text\": \"\"}\n\(line)\n")
        let reader = try DocumentReader(paths: [path])
        _ = try reader.next()
        #expect {
            try reader.next()
        } throws: {
            guard case .malformedRecord(path, line: 2, _)? = $0 as? CorpusError else {
                return false
            }
            return "\($0)".count < 400
        }
    }

    @Test(arguments: [
        ("{\"text\": \"\\ud800\"}", "surrogate"),
        ("{\"text\": \"a\", \"text\": \"b\"}", "'text' stands twice"),
        (String(repeating: "[", count: 200_000), "nested"),
        (String(repeating: "{\"text\":", count: 100_000), "nested"),
    ])
    func whatAJSONReaderWouldNotSayIsSaid(line: String, reason: String) throws {
        let path = try file(folder, "a.jsonl", "{\"text\": \"\"}\n\(line)\n")
        let reader = try DocumentReader(paths: [path])
        _ = try reader.next()
        let error = #expect(throws: CorpusError.self) { try reader.next() }
        let text = try #require(error).description
        #expect(text.hasPrefix("\(path):2: ") && text.contains(reason) && text.count < 400)
    }

    @Test func aMarkBeforeRecordsIsSkippedAndOneBeforeATextKept() throws {
        let records = try file(folder, "a.jsonl", "\u{FEFF}{\"text\": \"a\", \"x\": NaN}\n\n")
        let reader = try DocumentReader(paths: [records])
        #expect(try reader.next() == "a")
        #expect(try reader.next() == nil)
        let text = try file(folder, "a.txt", "\u{FEFF}a")
        #expect(try DocumentReader(paths: [text]).next()?.utf8.count == 4)
    }

    @Test func whatAFileHoldsDoesNotReachTheTerminalRaw() throws {
        let path = try file(
            folder, "a.jsonl", "{\u{1B}[2J" + String(repeating: "x", count: 1_000))
        let error = CorpusError.malformedRecord(
            path: path, line: 1,
            reason: "byte 1: found '\\u{1b}', expected a key in quotes")
        #expect(throws: error) { try DocumentReader(paths: [path]).next() }
        #expect(
            "\(error)" == "\(path):1: not the JSON expected: byte 1: found '\\u{1b}',"
                + " expected a key in quotes")
    }

    @Test func aTextLongerThanTheLimitIsRefused() throws {
        let path = try file(folder, "a.txt", "1234567\n12345678\n123456789\n")
        let lines = try DocumentReader(paths: [path], lines: true, limit: 8)
        #expect(try lines.next() == "1234567")
        #expect(try lines.next() == "12345678")
        #expect(throws: CorpusError.textTooLong(path: path, line: 3, limit: 8)) {
            try lines.next()
        }
        #expect(throws: CorpusError.textTooLong(path: path, line: 1, limit: 26)) {
            try DocumentReader(paths: [path], limit: 26).next()
        }
        #expect(try DocumentReader(paths: [path], limit: 27).next()?.utf8.count == 27)
    }

    @Test func aLongTextComesInPartsWhereItMayBeCut() throws {
        let lines = (0..<60_000).map { "line \($0) é" + String(repeating: "x", count: $0 % 97) }
        let text = lines.joined(separator: "\n")
        let cut: (UnsafeRawBufferPointer) -> Int? = { $0.lastIndex(of: 0x0A) }
        func parts(_ path: String, limit: Int = 1 << 22) throws -> [DocumentReader.Part] {
            let reader = try DocumentReader(paths: [path], limit: limit, cut: cut)
            var parts: [DocumentReader.Part] = []
            while let part = try reader.nextPart() { parts.append(part) }
            return parts
        }
        let path = try file(folder, "a.txt", text)
        let found = try parts(path)
        #expect(found.count > 3 && found.map(\.text).joined() == text)
        #expect(found.dropFirst().allSatisfy { $0.text.hasPrefix("\nline") })
        #expect(found.map(\.endsDocument) == found.indices.map { $0 == found.count - 1 })
        let pipe = try slowPipe(Array(text.utf8), first: 3, then: 70_001)
        #expect(try parts(pipe).map(\.text) == found.map(\.text))
        // Parts say where in the file they are.
        let broken = try file(folder, "b.txt", Array(text.utf8) + [0x0A, 0xFF])
        let error = CorpusError.invalidUTF8(
            path: broken, line: 60_001, offset: text.utf8.count + 1, byte: 0xFF)
        #expect(throws: error) { try parts(broken) }
        // What cannot be cut is bounded.
        let long = try file(
            folder, "c.txt", "a\nb\n" + String(repeating: "x", count: 3 << 20))
        #expect(try parts(long).map(\.text.utf8.count) == [3, (3 << 20) + 1])
        // Records too, and the next one begins with the next part.
        let record = #"{"text": "\#(text.replacing("\n", with: #"\n"#))"}"#
        let records = try file(folder, "d.jsonl", "\(record)\n{\"text\": \"short\"}\n")
        let ofRecords = try parts(records, limit: 1 << 23)
        #expect(ofRecords.last?.text == "short" && ofRecords.count > 4)
        #expect(ofRecords.dropLast().map(\.text).joined() == text)
        #expect(
            ofRecords.map(\.endsDocument)
                == ofRecords.indices.map { $0 >= ofRecords.count - 2 })
        #expect(throws: CorpusError.self) { try parts(long, limit: 1 << 21) }
    }

    @Test(arguments: [
        ("a\n\n\nb\n", ["a\n\n\nb\n"]), ("{\"text\": \"a\"}\n\n{\"text\": \"b\"}\n", ["a", "b"]),
        ("\u{FEFF} {\"text\": \"c\"}", ["c"]), (" \n\t {\"text\": \"c\"}", ["c"]), ("", [""]),
        ("(", ["("]), ("P*M", ["P*M"]), (" \u{FEFF}{", [" \u{FEFF}{"]),
    ])
    func whatAPipeHoldsIsToldByItsFirstBytes(content: String, documents: [String]) throws {
        for count in 1...5 {
            let pipe = try slowPipe(Array(content.utf8), first: count)
            #expect(try DocumentReader(paths: [pipe]).rest() == documents)
        }
    }

    @Test func aCompressedPipeMayComeInAnyPieces() throws {
        let records = ZstdFrame.text(" \n{\"text\": \"a\"}\n{\"text\": \"b\"}\n")
        for count in [1, 2, 3, 4, 5, 6, records.count - 1] {
            let pipe = try slowPipe(records, first: count)
            #expect(try DocumentReader(paths: [pipe]).rest() == ["a", "b"])
        }
        let skipped = ZstdFrame.skippable(Array(repeating: 7, count: 200)) + ZstdFrame.text("c")
        for bytes in [skipped, records] {
            let pipe = try slowPipe(bytes, first: 1, then: 1)
            #expect(try DocumentReader(paths: [pipe]).rest().count == (bytes == records ? 2 : 1))
        }
        // What decides lies beyond the first piece that the decompressor gives.
        let blanks = ZstdFrame.Block.run(0x20, count: 1 << 17)
        let late = ZstdFrame.bytes([blanks, blanks, .raw(Array("{\"text\": \"d\"}".utf8))])
        #expect(try DocumentReader(paths: [slowPipe(late, first: 2)]).rest() == ["d"])
        let cut = try slowPipe(Array(records.dropLast()), first: 3)
        #expect(throws: CorpusError.self) { try DocumentReader(paths: [cut]).rest() }
    }

    /// A pipe that gives its first bytes, then after pauses the others, `step` at a time.
    private func slowPipe(_ bytes: [UInt8], first: Int, then step: Int = .max) throws -> String {
        let pipe = folder("pipe-\(UUID())")
        try #require(mkfifo(pipe, 0o600) == 0)
        Thread.detachNewThread {
            let descriptor = open(pipe, O_WRONLY)
            var rest = bytes[...]
            var count = first
            while !rest.isEmpty {
                let piece = Array(rest.prefix(count))
                rest = rest.dropFirst(write(descriptor, piece, piece.count))
                usleep(500)
                count = step
            }
            close(descriptor)
        }
        return pipe
    }
}
