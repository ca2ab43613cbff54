import TestSupport
import Testing
import Tokenization

@Suite("Added tokens")
struct AddedTokenMatcherTests {
    /// The tokens of a text by name, which the byte tokens spell.
    static func names(_ tiny: TinyTokenizer, _ text: String) throws -> [String] {
        let tokenizer = try tiny.load()
        return tokenizer.encode(text).map { tokenizer.token(of: $0) ?? "?" }
    }

    @Test("the leftmost is found, of those the longest")
    func leftmostLongest() throws {
        var tiny = TinyTokenizer()
        tiny.add("ab")
        tiny.add("abcd")
        tiny.add("bcde")
        #expect(try Self.names(tiny, "abcde abc") == ["abcd", "e", "Ġ", "ab", "c"])
    }

    @Test("single_word is not found beside a letter, digit, mark or underscore")
    func singleWord() throws {
        var tiny = TinyTokenizer()
        tiny.add("<m>", singleWord: true)
        let separate = ["<m>", "-<m>.", " <m>\u{A0}", "😀<m>"]
        for text in separate { #expect(try Self.names(tiny, text).contains("<m>"), "\(text)") }
        for text in ["a<m>", "<m>1", "\u{301}<m>", "<m>_", "<m>字", "\u{200D}<m>"] {
            #expect(try !Self.names(tiny, text).contains("<m>"), "\(text)")
        }
    }

    @Test("lstrip and rstrip swallow white space, but not that of the token before")
    func strip() throws {
        var tiny = TinyTokenizer()
        tiny.add("<l>", lstrip: true)
        tiny.add("<r>", rstrip: true)
        #expect(try Self.names(tiny, "a \u{2003}\n<l> b") == ["a", "<l>", "Ġ", "b"])
        #expect(try Self.names(tiny, "a <r> \t<l>b") == ["a", "Ġ", "<r>", "<l>", "b"])
        tiny.add("  ", lstrip: true)
        tiny.add("\n")
        #expect(try Self.names(tiny, "<r>   b") == ["<r>", "b"], "swallowed whole")
        #expect(try Self.names(tiny, "<r> \nb") == ["<r>", "\n", "b"], "overlaps")
    }

    @Test("normalized tokens are found in the normalised text, others in the raw text")
    func normalized() throws {
        var tiny = TinyTokenizer()
        tiny.json["normalizer"] = ["type": "NFC"]
        tiny.add("e\u{301}", normalized: true)
        tiny.add("o\u{301}")
        let tokenizer = try tiny.load()
        #expect(tokenizer.encode("e\u{301}\u{E9}") == [256, 256])
        #expect(tokenizer.encode("o\u{301}\u{F3}") == [257, 0xC3, 0xB3])
    }

    @Test("a token of the vocabulary keeps its id")
    func knownToken() throws {
        var tiny = TinyTokenizer(merges: [("a", "b")])
        tiny.add("ab", id: 256)
        tiny.add("<s>", id: 257)
        let tokenizer = try tiny.load()
        #expect(tokenizer.encode("cab<s>") == [0x63, 256, 257])
        #expect(tokenizer.vocabularyCount == 258)
    }
}
