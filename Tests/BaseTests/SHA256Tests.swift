import Base
import Foundation
import Testing
import TestSupport

@Suite struct SHA256Tests {
    @Test("the examples of FIPS 180-4")
    func knownDigests() {
        #expect(
            SHA256.hex(of: "")
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            SHA256.hex(of: "abc")
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            SHA256.hex(of: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    }

    @Test("a million times the letter a, from a file larger than one read and in pieces")
    func longInput() throws {
        // FIPS 180-4's third example, then the same bytes three times over.
        let million = String(repeating: "a", count: 1_000_000)
        let digest = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        #expect(SHA256.hex(of: million) == digest)
        let folder = try TemporaryFolder()
        try writeFile(million + million + million, to: folder("a"))
        let pieces = SHA256()
        for _ in 0..<3 { pieces.update(million) }
        #expect(try SHA256.hex(ofFile: folder("a")) == pieces.finalize())
        try writeFile(million, to: folder("a"))
        #expect(try SHA256.hex(ofFile: folder("a")) == digest)
    }

    @Test("an empty file, a missing file, a folder")
    func edges() throws {
        let folder = try TemporaryFolder()
        try writeFile("", to: folder("a"))
        #expect(try SHA256.hex(ofFile: folder("a")) == SHA256.hex(of: ""))
        #expect(throws: FileError.missing(path: folder("b"))) {
            try SHA256.hex(ofFile: folder("b"))
        }
        #expect(throws: FileError.isFolder(path: folder.path)) {
            try SHA256.hex(ofFile: folder.path)
        }
    }
}
