import Base
import Foundation
import Testing
import TestSupport

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
                throws: FileError.unwritable(
                    path: folder("taken"), reason: "another process wrote it in the meantime")
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
                path: folder("a"), reason: "it is a file, expected a folder")
        ) { try writeFile("text", to: folder("a/b")) }
        let longest = folder(String(repeating: "n", count: 255))
        try writeFile("text", to: longest)
        #expect(try text(longest) == "text")
        unlink(longest)
        let long = folder(String(repeating: "n", count: 256))
        #expect(throws: FileError.unwritable(path: long, reason: "File name too long")) {
            try writeFile("text", to: long)
        }
        #expect(try text(folder("a")) == "a file")
        #expect(try names(folder.path) == ["a"])
    }

    @Test("a full disk is an error, not a short file", .enabled(if: fileExists("/dev/full")))
    func fullDisk() throws {
        let file = try AtomicFile("/dev/full")
        #expect(
            throws: FileError.unwritable(path: "/dev/full", reason: "No space left on device")
        ) { try file.write([1]) }
    }

    @Test("permissions are kept, and new files have those that the user's mask gives")
    func permissions() throws {
        let folder = try TemporaryFolder()
        func mode(_ name: String) -> mode_t {
            var status = stat()
            return stat(folder(name), &status) == 0 ? status.st_mode & 0o777 : 0
        }
        try writeFile("old", to: folder("private"))
        chmod(folder("private"), 0o600)
        try writeFile("new", to: folder("private"))
        #expect(mode("private") == 0o600)
        let mask = umask(0)
        umask(mask)
        try writeFile("new", to: folder("a"))
        #expect(mode("a") == 0o666 & ~mask)
    }

    @Test("a link to nothing yet is followed, and links in a circle are an error")
    func danglingLinks() throws {
        let folder = try TemporaryFolder()
        symlink("later", folder("link"))
        symlink("link", folder("second"))
        try writeFile("new", to: folder("second"))
        #expect(try text(folder("later")) == "new")
        #expect(try names(folder.path) == ["later", "link", "second"])
        symlink("circle", folder("circle"))
        #expect(
            throws: FileError.unwritable(
                path: folder("circle"), reason: "Too many levels of symbolic links")
        ) { try writeFile("new", to: folder("circle")) }
    }

    @Test("what a killed process left beside the target goes, what a living one writes stays")
    func abandonedByOthers() throws {
        let folder = try TemporaryFolder()
        try writeFile("half", to: folder("a.partial-999999"))
        try writeFile("half", to: folder("a.partial-999997.AbCd12"))
        try writeFile("a person's", to: folder("a.partial-backup"))
        try writeFile("another's", to: folder("ab.partial-999999"))
        let living = open(folder("a.partial-999998"), O_WRONLY | O_CREAT, 0o600)
        defer { close(living) }
        flock(living, LOCK_EX)
        try writeFile("new", to: folder("a"))
        #expect(
            try names(folder.path) == [
                "a", "a.partial-999998", "a.partial-backup", "ab.partial-999999",
            ])
    }

    @Test("a file that another process replaced since writing began is not replaced")
    func replacedMeanwhile() throws {
        let folder = try TemporaryFolder()
        for content in [nil, "old"] {
            if let content { try writeFile(content, to: folder("a")) }
            let file = try AtomicFile(folder("a"))
            unlink(folder("a"))
            try Data("other".utf8).write(to: URL(fileURLWithPath: folder("a")))
            #expect(throws: FileError.self) { try file.commit() }
            #expect(try text(folder("a")) == "other")
        }
    }

    @Test("a pipe that nothing reads is an error after a short while, one that is read gets all")
    func pipes() throws {
        let folder = try TemporaryFolder()
        mkfifo(folder("pipe"), 0o600)
        #expect(throws: Never.self) { try checkWritable(folder("pipe")) }
        #expect(
            throws: FileError.unwritable(
                path: folder("pipe"), reason: "nothing reads from this pipe")
        ) { try writeFile("text", to: folder("pipe")) }
        let reader = open(folder("pipe"), O_RDONLY | O_NONBLOCK)
        try writeFile("text", to: folder("pipe"))
        var buffer = [UInt8](repeating: 0, count: 8)
        #expect(read(reader, &buffer, 8) == 4)
        close(reader)
    }

    @Test("a descriptor is written to where it stands")
    func descriptors() throws {
        let folder = try TemporaryFolder()
        try writeFile("log\n", to: folder("log"))
        let descriptor = open(folder("log"), O_WRONLY | O_APPEND)
        try writeFile("new", to: "/dev/fd/\(descriptor)")
        try writeFile("er", to: "/proc/self/fd/\(descriptor)")
        close(descriptor)
        #expect(try text(folder("log")) == "log\nnewer")
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
