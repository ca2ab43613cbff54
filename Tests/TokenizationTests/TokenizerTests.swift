import Base
import Foundation
import Testing
import TestSupport
import Tokenization

@Suite("Tokenizer against Hugging Face")
struct TokenizerGoldenTests {
    struct Line: Decodable {
        let text: String
        let ids: [TokenID]
        let decoded: String
    }

    /// That of the embedded models, and one with runs of spaces as GPT-NeoX has them.
    static func tokenizer(_ name: String) throws -> Tokenizer {
        try Tokenizer(
            path: name == "spaces"
                ? Repository.golden("tokenizers/spaces.json")
                : join(Repository.model("mamba2"), "tokenizer.json"))
    }

    @Test("encodes and decodes every golden line", arguments: ["embedded", "spaces"])
    func golden(name: String) throws {
        try compare(
            try Self.tokenizer(name), path: Repository.golden("tokenizers/\(name).jsonl"),
            lines: 120)
    }

    @Test(
        "and those of tokenizers as they are used",
        .enabled(if: Fixtures.available, "needs ../shared/fixtures"),
        arguments: ["gpt-neox-20b", "bpe4k"])
    func released(name: String) throws {
        try compare(
            try Tokenizer(path: Fixtures.path("tokenizers/\(name).json")),
            path: Fixtures.path("tokenizers/\(name).golden.jsonl"), lines: 200)
    }

    private func compare(_ tokenizer: Tokenizer, path: String, lines least: Int) throws {
        let lines = try readFile(path).split(separator: UInt8(ascii: "\n"))
        #expect(lines.count > least)
        for data in lines {
            let line = try decodeJSON(Line.self, from: Data(data), path: path)
            #expect(tokenizer.encode(line.text) == line.ids, "\(line.text)")
            let decoded = tokenizer.decode(line.ids)
            #expect(decoded.utf8.elementsEqual(line.decoded.utf8), "\(line.text)")
        }
    }

    @Test("a trailing space before 'Answer' takes the token of two spaces")
    func spaces() throws {
        let tokenizer = try Self.tokenizer("spaces")
        let two = try #require(tokenizer.id(of: "  "))
        #expect(tokenizer.token(of: two) == "  ")
        #expect(tokenizer.encode("?  Answer:").filter { $0 == two }.count == 1)
        #expect(!tokenizer.encode("? Answer:").contains(two))
        #expect(tokenizer.vocabularyCount == Int(two) + 1)
        #expect(tokenizer.endOfText == 0)
    }

    @Test("leaves special tokens out of a text on request")
    func skipping() throws {
        let tokenizer = try Self.tokenizer("embedded")
        let ids = tokenizer.encode("one<|endoftext|> two")
        #expect(tokenizer.decode(ids) == "one<|endoftext|> two")
        #expect(tokenizer.decode(ids, skippingSpecialTokens: true) == "one two")
    }

    @Test("a megabyte without a place to cut takes the same time per byte")
    func longPretoken() throws {
        let tokenizer = try Self.tokenizer("spaces")
        let text = String(repeating: "abracadabra", count: 100_000)
        let start = ContinuousClock.now
        let ids = tokenizer.encode(text)
        #expect(ContinuousClock.now - start < .seconds(20), "quadratic would take hours")
        #expect(tokenizer.decode(ids) == text)
    }

