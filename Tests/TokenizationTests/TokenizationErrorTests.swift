import Base
import Foundation
import Testing
import TestSupport
import Tokenization

@Suite("Files that are refused")
struct TokenizationErrorTests {
    /// Loads and expects an error whose sentence has all of `parts`.
    static func expectError(
        _ tiny: TinyTokenizer, says parts: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let sentence = tiny.loadingError()?.description ?? "no error"
        for part in parts + ["tokenizer.json: "] {
            #expect(sentence.contains(part), "\(sentence)", sourceLocation: sourceLocation)
        }
    }

    static let component = ["type": "Lowercase"]
    @Test(
        "a component that is not supported is named",
        arguments: [
            "version", "truncation", "padding", "normalizer", "pre_tokenizer", "post_processor",
            "decoder",
        ])
    func unsupportedPart(part: String) throws {
        var tiny = TinyTokenizer()
        tiny.json[part] = part == "version" ? "2.0" as Any : Self.component
        Self.expectError(tiny, says: part, "not supported", "expected")
    }

    @Test("what a component would do differently is named")
    func unsupportedSettings() throws {
        var tiny = TinyTokenizer()
        let pieces: [Any] = [["SpecialToken": ["id": "<s>"]], ["Sequence": ["id": "A"]]]
        let template: [String: Any] = ["type": "TemplateProcessing", "single": pieces]
        tiny.json["post_processor"] = template
        Self.expectError(tiny, says: "post_processor", "adds '<s>'")
        tiny = TinyTokenizer()
        tiny.json["decoder"] = NSNull()
        Self.expectError(tiny, says: "decoder is null")
        tiny = TinyTokenizer()
        tiny.json["pre_tokenizer"] = ["type": "ByteLevel"]
        Self.expectError(tiny, says: "add_prefix_space")
        tiny.json["pre_tokenizer"] = TokenizerTests.split(pattern: #"\s+"#)
        Self.expectError(tiny, says: "Split pattern", #"\s+"#)
        tiny.json["pre_tokenizer"] = TokenizerTests.split(
            pattern: gpt2Pattern, behavior: "Removed")
        Self.expectError(tiny, says: "Removed with invert false")
        tiny.json["pre_tokenizer"] = ["type": "Sequence", "pretokenizers": [Self.component]]
        Self.expectError(tiny, says: "Sequence [Lowercase]")
    }

    @Test("what the model would do differently is named")
    func unsupportedModel() throws {
        let settings: [(String, Any)] = [
            ("type", "Unigram"), ("dropout", 0.1), ("continuing_subword_prefix", "##"),
            ("end_of_word_suffix", "</w>"),
        ]
        for (key, value) in settings {
            var tiny = TinyTokenizer()
            tiny.model[key] = value
            Self.expectError(tiny, says: "model", "\(value)", "not supported")
        }
    }

    @Test("a vocabulary without one of the bytes is refused")
    func missingByte() {
        var tiny = TinyTokenizer()
        tiny.vocab["Ġ"] = nil
        Self.expectError(tiny, says: "no token 'Ġ' for byte 32")
        tiny = TinyTokenizer()
        tiny.vocab["ÿ"] = nil
        #expect(tiny.loadingError() == nil, "255 occurs in no UTF-8")
    }

    @Test(
        "ids that are negative or far beyond the vocabulary are refused", arguments: [-1, 1 << 40])
    func idOutOfRange(id: Int) {
        var tiny = TinyTokenizer()
        tiny.vocab["ab"] = id
        Self.expectError(tiny, says: "'ab' has id \(id)", "expected 0 to")
    }

    @Test("one id for two tokens is refused")
    func duplicateID() {
        var tiny = TinyTokenizer()
        tiny.vocab["ab"] = 0x61
        Self.expectError(tiny, says: "id 97 belongs to 'a' and to 'ab'")
    }

    @Test("merges of unknown tokens, or not of two, are refused")
    func malformedMerge() {
        let cases: [([Any], String)] = [
            (["a b"], "'ab' is not in the vocabulary"), ([["a", "xyz"]], "'xyz'"),
            (["a"], "separated by one space"), (["a b c"], "separated by one space"),
            ([["a"]], "expected two tokens, found 1"),
        ]
        for (merges, reason) in cases {
            var tiny = TinyTokenizer()
            tiny.model["merges"] = merges
            Self.expectError(tiny, says: "merge 0", reason)
        }
    }

    @Test("added tokens that are empty, repeated or have another id are refused")
    func addedTokens() {
        var tiny = TinyTokenizer()
        tiny.add("")
        Self.expectError(tiny, says: "added token 0 is empty")
        tiny = TinyTokenizer()
        tiny.add("<s>")
        tiny.add("<s>")
        Self.expectError(tiny, says: "'<s>' is listed twice")
        tiny = TinyTokenizer()
        tiny.add("<s>", id: 300)
        Self.expectError(tiny, says: "id 300", "gets id 256")
    }

    @Test("an id without a token has no text", arguments: [-1, 256, 300, TokenID.max])
    func unknownID(id: TokenID) throws {
        #expect(try TinyTokenizer().load().decode([97, id, 98]) == "ab")
    }

    @Test("a text that is not UTF-8 is refused", arguments: [0xFF, 0xC3, 0xEF])
    func notUTF8(byte: UInt8) throws {
        let tokenizer = try TinyTokenizer().load()
        let error = TokenizationError.notUTF8(path: "a.txt", offset: 3)
        #expect(throws: error) {
            try tokenizer.encode(contents: Array("aé".utf8) + [byte, 0x61], of: "a.txt")
        }
        #expect(error.description.hasPrefix("a.txt: byte 3 "))
        #expect(try tokenizer.encode(contents: [0x61], of: "a.txt") == [0x61])
    }

    @Test("JSON of another form is refused, however deep")
    func malformedJSON() throws {
        let deep = String(repeating: "[", count: 1_000_000)
        let texts = [
            "", "[]", "{}", "{\"model\": 1}", "{\"model\": {\"vocab\": {\"a\": \"b\"}}}",
            "{\"model\": {\"vocab\": {}, \"merges\": [1]}}", "\u{0}", deep,
            "{\"normalizer\": \(deep)",
            String(repeating: "{\"normalizer\":", count: 100_000),
        ]
        for text in texts {
            let folder = try TemporaryFolder()
            try writeFile(text, to: folder("tokenizer.json"))
            #expect(throws: FileError.self, "\(text.prefix(60))") {
                try Tokenizer(path: folder("tokenizer.json"))
            }
        }
    }
}
