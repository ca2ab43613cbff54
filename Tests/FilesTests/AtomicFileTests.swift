import Files
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
    private func text(_ path: String) throws -> String {
        String(decoding: try readFile(path), as: UTF8.self)
    }

    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test("the old content stands until the new is committed")
    func replacesAtOnce() throws {
        let folder = try TemporaryFolder()
        try writeFile("old", to: folder("a"))
        let file = try AtomicFile(folder("a"))
        try file.write([UInt8]("n".utf8))
        try file.write(Data("ew".utf8))
        #expect(try text(folder("a")) == "old")
        try file.commit()
        #expect(try text(folder("a")) == "new")
        #expect(try names(folder.path) == ["a"])
    }

    @Test("a file that is not committed leaves nothing behind")
    func abandoned() throws {
        let folder = try TemporaryFolder()
        try writeFile("old", to: folder("a"))
        for name in ["a", "b"] {
            let file = try AtomicFile(folder(name))
            try file.write([1, 2, 3])
        }
        #expect(try names(folder.path) == ["a"])
        #expect(try text(folder("a")) == "old")
    }

    @Test("folders on the way are created; nothing and much can be written")
    func newFolders() throws {
        let folder = try TemporaryFolder()
        try writeFile("", to: folder("x/y/empty"))
        #expect(try text(folder("x/y/empty")).isEmpty)
        let many = [UInt8]((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try writeFile(many, to: folder("x/z/many"))
        #expect(try readFile(folder("x/z/many")) == Data(many))
        try createFolder("")
        try createFolder(folder("x"))
    }

    @Test("a commit that fails leaves nothing behind")
    func failedCommit() throws {
        let folder = try TemporaryFolder()
        do {
            let file = try AtomicFile(folder("taken"))
            try createFolder(folder("taken/by a folder"))
            #expect(
                throws: FileError.unwritable(path: folder("taken"), reason: "Is a directory")
            ) { try file.commit() }
        }
        #expect(try names(folder.path) == ["taken"])
        #expect(throws: FileError.unwritable(path: folder("taken"), reason: "it is a folder")) {
            try writeFile("text", to: folder("taken"))
        }
    }

    @Test("a link is followed, and what cannot be replaced is written to")
    func linksAndDevices() throws {
        let folder = try TemporaryFolder()
        try writeFile("old", to: folder("target"))
        symlink(folder("target"), folder("link"))
        try writeFile("new", to: folder("link"))
        #expect(try text(folder("target")) == "new")
        #expect(try names(folder.path) == ["link", "target"])
        try writeFile("gone", to: "/dev/null")
        var status = stat()
        #expect(stat("/dev/null", &status) == 0)
        #expect(status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test(
        "the folder of a path, names of one letter included",
        arguments: [
            ("y", ""), ("/y", "/"), ("a/y", "a"), ("/a/bc/y", "/a/bc"), ("a/", "a"), ("", ""),
        ])
    func parents(path: String, folder: String) {
        #expect(parentFolder(of: path) == folder)
    }

    @Test("a folder has one writer at a time")
    func folderLock() throws {
        let folder = try TemporaryFolder()
        do {
            let lock = try FolderLock(folder("new"))
            #expect(throws: FileError.locked(path: folder("new"))) { try FolderLock(folder("new")) }
            withExtendedLifetime(lock) {}
        }
        #expect(throws: Never.self) { try FolderLock(folder("new")) }
    }

    @Test("places that cannot be written to")
    func unwritable() throws {
        let folder = try TemporaryFolder()
        try writeFile("a file", to: folder("a"))
        #expect(
            throws: FileError.unwritable(
                path: folder("a"), reason: "the folder cannot be created")
        ) { try writeFile("text", to: folder("a/b")) }
        let long = folder(String(repeating: "n", count: 255))
        #expect(throws: FileError.unwritable(path: long, reason: "File name too long")) {
            try writeFile("text", to: long)
        }
        #expect(try text(folder("a")) == "a file")
        #expect(try names(folder.path) == ["a"])
    }

    @Test("a full disk is an error, not a short file", .enabled(if: fileExists("/dev/full")))
    func fullDisk() throws {
        let folder = try TemporaryFolder()
        // The temporary file becomes the device that is always full.
        let temporary = folder("a.partial-\(getpid())")
        try FileManager.default.createSymbolicLink(
            atPath: temporary, withDestinationPath: "/dev/full")
        let file = try AtomicFile(folder("a"))
        #expect(
            throws: FileError.unwritable(path: folder("a"), reason: "No space left on device")
        ) { try file.write([1]) }
    }

    @Test("paths")
    func paths() throws {
        let folder = try TemporaryFolder()
        try writeFile("", to: folder("a"))
        #expect(fileExists(folder("a")) && !fileExists(folder("b")))
        #expect(fileExists(folder.path) && isFolder(folder.path))
        #expect(!isFolder(folder("a")) && !isFolder(folder("b")))
        #expect(join("x", "y") == "x/y" && join("x/", "y") == "x/y")
    }
}
