import Base
import Foundation
import Testing
import TestSupport
import Tokenization

/// Golden values are those of Hugging Face tokenizers 0.22.2, `BpeTrainer(vocab_size=...,
/// special_tokens=["<|endoftext|>"], initial_alphabet=ByteLevel.alphabet())` on one document.
@Suite("BPE training against Hugging Face")
struct BPETrainerTests {
    private static func golden(_ name: String) throws -> String {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden/\(name)").path
        return String(decoding: try readFile(path), as: UTF8.self)
    }

    private static func train(_ documents: String..., count: Int) -> TrainedTokenizer {
        var words = PretokenCounts()
        for document in documents { words.add(document) }
        var trainer = BPETrainer(words)
        return trainer.train(vocabularyCount: count)
    }

    @Test("512 tokens of prose and other characters: the same file, which reads back")
    func wholeFile() throws {
        let text = try Self.golden("prose.txt")
        let trained = Self.train(text, count: 512)
        #expect(trained.json == (try Self.golden("prose.tokenizer.json")))

        let folder = try TemporaryFolder()
        try writeFile(trained.json, to: folder("tokenizer.json"))
        let tokenizer = try Tokenizer(path: folder("tokenizer.json"))
        #expect(tokenizer.vocabularyCount == 512 && tokenizer.endOfText == 0)
        let ids = tokenizer.encode(text)
        #expect(ids.count < text.utf8.count / 2)
        #expect(tokenizer.decode(ids) == text)
    }

    /// Of pairs equally often the smaller ids are merged first; in runs the leftmost.
    @Test(
        "ties and overlaps",
        arguments: [
            ("cd ab", ["a b", "c d", "Ġ ab"]),
            ("aaaaa aaaaaaaaa", ["a a", "aa aa", "aaaa a", "Ġ aaaa", "Ġaaaa aaaaa"]),
            ("baab abba", ["a b", "b a", "Ġ ab", "ba ab", "Ġab ba"]),
            (
                """
                low low low low low lower lower newest newest newest newest newest newest widest \
                widest widest
                """,
                [
                    "e s", "es t", "l o", "lo w", "e w", "n ew", "Ġ low", "Ġ new", "Ġnew est",
                    "d est", "i dest", "w idest", "Ġ widest", "e r", "Ġlow er",
                ]
            ),
        ])
    func ties(text: String, merges: [String]) {
        let trained = Self.train(text, count: 1000)
        #expect(trained.merges.map { "\($0.left) \($0.right)" } == merges)
        #expect(trained.tokens.count == 257 + merges.count, "ends when every word is one token")
    }

    /// By the definition: count all pairs anew before every merge.
    @Test("equals counting anew before every merge", arguments: 0..<40)
    func countsAnew(seed: Int) {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func draw(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        let letters = 1 + draw(4)
        let words = (0...draw(60)).map { _ in
            String((0...draw(12)).map { _ in Character(UnicodeScalar(UInt8(97 + draw(letters)))) })
        }
        let text = words.joined(separator: " ")
        let trained = Self.train(text, count: 300)
        let expected = Self.countAnew(words, ids: trained.tokens, merges: 300 - 257)
        #expect(trained.merges.map { [$0.left, $0.right] } == expected, "\(text)")
    }

    /// - Parameters:
    ///   - text: words of ASCII letters, to be separated by single spaces.
    ///   - ids: the tokens by id, of which only the first 257 are used.
    private static func countAnew(_ text: [String], ids: [String], merges: Int) -> [[String]] {
        var ids = Dictionary(uniqueKeysWithValues: ids.prefix(257).enumerated().map { ($1, $0) })
        var words = text.enumerated().map { index, word in
            (index == 0 ? [] : ["Ġ"]) + word.map { String($0) }
        }
        var result: [[String]] = []
        while result.count < merges {
            var counts: [[String]: Int] = [:]
            for word in words {
                for (left, right) in zip(word, word.dropFirst()) {
                    counts[[left, right], default: 0] += 1
                }
            }
            func rank(_ pair: [String]) -> [Int] { pair.map { ids[$0] ?? -1 } }
            let best = counts.min { a, b in
                a.value != b.value
                    ? a.value > b.value : rank(a.key).lexicographicallyPrecedes(rank(b.key))
            }
            guard let pair = best?.key else { break }
            result.append(pair)
            ids[pair.joined()] = ids.count
            words = words.map { word in
                var merged: [String] = []
                var index = 0
                while index < word.count {
                    let isPair = Array(word[index...].prefix(2)) == pair
                    merged.append(isPair ? pair.joined() : word[index])
                    index += isPair ? 2 : 1
                }
                return merged
            }
        }
        return result
    }

    @Test("documents are counted apart, whatever their order")
    func documents() {
        let apart = Self.train("ab", "c ab", count: 300)
        #expect(apart.merges.map { $0.left + $0.right } == ["ab", "Ġab"])
        #expect(apart.json == Self.train("c ab", "ab", count: 300).json)
    }

    @Test("texts that offer no merge give the bytes alone")
    func noMerges() {
        for text in ["", "x", "x\ny"] {
            let trained = Self.train(text, count: 300)
            #expect(trained.merges.isEmpty && trained.tokens.count == 257)
            #expect(trained.json.contains("\"merges\": []"))
        }
        #expect(PretokenCounts().isEmpty)
    }
}
