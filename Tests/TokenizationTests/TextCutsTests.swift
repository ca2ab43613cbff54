import Testing
import TestSupport
import Tokenization

@Suite("Texts in parts")
struct TextCutsTests {
    /// Every place where the text or one that begins it may be cut.
    private static func cuts(_ cuts: TextCuts, _ text: [UInt8]) -> Set<Int> {
        Set(
            (0...text.count).compactMap { count in
                text.withUnsafeBytes {
                    cuts.last(in: UnsafeRawBufferPointer(rebasing: $0[..<count]))
                }
            })
    }

    private static func text(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// Pieces that meet in every order: white space of all kinds, marks, compositions, contractions, added
    /// tokens.
    private static let pieces = [
        "a", "Bc", " ", " ", "  ", "\n", "\n", "\r\n", "\t", "\u{A0}", "\u{301}", "\u{AC}", "'s",
        "7", ".",
        "<s>", "<s> ", "word", "é", "e\u{301}", "жук", "字", "\u{1100}\u{1161}", "\u{A8}",
        "\u{FE70}", "   ",
    ]

    private func randomTexts(_ count: Int) -> [[UInt8]] {
        var random = TestRandom(seed: 11)
        return (0..<count).map { _ in
            random.ids(40, below: Self.pieces.count)
                .flatMap { Array(Self.pieces[Int($0)].utf8) }
        }
    }

    @Test(
        "the ids of the parts are those of the whole, wherever a text may be cut",
        arguments: ["NFC", "NFD", "NFKC", "NFKD"], [false, true])
    func partsOfATokenizer(form: String, hasPrefixSpace: Bool) throws {
        var tiny = TinyTokenizer(merges: [
            ("Ġ", "a"), ("Ċ", "Ċ"), ("Ġ", "Ġ"), ("a", "Ġ"), ("Ċ", "a"),
        ])
        tiny.json["normalizer"] = ["type": form]
        tiny.json["pre_tokenizer"] =
            ["type": "ByteLevel", "add_prefix_space": hasPrefixSpace] as [String: Any]
        tiny.add("<s>", special: true)
        tiny.add("   ", normalized: true)
        tiny.add("word", normalized: true, singleWord: true)
        let tokenizer = try tiny.load()
        var count = 0
        for bytes in randomTexts(60) {
            let whole = tokenizer.encode(Self.text(bytes))
            for place in Self.cuts(tokenizer.cuts, bytes) {
                let parts = [bytes[..<place], bytes[place...]].map(Self.text)
                #expect(parts.flatMap { tokenizer.encode($0) } == whole, "\(parts)")
                count += 1
            }
        }
        #expect(count > (hasPrefixSpace ? 5 : 60))
    }

    @Test("a tokenizer whose added tokens may touch such places has none")
    func noCuts() throws {
        let text = Array("word word\nword".utf8)
        func cuts(_ content: String, lstrip: Bool = false, rstrip: Bool = false) throws -> Set<Int>
        {
            var tiny = TinyTokenizer()
            tiny.add(content, lstrip: lstrip, rstrip: rstrip)
            return Self.cuts(try tiny.load().cuts, text)
        }
        #expect(try cuts("<s>") == [4, 9])
        #expect(try cuts("  ") == [4, 9])
        #expect(try cuts(" ") == [9])
        #expect(try cuts("d w") == [9])
        #expect(try cuts("x\n") == [4])
        #expect(try cuts("<s>", lstrip: true).isEmpty)
        #expect(try cuts("<s>", rstrip: true).isEmpty)
    }

    @Test("the words counted of the parts are those of the whole")
    func partsOfCounts() {
        for bytes in randomTexts(20) {
            var whole = PretokenCounts()
            whole.add(Self.text(bytes))
            var trainer = BPETrainer(whole)
            let json = trainer.train(vocabularyCount: 280).json
            for place in Self.cuts(PretokenCounts.cuts, bytes) {
                var parts = PretokenCounts()
                parts.add(Self.text(bytes[place...]))
                parts.add(Self.text(bytes[..<place]))
                var trainer = BPETrainer(parts)
                #expect(trainer.train(vocabularyCount: 280).json == json)
            }
        }
    }
}
