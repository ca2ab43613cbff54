import Base
import Foundation
import Testing
import TestSupport

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
        #expect(found.name == "inf")
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

    @Test(
        "a number that JSON cannot spell is no text",
        arguments: ["NaN", "Infinity", "-Infinity", #"{"__float__": "NaN"}"#])
    func numberIsNoText(spelling: String) throws {
        let number = spelling.split(separator: "\"").last { $0 != "}" } ?? ""
        #expect(
            try refusal(#"{"name": \#(spelling), "limit": NaN, "parts": []}"#)
                == "'name' is \(number) (a number), expected a string")
        let list = Data("[\"a\", \(spelling)]".utf8)
        #expect(
            throws: FileError.malformedJSON(
                path: "a", reason: "'[1]' is \(number) (a number), expected a string")
        ) { try decodeJSON([String].self, from: list, path: "a") }
    }

    @Test(
        "what other readers let pass is no JSON, and the place is named",
        arguments: [
            ("[1,]", "byte 3: found ']', expected a value"),
            ("{\"a\":1,}", "byte 7: found '}', expected a key in quotes"),
            ("[1\n,\n01]", "byte 5 (line 3): found '01', expected a value such as"),
            ("[1.]", "byte 1: found '1.', expected a value"), ("[.5]", "found '.5'"),
            ("[+1]", "found '+1'"), ("[1e]", "found '1e'"), ("[-]", "found '-'"),
            ("[0x10]", "found '0x10'"), ("[1] 2", "byte 4: found '2', expected the end"),
            ("[nan]", "found 'nan'"), ("['a']", "found ''a''"), ("{a: 1}", "expected a key"),
            ("{\"a\" 1}", "byte 5: found '1', expected ':'"),
            ("[\"\\q\"]", "byte 3: found 'q', expected an escape"),
            ("[\"\\u12G4\"]", "expected an escape"), ("[\"\t\"]", "found '\\t'"),
            ("", "found the end"),
            ("[1 2]", "byte 3: found '2', expected ',' or ']'"), ("[\"a", "expected '\"'"),
            ("// no\n[]", "found '//'"), ("\u{FEFF}[]", ""),
        ])
    func grammar(text: String, reason: String) throws {
        if text == "\u{FEFF}[]" {
            #expect(try decodeJSON([Int].self, from: Data(text.utf8), path: "a").isEmpty)
        } else {
            #expect(try refusal(text).contains(reason), "\(text)")
        }
    }

    @Test("numbers are rounded as they are written, whole ones are exact")
    func numbers() throws {
        func list<T: Decodable>(_ type: T.Type, _ text: String) throws -> [T] {
            try decodeJSON([T].self, from: Data(text.utf8), path: "a.json")
        }
        #expect(
            try list(Double.self, "[0, -0.0, 1e-3, 1E+2, 0.1, 5e-324, 1.7976931348623157e308]")
                == [0, -0.0, 0.001, 100, 0.1, .leastNonzeroMagnitude, .greatestFiniteMagnitude])
        #expect(try list(Float.self, "[16777217, 0.1]") == [16_777_216, 0.1])
        #expect(
            try list(Int.self, "[9223372036854775807, -9223372036854775808, 2.0, 3e2]")
                == [.max, .min, 2, 300])
        for text in ["[1e999]", "[-1e999]"] {
            #expect(throws: FileError.self) { try list(Double.self, text) }
        }
        #expect(throws: FileError.self) { try list(Float.self, "[1e39]") }
        for text in ["[1.5]", "[9223372036854775808]", "[NaN]", "[\"1\"]", "[true]", "[1e300]"] {
            #expect(throws: FileError.self) { try list(Int.self, text) }
        }
        #expect(throws: FileError.self) { try list(UInt8.self, "[256]") }
        #expect(try list(Bool?.self, "[true, null, false]") == [true, nil, false])
        #expect(throws: FileError.self) { try list(Bool.self, "[1]") }
    }

    @Test("escapes are what Foundation reads")
    func escapes() throws {
        let text = #"["\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\uDE00", "é€😀", "\\u0041"]"#
        let expected = try JSONDecoder().decode([String].self, from: Data(text.utf8))
        let found = try decodeJSON([String].self, from: Data(text.utf8), path: "a")
        #expect(found.map { Array($0.utf8) } == expected.map { Array($0.utf8) })
        let key = #"{"\u006eame": "x", "limit": 0, "parts": []}"#
        #expect(try decode(key).name == "x")
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
                == "'limit' is 'x' (a string), expected a number")
        #expect(
            try refusal(#"{"name": null, "limit": 1, "parts": []}"#)
                == "'name' is null, expected a string")
        #expect(
            try refusal(#"{"name": "a", "limit": 1, "parts": [{"size": "1"}]}"#)
                == "'parts.[0].size' is '1' (a string), expected a whole number")
        #expect(
            try refusal(#"{"name": "a", "limit": 1, "parts": [{"size": 1.5}]}"#)
                == "'parts.[0].size' is 1.5 (a number), expected a whole number")
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
