import Testing
import TestSupport
import Tokenization

/// Against decoding of all ids together.
@Suite struct DecodingStreamTests {
    /// Bytes, and tokens that begin and end inside characters.
    private static func tokenizer() throws -> Tokenizer {
        let e = "é".utf8.map { TinyTokenizer.name(of: [$0]) }
        let smile = "🙂".utf8.map { TinyTokenizer.name(of: [$0]) }
        return try TinyTokenizer(merges: [
            (e[1], smile[0]), (smile[1], smile[2]), (smile[3], e[0]), ("a", e[0]),
            (e[0], e[1]),
        ]).load()
    }

    private func streamed(_ ids: [TokenID], _ tokenizer: Tokenizer) -> String {
        var stream = DecodingStream(tokenizer)
        var text = ""
        for id in ids { text += stream.text(adding: id) }
        return text + stream.rest
    }

    @Test("any ids give the text that they give together")
    func random() throws {
        let tokenizer = try Self.tokenizer()
        var random = TestRandom(seed: 3)
        // Mostly bytes that begin and continue characters.
        let likely: [TokenID] = [0xC3, 0xA9, 0xF0, 0x9F, 0x99, 0x82, 0xE2, 0xED, 0xA0, 0x80, 0x61]
        for _ in 0..<4000 {
            let ids = (0..<Int(random.next() % 9)).map { _ in
                random.next() % 3 == 0
                    ? TokenID(random.next() % UInt64(tokenizer.vocabularyCount))
                    : likely[Int(random.next() % UInt64(likely.count))]
            }
            #expect(streamed(ids, tokenizer) == tokenizer.decode(ids), "\(ids)")
        }
    }

    @Test("a character is handed out with its last byte, and text before it at once")
    func pieces() throws {
        let tokenizer = try Self.tokenizer()
        var stream = DecodingStream(tokenizer)
        let pieces = ("aé🙂".utf8.map { TokenID($0) }).map { stream.text(adding: $0) }
        #expect(pieces == ["a", "", "é", "", "", "", "🙂"])
        #expect(stream.rest.isEmpty)
        #expect(stream.text(adding: 0xF0).isEmpty && stream.rest == "\u{FFFD}")
    }

    @Test("an id without a token is passed over, in the middle of a character too")
    func unknown() throws {
        let tokenizer = try Self.tokenizer()
        let text = streamed([0x61, 9999, 0xC3, 50_000, 0xA9, -1], tokenizer)
        #expect(text == "aé")
    }
}
