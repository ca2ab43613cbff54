import Base
import Foundation
import Testing
import TestSupport

@Suite struct FileErrorTests {
    @Test("a link that leads nowhere is named with its target")
    func danglingLink() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(
            atPath: folder("link"), withDestinationPath: "../blobs/absent")
        let error = FileError.danglingLink(path: folder("link"), target: "../blobs/absent")
        #expect(throws: error) { try readFile(folder("link")) }
        #expect(isNamed(folder("link")) && !fileExists(folder("link")))
    }

    @Test("each case says what was found and decides the exit status")
    func sentences() {
        let cases: [(FileError, String, FailureKind)] = [
            (.missing(path: "a"), "a: no such file or folder", .missingInput),
            (.isFolder(path: "a"), "a: is a folder, expected a file", .inputOutput),
            (.unreadable(path: "a", reason: "b"), "a: cannot be read: b", .inputOutput),
            (.unwritable(path: "a", reason: "b"), "a: cannot be written: b", .inputOutput),
            (.malformedJSON(path: "a", reason: "b"), "a: not the JSON expected: b", .badData),
        ]
        for (error, sentence, kind) in cases {
            #expect(error.description == sentence)
            #expect(error.kind == kind)
        }
    }

    @Test("errno becomes the case that names it")
    func systemErrors() {
        #expect(FileError.reading("a", errno: ENOENT) == .missing(path: "a"))
        #expect(FileError.reading("a", errno: ENOTDIR) == .missing(path: "a"))
        #expect(FileError.reading("a", errno: EISDIR) == .isFolder(path: "a"))
        #expect(
            FileError.reading("a", errno: EACCES)
                == .unreadable(path: "a", reason: "Permission denied"))
        #expect(
            FileError.writing("a", errno: ENOSPC)
                == .unwritable(path: "a", reason: "No space left on device"))
    }

    @Test("exit statuses are those of sysexits.h, and the shell's for Ctrl-C")
    func statuses() {
        #expect(FailureKind.usage.rawValue == 64)
        #expect(FailureKind.badData.rawValue == 65)
        #expect(FailureKind.missingInput.rawValue == 66)
        #expect(FailureKind.inputOutput.rawValue == 74)
        #expect(FailureKind.interrupted.rawValue == 130)
    }
}
