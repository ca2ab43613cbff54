import Files
import Foundation
import TestSupport
import Testing

@Suite struct JSONTests {
    struct Value: Codable, Equatable {
        struct Part: Codable, Equatable { var size: Int }
        var name: String
        var limit: Double
        var parts: [Part]
    }

    private func decode(_ text: String) throws -> Value {
        try decodeJSON(Value.self, from: Data(text.utf8), path: "a.json")
    }

    private func refusal(_ text: String) throws -> String {
        let error = #expect(throws: FileError.self) { try decode(text) }
        guard case .malformedJSON(let path, let reason) = try #require(error) else {
            Issue.record("\(String(describing: error))")
            return ""
        }
        #expect(path == "a.json")
        return reason
    }

    @Test("plain JSON from bytes and from a file")
    func plain() throws {
        let text = #"{"name": "ü\u00e9", "limit": 1e-3, "parts": [{"size": 2}], "more": null}"#
        let expected = Value(name: "üé", limit: 0.001, parts: [.init(size: 2)])
        #expect(try decode(text) == expected)
        let folder = try TemporaryFolder()
        try writeFile(text, to: folder("a"))
        #expect(try decodeJSON(Value.self, from: folder("a")) == expected)
        #expect(throws: FileError.missing(path: folder("b"))) {
            try decodeJSON(Value.self, from: folder("b"))
        }
    }

    @Test("the numbers that Python writes and JSON does not have")
    func pythonNumbers() throws {
        func limit(_ spelling: String) throws -> Double {
            try decode(#"{"name": "a", "limit": \#(spelling), "parts": []}"#).limit
        }
        #expect(try limit("Infinity") == .infinity)
        #expect(try limit("-Infinity") == -.infinity)
        #expect(try limit("NaN").isNaN)
        #expect(try limit("1e300") == 1e300)
    }

    @Test(
        "infinite numbers and none in all spellings in use",
        arguments: [
            (#"{"__float__": "Infinity"}"#, Double.infinity), (#""-inf""#, -.infinity),
            (#"{ "__float__" : "-Infinity" }"#, -.infinity), (#"{"__float__":"NaN"}"#, .nan),
            (#""inf""#, .infinity), (#""Infinity""#, .infinity), ("-Infinity", -.infinity),
            (#""nan""#, .nan),
        ])
    func spellings(spelling: String, value: Double) throws {
        let found = try decode(#"{"name": "inf", "limit": \#(spelling), "parts": []}"#)
        #expect(found.limit == value || found.limit.isNaN && value.isNaN)
        // In the second reading, where "inf" is a number, no text is changed that must be one.
        #expect(found.name == "inf" || found.name == "Infinity")
        let list = try decodeJSON([Double].self, from: Data("[0, \(spelling)]".utf8), path: "a")
        #expect(list[1] == value || list[1].isNaN && value.isNaN)
    }

    @Test("text that looks like a number stays text")
    func textStays() throws {
        let text = #"{"name": "inf", "limit": {"__float__": "Infinity"}, "parts": []}"#
        #expect(try decode(text).name == "inf")
        #expect(
            try decodeJSON([String].self, from: Data(#"["NaN", "-inf", "a\"NaN"]"#.utf8), path: "a")
                == ["NaN", "-inf", "a\"NaN"])
    }

    @Test("a byte order mark is skipped")
    func mark() throws {
        #expect(try decode("\u{FEFF}" + #"{"name": "a", "limit": 0, "parts": []}"#).name == "a")
    }

    @Test(
        "a key that stands twice is refused, under any spelling, and named with its path",
        arguments: [
            (#"{"a": 1, "a": 2}"#, "a"), (#"{"b": [{}, {"c": 1, "\u0063": 2}]}"#, "b.[].c"),
            (#"{"x": {"y": {}, "z": 0, "y": []}}"#, "x.y"),
            ("[{\"\u{212B}\":1,\"\u{212B}\":1}]", "[].\u{212B}"),
        ])
    func doubledKeys(text: String, path: String) {
        #expect(
            throws: FileError.malformedJSON(
                path: "a", reason: "key '\(path)' stands twice; keep one of them")
        ) { try decodeJSON([String: [Int]].self, from: Data(text.utf8), path: "a") }
    }

    @Test("keys that are canonically equal but not the same are two")
    func canonicalKeys() throws {
        let text = "{\"\u{212B}\": 1, \"\u{C5}\": 2}"
        #expect(throws: Never.self) {
            try decodeJSON([String: Int].self, from: Data(text.utf8), path: "a")
        }
    }

    @Test("nesting has a bound, and broken UTF-8 and half characters are named")
    func hostile() throws {
        #expect(try refusal(String(repeating: "[", count: 100_000)).contains("256 levels"))
        #expect(try refusal(String(repeating: #"{"a":"#, count: 100_000)).contains("256 levels"))
        #expect(try refusal(#"{"name": "\ud800"}"#).contains("byte 10"))
        #expect(try refusal(#"{"name": "\ude00\ud83d"}"#).contains("byte 10"))
        #expect(try decode(#"{"name": "\ud83d\ude00", "limit": 0, "parts": []}"#).name == "😀")
        #expect(throws: FileError.malformedJSON(path: "a", reason: "byte 2 is not UTF-8")) {
            try decodeJSON([String].self, from: Data([0x5B, 0x22, 0xFF, 0x22, 0x5D]), path: "a")
        }
    }

    @Test("a string may hold U+0000")
    func zeroCharacter() throws {
        #expect(try decode(#"{"name": "a\u0000b", "limit": 0, "parts": []}"#).name == "a\0b")
    }

    @Test("what is wrong is named by its key path")
    func refusals() throws {
        #expect(try refusal(#"{"name": "a", "parts": []}"#) == "key 'limit' is missing")
        #expect(
            try refusal(#"{"name": "a", "limit": 1, "parts": [{"size": 1}, {}]}"#)
                == "key 'parts.[1].size' is missing")
        #expect(
            try refusal(#"{"name": "a", "limit": "x", "parts": []}"#)
                == "'limit' is not of the type expected (Double)")
        #expect(
            try refusal(#"{"name": null, "limit": 1, "parts": []}"#)
                == "'name' is not of the type expected (String)")
        #expect(
            try refusal(#"{"name": "a", "limit": 1, "parts": [{"size": "1"}]}"#)
                == "'parts.[0].size' is not of the type expected (Int)")
        let fraction = try refusal(#"{"name": "a", "limit": 1, "parts": [{"size": 1.5}]}"#)
        // Foundation on Linux reports a number that does not fit without its place.
        #expect(!fraction.isEmpty)
    }

    @Test(
        "bytes that are no JSON",
        arguments: ["", "{", #"{"name": "a" "limit": 1}"#, "[1, 2", "\u{0}", "{]", "nul"])
    func malformed(text: String) throws {
        #expect(try !refusal(text).isEmpty)
    }

    @Test("nesting without end is refused, not followed")
    func deep() throws {
        let depth = 200_000
        #expect(try !refusal(String(repeating: "[", count: depth)).isEmpty)
        #expect(try !refusal(String(repeating: #"{"parts":"#, count: depth)).isEmpty)
    }

    @Test("equal values give equal bytes: keys are sorted")
    func sortedKeys() throws {
        let value = Value(name: "a/b", limit: 0.5, parts: [.init(size: 1)])
        #expect(
            String(decoding: try encodeJSON(value, pretty: false), as: UTF8.self)
                == #"{"limit":0.5,"name":"a/b","parts":[{"size":1}]}"#)
        #expect(
            String(decoding: try encodeJSON(["b": 1, "a": 2]), as: UTF8.self)
                == "{\n  \"a\" : 2,\n  \"b\" : 1\n}")
    }

    @Test("numbers that are not finite are written as words and read back")
    func notFinite() throws {
        let numbers: [Double] = [.infinity, -.infinity, .nan, 1.5]
        let written = try encodeJSON(numbers, pretty: false)
        #expect(String(decoding: written, as: UTF8.self) == #"["Infinity","-Infinity","NaN",1.5]"#)
        let read = try decodeJSON([Double].self, from: written, path: "a.json")
        #expect(read[0] == .infinity && read[1] == -.infinity && read[2].isNaN && read[3] == 1.5)
        #expect(try decodeJSON([Float].self, from: written, path: "a.json")[1] == -.infinity)
    }
}
