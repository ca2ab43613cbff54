import Base
import Testing
import TestSupport

/// The validator itself: what is wrong must not pass.
struct JSONSchemaTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func flaws(_ document: String, _ schema: String) throws -> [String] {
        try writeFile(schema, to: folder("a.schema.json"))
        return try JSONSchema("a.schema.json", in: folder.path).flaws(in: JSONValue(document))
    }

    @Test(
        "each keyword lets its documents through and no other",
        arguments: [
            (#"{"type": "integer"}"#, "2.0", "2.5"), (#"{"type": "integer"}"#, "2", "true"),
            (#"{"type": "number"}"#, "2.5", #""2.5""#), (#"{"type": "number"}"#, "0", "false"),
            (#"{"type": "string"}"#, #""NaN""#, "null"), (#"{"type": "array"}"#, "[]", "{}"),
            (#"{"type": "object"}"#, "{}", "[]"), (#"{"type": "boolean"}"#, "true", "1"),
            (#"{"type": ["number", "null"]}"#, "null", "{}"),
            (#"{"const": {"a": [1]}}"#, #"{"a": [1]}"#, #"{"a": [1, 2]}"#),
            (#"{"enum": ["a", 1]}"#, "1", #""1""#), (#"{"minimum": 1}"#, "1", "0.5"),
            (#"{"maximum": 1}"#, "1", "1.5"), (#"{"minimum": 1}"#, #""text""#, "-1"),
            (#"{"pattern": "^[a-f]{2}$"}"#, #""af""#, #""afa""#),
            (#"{"minItems": 1}"#, "[0]", "[]"), (#"{"maxItems": 1}"#, "[0]", "[0, 1]"),
            (#"{"items": {"type": "string"}}"#, #"["a"]"#, #"["a", 1]"#),
            (#"{"required": ["a"]}"#, #"{"a": null}"#, #"{"b": 1}"#),
            (#"{"properties": {"a": {"minimum": 2}}}"#, #"{"b": 1}"#, #"{"a": 1}"#),
            (
                #"{"properties": {"a": {}}, "additionalProperties": false}"#, #"{"a": 1}"#,
                #"{"b": 1}"#
            ),
            (#"{"additionalProperties": {"type": "null"}}"#, #"{"a": null}"#, #"{"a": 1}"#),
            (#"{"oneOf": [{"minimum": 1}, {"maximum": 0}]}"#, "1", "0.5"),
            (#"{"oneOf": [{"minimum": 1}, {"minimum": 2}]}"#, "1", "2"),
            (##"{"$ref": "#/$defs/x", "$defs": {"x": {"const": 1}}}"##, "1", "2"),
            (
                ##"{"items": {"$ref": "a.schema.json#/$defs/x"}, "$defs": {"x": {"const": 1}}}"##,
                "[1]", "[2]"
            ),
        ])
    func keywords(schema: String, sound: String, wrong: String) throws {
        #expect(try flaws(sound, schema) == [])
        #expect(try flaws(wrong, schema).count == 1)
    }

    @Test("a flaw names its place and what is wrong")
    func places() throws {
        let schema = #"{"properties": {"a": {"items": {"required": ["b"], "minimum": 3}}}}"#
        #expect(
            try flaws(#"{"a": [{"b": 1}, {}, 2]}"#, schema)
                == [#".a[1] lacks string("b")"#, ".a[2] breaks minimum"])
        #expect(try flaws("2", #"{"const": 1}"#) == ["the document breaks const"])
    }

    @Test(
        "keywords and references that it does not know fail",
        arguments: [
            #"{"anyOf": []}"#, #"{"format": "uri"}"#, #"{"minimum": "1"}"#,
            ##"{"$ref": "#/$defs/none"}"##, #"{"$ref": "none.json#"}"#,
        ])
    func unknown(schema: String) {
        #expect(throws: (any Error).self) { try flaws("1", schema) }
    }
}
