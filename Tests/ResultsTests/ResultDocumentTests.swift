import Base
import Foundation
import Results
import Testing
import TestSupport

/// Documents say in their files which they are.
struct ResultDocumentTests {
    private let record = MadeRecord(
        command: "lens data text", version: "0", files: [.init(path: "a", sha256: "0")])

    private func read(_ text: String) throws -> MadeRecord {
        try MadeRecord(json: Data(text.utf8), path: "r.json")
    }

    private func text(schema: String) throws -> String {
        String(decoding: try record.json(pretty: false), as: UTF8.self)
            .replacing("\"\(MadeRecord.schema)\"", with: schema)
    }

    @Test("the schema stands among the keys, and is read back")
    func schema() throws {
        #expect(
            try text(schema: "1")
                == #"{"command":"lens data text","files":[{"path":"a","sha256":"0"}],"#
                + #""schema":1,"version":"0"}"#)
        #expect(try MadeRecord(json: record.json(), path: "r.json") == record)
        let folder = try TemporaryFolder()
        try writeFile(record.json(), to: folder("r.json"))
        #expect(try MadeRecord(path: folder("r.json")) == record)
    }

    @Test("a file without one is of version 1, and keys of later ones are passed over")
    func older() throws {
        let old = try text(schema: "1").replacing(#""schema":1,"#, with: "")
        #expect(try read(old) == record)
        #expect(try read(old.replacing("}]", with: "}],\"new\":[1]")) == record)
    }

    @Test("another document, and another version, is refused before it is looked at")
    func other() throws {
        for (found, hint) in [
            ("statelens/text-result/1", ""),
            ("statelens/made-files/2", "; a newer version of the program reads it"), ("x", ""),
        ] {
            for text in [try text(schema: "\"\(found)\""), "{\"schema\": \"\(found)\"}"] {
                #expect {
                    try read(text)
                } throws: {
                    "\($0)" == "r.json: is a document of the schema '\(found)', expected "
                        + "'statelens/made-files/1'\(hint)"
                }
            }
        }
        #expect { try read(try text(schema: "3")) } throws: {
            "\($0)".contains("'schema' is 3 (a number), expected a string")
        }
    }
}
