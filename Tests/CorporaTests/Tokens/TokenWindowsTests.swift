import Base
import Corpora
import Foundation
import Testing
import TestSupport

@Suite struct TokenWindowsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func bytes(_ text: String) -> [Int32] { text.utf8.map(Int32.init) }

    private func windows(
        _ names: [String: String], window: Int, limit: Int? = nil,
        progress: ((ReadingProgress) -> Void)? = nil
    ) throws -> TokenWindows {
        let paths = try names.sorted { $0.key < $1.key }.map { try file(folder, $0, $1) }
        return try tokenWindows(
            from: DocumentReader(paths: paths), encode: bytes, endOfText: 0, window: window,
            limit: limit, progress: progress)
    }

    @Test func everyDocumentFollowsAnEndOfText() throws {
        let result = try windows(["1.txt": "abc", "2.txt": "", "3.txt": "defg"], window: 3)
        // 0 a b | c 0 0 | d e f | g
        #expect(Array(result.ids) == [0, 97, 98, 99, 0, 0, 100, 101, 102])
        #expect(result.count == 3)
        #expect(Array(result[1]) == [99, 0, 0])
        #expect(result.tokenCount == 10)
        #expect(result.documentCount == 3)
        #expect(result.byteCount == 7 + 3 * 13)
        #expect(result.natsToBitsPerByte == 10.0 / 46.0 / log(2))
    }

    @Test func aLastWindowThatIsFullStays() throws {
        #expect(try windows(["1.txt": "abcde"], window: 3).count == 2)
        #expect(try windows(["1.txt": "abcd"], window: 3).count == 1)
    }

    @Test func theHashIsThatOfTheLittleEndianIds() throws {
        // sha256sum of 00000000 61000000 62000000 63000000.
        #expect(
            try windows(["1.txt": "abcd"], window: 2).sha256
                == "d6da22fca49055e67b6054b4ca14be7bc90d85ba746b6f96bc876ccb5def6b71")
        let long = String(repeating: "x", count: 200_000)
        let result = try windows(["1.txt": long], window: 7)
        let hash = SHA256()
        Array(result.ids).withUnsafeBytes { hash.update($0) }
        #expect(result.sha256 == hash.finalize())
    }

    @Test func aLimitKeepsFewerWindowsOfTheSameText() throws {
        let files = ["1.txt": "abc", "2.txt": "defghi", "3.txt": "the rest"]
        let result = try windows(files, window: 3, limit: 2)
        #expect(Array(result.ids) == [0, 97, 98, 99, 0, 100])
        #expect(result.documentCount == 3)
        #expect(result.tokenCount == 4 + 7 + 9)
        #expect(result.byteCount == 17 + 3 * 13)
        let all = try windows(files, window: 3)
        #expect(result.natsToBitsPerByte == all.natsToBitsPerByte)
        #expect(try windows(files, window: 3, limit: 1_000).count == 6)
        #expect(try windows(files, window: 3, limit: .max).count == 6)
    }

    @Test func aTextOfAnyLengthIsReadAsFarAsItCounts() throws {
        let names = ["1.txt": "abc", "2.txt": "defghi", "3.txt": "the rest"]
        let paths = try names.sorted { $0.key < $1.key }.map { try file(folder, $0, $1) }
        for (counted, documents) in [(0, 2), (17, 2), (35, 2), (36, 3), (1_000, 3)] {
            let result = try tokenWindows(
                from: DocumentReader(paths: paths), countedBytes: counted, encode: bytes,
                endOfText: 0, window: 3, limit: 2)
            #expect(Array(result.ids) == [0, 97, 98, 99, 0, 100])
            #expect(result.documentCount == documents)
            #expect(result.byteCount == [16, 35, 56][documents - 1])
        }
    }

    @Test func aLimitGivesTheFirstOfAllWindows() throws {
        let files = ["1.txt": "abcdefg", "2.txt": "hijkl", "3.txt": "mnopqrst"]
        let all = try windows(files, window: 4)
        for limit in 1...all.count {
            let some = try windows(files, window: 4, limit: limit)
            #expect(some.ids == all.ids[0..<4 * limit])
        }
    }

    @Test func aPartHoldsItsWindowsAndTheNumbersOfTheText() throws {
        let all = try windows(["1.txt": "abcdefg", "2.txt": "hijklmnop"], window: 4)
        let part = all.part(1..<3)
        #expect(part.count == 2 && part[0] == all[1] && part[1] == all[2])
        #expect(part.natsToBitsPerByte == all.natsToBitsPerByte)
        #expect(part.documentCount == all.documentCount)
        #expect(all.part(0..<all.count).sha256 == all.sha256 && part.sha256 != all.sha256)
    }

    @Test func progressEndsAtTheWhole() throws {
        var seen: [ReadingProgress] = []
        _ = try windows(["1.txt": "abc", "2.txt": "de"], window: 2) { seen.append($0) }
        #expect(seen.map(\.documentCount) == [1, 2])
        #expect(seen.map(\.tokenCount) == [4, 7])
        #expect(seen.map(\.fileBytesRead) == [3, 5])
        #expect(seen.map(\.fileBytes) == [5, 5])
    }

    @Test func lessThanAWindowIsAnError() throws {
        #expect(throws: CorpusError.tooFewTokens(found: 4, window: 5, documents: 1)) {
            try windows(["1.txt": "abc"], window: 5)
        }
        #expect(throws: CorpusError.tooFewTokens(found: 0, window: 1, documents: 0)) {
            try windows(["1.jsonl": "\n"], window: 1)
        }
    }
}
