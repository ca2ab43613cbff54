import Base
import Corpora
import Foundation
import Testing
import TestSupport

@Suite struct ZstdBytesTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func document(_ bytes: [UInt8], limit: Int = 1 << 30) throws -> String? {
        let path = try file(folder, "a.txt.zst", bytes)
        return try DocumentReader(paths: [path], limit: limit).next()
    }

    @Test func framesFollowEachOther() throws {
        let bytes =
            ZstdFrame.skippable([1, 2, 3]) + ZstdFrame.text("one\ntw") + ZstdFrame.text("")
            + ZstdFrame.text("o\n") + ZstdFrame.skippable([])
        #expect(try document(bytes) == "one\ntwo\n")
        let path = folder("a.txt.zst")
        #expect(try DocumentReader(paths: [path], lines: true).rest() == ["one", "two"])
    }

    @Test(arguments: [1, 2, 3, 8])
    func aFrameMayFillTheOutputExactly(blocks: Int) throws {
        let run = ZstdFrame.Block.run(0x61, count: 1 << 17)
        let frame = ZstdFrame.bytes(Array(repeating: run, count: blocks))
        #expect(try document(frame + frame)?.utf8.count == 2 * blocks << 17)
    }

    @Test func aFileCutAnywhereIsTruncated() throws {
        let whole = [UInt8](try readFile(Repository.golden("text.jsonl.zst")))
        for count in [0, 1, 4, 5, 17, whole.count / 2, whole.count - 4, whole.count - 1] {
            let path = try file(folder, "a.jsonl.zst", Array(whole[..<count]))
            #expect(throws: CorpusError.truncatedZstd(path: path, bytesRead: count)) {
                try DocumentReader(paths: [path]).rest()
            }
        }
    }

    @Test func aFlippedBitIsNoticed() throws {
        let whole = [UInt8](try readFile(Repository.golden("text.jsonl.zst")))
        for at in stride(from: 0, to: whole.count, by: 97) {
            var bytes = whole
            bytes[at] ^= 0x10
            let path = try file(folder, "a.jsonl.zst", bytes)
            #expect(throws: CorpusError.self) { try DocumentReader(paths: [path]).rest() }
        }
    }

    @Test func whatFollowsTheLastFrameMustBeAFrame() throws {
        #expect {
            try document(ZstdFrame.text("a") + Array("tail".utf8))
        } throws: {
            guard case .damagedZstd? = $0 as? CorpusError else { return false }
            return true
        }
    }

    @Test func aWindowOfGigabytesIsRefused() throws {
        let atLimit = ZstdFrame.bytes([.raw([0x61])], windowLog: 27)
        #expect(try document(atLimit) == "a")
        for windowLog in [28, 31, 41] {
            let expected = CorpusError.zstdWindowTooLarge(
                path: folder("a.txt.zst"), limit: 1 << 27)
            #expect(throws: expected) {
                try document(ZstdFrame.bytes([.raw([0x61])], windowLog: windowLog))
            }
        }
    }

    @Test func aSmallFileThatDecompressesWithoutEndIsRefused() throws {
        // 40 kB that hold 1.3 GB.
        let run = ZstdFrame.Block.run(0x61, count: 1 << 17)
        let bomb = ZstdFrame.bytes(Array(repeating: run, count: 10_000))
        #expect(bomb.count < 50_000)
        let expected = CorpusError.textTooLong(
            path: folder("a.txt.zst"), line: 1, limit: 1 << 20)
        #expect(throws: expected) { try document(bomb, limit: 1 << 20) }
    }
}