    @Test("callers at the same time get the same ids")
    func concurrentCallers() async throws {
        let tokenizer = try Self.tokenizer("embedded")
        let text = String(repeating: "Mary moved to the bathroom. Where is John? ", count: 500)
        let expected = tokenizer.encode(text)
        let results = await withTaskGroup(of: [TokenID].self) { group in
            for _ in 0..<4 { group.addTask { tokenizer.encode(text) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results == Array(repeating: expected, count: 4))
    }
}

@Suite("Tokenizer")
struct TokenizerTests {
    @Test("bytes that are not UTF-8 decode to U+FFFD, one for each truncated sequence")
    func invalidUTF8() throws {
        let tokenizer = try TinyTokenizer().load()
        #expect(
            tokenizer.decode([0x61, 0xE2, 0x82, 0x62, 0xFF, 0xC3])
                == "a\u{FFFD}b\u{FFFD}\u{FFFD}")
    }

    @Test("an added token that is found in normalised text reads as its normal form")
    func normalizedTokens() throws {
        // By Hugging Face tokenizers 0.23.3; 0.22 gives both as they are written.
        for (isNormalized, first, second) in [
            (true, "a\u{FFFD}xb", "a\u{FFFD}b"), (false, "ae\u{301}xb", "a\u{212B}b"),
        ] {
            var tiny = TinyTokenizer()
            tiny.json["normalizer"] = ["type": "NFC"]
            tiny.add("e\u{301}x", normalized: isNormalized)
            tiny.add("\u{212B}", normalized: isNormalized)
            let tokenizer = try tiny.load()
            #expect(tokenizer.decode([97, 256, 98]).utf8.elementsEqual(first.utf8))
            #expect(tokenizer.decode([97, 257, 98]).utf8.elementsEqual(second.utf8))
        }
    }

    @Test("any text comes back where no normaliser changes it")
    func roundTrip() throws {
        let tokenizer = try TinyTokenizer(merges: [("a", "b"), ("Ã", "©")]).load()
        for text in ["", "\0", "ab\u{301}é\u{10FFFF}\r\n", "e\u{301}", "\u{FEFF}x\u{85}"] {
            #expect(tokenizer.decode(tokenizer.encode(text)).utf8.elementsEqual(text.utf8))
        }
    }

    @Test("a prefix space is added to each text between added tokens that has none")
    func prefixSpace() throws {
        var tiny = TinyTokenizer()
        tiny.json["pre_tokenizer"] = ["type": "ByteLevel", "add_prefix_space": true]
        tiny.add("<s>")
        let tokenizer = try tiny.load()
        #expect(tokenizer.decode(tokenizer.encode("a<s>b<s> c")) == " a<s> b<s> c")
        #expect(tokenizer.encode("") == [])
    }

    @Test("a Split with the GPT-2 pattern before ByteLevel is ByteLevel with it")
    func splitSequence() throws {
        let merges = [("a", "Ġ"), ("Ġ", "a"), ("a", "1"), ("a", "a")]
        var tiny = TinyTokenizer(merges: merges)
        let plain = try tiny.load()
        tiny.json["pre_tokenizer"] = Self.split(pattern: gpt2Pattern)
        let split = try tiny.load()
        #expect(plain.encode("aa a1 a  a") == split.encode("aa a1 a  a"))
    }

    @Test("ignore_merges takes a whole pretoken from the vocabulary")
    func ignoreMerges() throws {
        var tiny = TinyTokenizer(merges: [("a", "b")])
        tiny.vocab["Ġcab"] = 257
        tiny.model["ignore_merges"] = true
        let tokenizer = try tiny.load()
        #expect(tokenizer.encode("cab cab") == [0x63, 256, 257])
    }

    @Test("merges may be written as one string")
    func mergeLines() throws {
        var tiny = TinyTokenizer(merges: [("a", "b"), ("ab", "b")])
        tiny.model["merges"] = ["#version: 0.2", "a b", "ab b"]
        #expect(try tiny.load().encode("abb") == [257])
    }

    @Test("the end of text is </s> where there is no <|endoftext|>")
    func endOfText() throws {
        var tiny = TinyTokenizer()
        #expect(try tiny.load().endOfText == nil)
        tiny.add("</s>", special: true)
        #expect(try tiny.load().endOfText == 256)
    }

    @Test("a whole word is looked up among the model's tokens, not among added ones")
    func ignoredMerges() throws {
        var tiny = TinyTokenizer(merges: [("q", "z")])
        tiny.model["ignore_merges"] = true
        tiny.add("qzx", singleWord: true)
        let tokenizer = try tiny.load()
        // No word of its own here, and so no added token.
        #expect(tokenizer.encode("1qzx") == [0x31, 256, 0x78])
        #expect(tokenizer.encode("1 qzx") == [0x31, 0x20, 257])
        #expect(tokenizer.encode("qz") == [256])
    }

    @Test(
        "a byte order mark is skipped; an id that is none, and a vocabulary that is missing, are said"
    )
    func marksAndGaps() throws {
        let folder = try TemporaryFolder()
        let path = folder("tokenizer.json")
        try TinyTokenizer().write(to: path)
        let text = String(decoding: try readFile(path), as: UTF8.self)
        try writeFile("\u{FEFF}" + text, to: path)
        #expect(try Tokenizer(path: path).encode("a") == [0x61])
        for (old, new, reason) in [
            ("\"a\":97", "\"a\":[97]", "model.vocab.a"), ("\"a\":97", "\"a\":1.5", "model.vocab.a"),
            ("\"vocab\"", "\"vocabulary\"", "model.vocab' is missing"),
        ] {
            try writeFile(text.replacing(old, with: new), to: path)
            let error = #expect(throws: FileError.self) { try Tokenizer(path: path) }
            #expect("\(String(describing: error))".contains(reason))
        }
    }

    @Test("tokens that are canonically equal are two")
    func canonicalEquivalence() throws {
        var tiny = TinyTokenizer()
        tiny.model["vocab"] = nil
        let folder = try TemporaryFolder()
        try tiny.write(to: folder("base.json"))
        let base = String(decoding: try readFile(folder("base.json")), as: UTF8.self)
        let entries = (0...255).map { byte in
            let name = TinyTokenizer.name(of: [UInt8(byte)])
            return "\(String(decoding: try! encodeJSON(name), as: UTF8.self)): \(byte)"
        }
        let vocab = (entries + [#""\u212b": 256"#, #""A\u030a": 257"#]).joined(separator: ", ")
        try writeFile(
            base.replacing("\"merges\"", with: "\"vocab\": {\(vocab)}, \"merges\""),
            to: folder("tokenizer.json"))
        let tokenizer = try Tokenizer(path: folder("tokenizer.json"))
        #expect(tokenizer.vocabularyCount == 258)
        #expect(tokenizer.id(of: "\u{212B}") == 256 && tokenizer.id(of: "A\u{30A}") == 257)
        #expect(tokenizer.id(of: "\u{C5}") == 0xC5)
    }

    static func split(pattern: String, behavior: String = "Isolated") -> [String: Any] {
        let byteLevel: [String: Any] = [
            "type": "ByteLevel", "add_prefix_space": false, "use_regex": false,
        ]
        let split: [String: Any] = [
            "type": "Split", "pattern": ["Regex": pattern], "behavior": behavior, "invert": false,
        ]
        return ["type": "Sequence", "pretokenizers": [split, byteLevel]]
    }
}

let gpt2Pattern =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
