import Base
import Foundation
import Testing
import TestSupport

@Suite struct MappedFileTests {
    @Test(
        "the bytes of a file, of pages and parts of pages",
        arguments: [1, 4095, 4096, 4097, 100_000])
    func bytes(count: Int) throws {
        let folder = try TemporaryFolder()
        let written = Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        try writeFile(written, to: folder("a"))
        let file = try MappedFile(folder("a"))
        #expect(file.path == folder("a"))
        #expect(file.withBytes { Data($0) } == written)
        #expect(try readFile(folder("a")) == written)
    }

    @Test("an empty file has no bytes")
    func empty() throws {
        let folder = try TemporaryFolder()
        try writeFile("", to: folder("a"))
        #expect(try MappedFile(folder("a")).withBytes { $0.count } == 0)
        #expect(try readFile(folder("a")).isEmpty)
    }

    @Test("what is missing or a folder is told apart")
    func refusals() throws {
        let folder = try TemporaryFolder()
        try writeFile("", to: folder("a"))
        #expect(throws: FileError.missing(path: folder("b"))) { try MappedFile(folder("b")) }
        #expect(throws: FileError.missing(path: folder("a/b"))) { try readFile(folder("a/b")) }
        #expect(throws: FileError.isFolder(path: folder.path)) { try MappedFile(folder.path) }
    }

    @Test("a file that is replaced keeps its old bytes for who has it open")
    func replaced() throws {
        let folder = try TemporaryFolder()
        try writeFile("old", to: folder("a"))
        let file = try MappedFile(folder("a"))
        try writeFile("newer", to: folder("a"))
        #expect(file.withBytes { Data($0) } == Data("old".utf8))
    }

    @Test("what was opened is hashed, though another file has its name by now")
    func hash() throws {
        let folder = try TemporaryFolder()
        let content = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        try writeFile(content, to: folder("a"))
        let expected = try SHA256.hex(ofFile: folder("a"))
        let file = try MappedFile(folder("a"))
        try writeFile("other", to: folder("a"))
        let hash = SHA256()
        try file.hash(into: hash)
        #expect(hash.finalize() == expected)
    }

    @Test(
        "pipes and the files of /proc are read to their end", .enabled(if: isFolder("/proc/self")))
    func unmappable() throws {
        let folder = try TemporaryFolder()
        mkfifo(folder("pipe"), 0o600)
        let content = Data(repeating: 7, count: 300_000)
        let path = folder("pipe")
        Thread.detachNewThread { try? content.write(to: URL(fileURLWithPath: path)) }
        #expect(try readFile(path) == content)
        // What it held does not come again, and to open it would wait for ever.
        #expect(try readFile(path) == content)
        #expect(throws: FileError.readBefore(path: path)) { try openForReading(path) }
        #expect(try !readFile("/proc/self/status").isEmpty)
        #expect(try readFile("/dev/null").isEmpty)
    }
}
