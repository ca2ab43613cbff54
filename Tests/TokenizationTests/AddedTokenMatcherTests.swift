import Testing
import TestSupport
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

    /// Looked for letter by letter, as `find_matches` of Hugging Face describes it.
    private static func slowNames(
        _ tokens: [(content: String, singleWord: Bool, lstrip: Bool, rstrip: Bool)],
        _ text: [UInt8]
    ) -> [String] {
        let space = UInt8(ascii: " ")
        func spelled(_ range: Range<Int>) -> [String] {
            text[range].map { $0 == space ? "Ġ" : String(Unicode.Scalar($0)) }
        }
        func isWord(_ index: Int) -> Bool {
            text.indices.contains(index) && (97...122).contains(text[index])
        }
        var (names, covered, index) = ([String](), 0, 0)
        while index < text.count {
            let here = tokens.filter { text[index...].starts(with: $0.content.utf8) }
            guard let token = here.max(by: { $0.content.count < $1.content.count }) else {
                index += 1
                continue
            }
            var (start, end) = (index, index + token.content.utf8.count)
            index = end
            if token.singleWord, isWord(start - 1) || isWord(end) { continue }
            if token.lstrip {
                while start > 0, text[start - 1] == space { start -= 1 }
                start = max(start, covered)
            }
            while token.rstrip, end < text.count, text[end] == space { end += 1 }
            guard start < end else { continue }
            if covered < start { names += spelled(covered..<start) }
            names.append(token.content)
            covered = end
        }
        return names + (covered < text.count ? spelled(covered..<text.count) : [])
    }

    @Test("what is found is what a search letter by letter finds")
    func search() throws {
        var random = TestRandom(seed: 3)
        for _ in 0..<60 {
            func letters(_ count: Int) -> [UInt8] {
                random.ids(count, below: 7).map { Array("aabb .-".utf8)[Int($0)] }
            }
            let contents = Set(
                (0..<5).map { _ in letters(2 + Int(random.ids(1, below: 5)[0])) })
            let flags = random.ids(15, below: 2).map { $0 == 1 }
            let tokens = contents.sorted { $0.lexicographicallyPrecedes($1) }.enumerated().map {
                (
                    content: String(decoding: $1, as: UTF8.self), singleWord: flags[3 * $0],
                    lstrip: flags[3 * $0 + 1], rstrip: flags[3 * $0 + 2]
                )
            }
            var tiny = TinyTokenizer()
            for token in tokens {
                tiny.add(
                    token.content, singleWord: token.singleWord, lstrip: token.lstrip,
                    rstrip: token.rstrip)
            }
            let tokenizer = try tiny.load()
            for length in [1, 5, 40, 200] {
                let text = letters(length)
                let found = tokenizer.encode(String(decoding: text, as: UTF8.self))
                #expect(
                    found.map { tokenizer.token(of: $0) ?? "?" } == Self.slowNames(tokens, text))
            }
        }
    }

    @Test("matches lie over the borders of the blocks in which a text is read")
    func blocks() throws {
        var tiny = TinyTokenizer()
        let long = String(repeating: "ab", count: 15_000)
        tiny.add(long)
        tiny.add("ba")
        let tokenizer = try tiny.load()
        let text = "a" + long + "b" + String(long.dropLast()) + long
        let found = tokenizer.encode(text)
        // The first letter, and that the leftmost match begins there, which leaves a pair out of step.
        #expect(found.first == 0x61)
        #expect(tokenizer.decode(found) == text)
        let alone = tokenizer.encode("x" + long + "x" + long)
        #expect(alone == [0x78, 256, 0x78, 256])
    }

    @Test("long tokens over a long text take no longer than short ones", .timeLimit(.minutes(1)))
    func longTokens() throws {
        var tiny = TinyTokenizer()
        tiny.add(String(repeating: "a", count: 10_000) + "b")
        tiny.add("aa", lstrip: true)
        tiny.add("  ", lstrip: true, rstrip: true)
        let tokenizer = try tiny.load()
        #expect(tokenizer.encode(String(repeating: "a", count: 200_000)).count == 100_000)
        #expect(!tokenizer.encode(String(repeating: " ", count: 200_000)).isEmpty)
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
