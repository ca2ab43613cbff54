import Foundation
import Testing
import TestSupport
import Tokenization

@Suite("Cutting and merging against the definition")
struct PretokenEncoderTests {
    /// Letters, numbers, marks and all kinds of spaces, of one to four bytes.
    static let alphabet = [
        "a", "b", "s", "t", "re", "'", "'", "1", "²", "é", "\u{301}", "字", "𝒳", "😀", "!",
        " ", " ", "  ", "\n", "\t", "\u{B}", "\u{85}", "\u{A0}", "\u{2003}", "\u{200B}", "\u{0}",
    ]

    static func text(_ random: inout SeededRandom, length: Int) -> String {
        (0..<length).map { _ in alphabet.randomElement(using: &random) ?? "" }.joined()
    }

    /// Every pair of bytes of the alphabet merges, so that a token boundary that the pattern does
    /// not ask for is rare and every wrong cut shows; triples follow in random order.
    static func tokenizer(_ random: inout SeededRandom) -> TinyTokenizer {
        let bytes = Set(alphabet.joined().utf8).sorted().map { TinyTokenizer.name(of: [$0]) }
        let pairs = bytes.flatMap { left in bytes.map { (left, $0) } }.shuffled(using: &random)
        let triples = pairs.shuffled(using: &random).prefix(300).map {
            ($0.0 + $0.1, bytes.randomElement(using: &random) ?? "a")
        }
        return TinyTokenizer(merges: pairs + triples)
    }

    @Test("equals a regular expression and a search for the best pair", arguments: 1...4)
    func matchesDefinition(seed: UInt64) throws {
        var random = SeededRandom(state: seed)
        let tiny = Self.tokenizer(&random)
        let (tokenizer, slow) = (try tiny.load(), SlowBPE(tiny))
        for length in [1, 2, 3, 5, 8, 13, 40] {
            for _ in 0..<20 {
                let text = Self.text(&random, length: length)
                #expect(
                    tokenizer.encode(text) == (try slow.encode(text)), "\(text.debugDescription)")
            }
        }
    }

    /// Long pretokens are merged by another algorithm.
    @Test("long pretokens merge as short ones do", arguments: [30, 47, 48, 49, 50, 400])
    func longPretokens(length: Int) throws {
        var random = SeededRandom(state: UInt64(length))
        var merges: [(String, String)] = []
        var tokens = ["a", "b", "c"]
        while merges.count < 60 {
            guard let left = tokens.randomElement(using: &random),
                let right = tokens.randomElement(using: &random),
                !merges.contains(where: { $0 == (left, right) })
            else { continue }
            merges.append((left, right))
            tokens.append(left + right)
        }
        // Ranks in another order than the tokens were made.
        let tiny = TinyTokenizer(merges: merges.shuffled(using: &random))
        let (tokenizer, slow) = (try tiny.load(), SlowBPE(tiny))
        for _ in 0..<10 {
            let letters = (0..<length).map { _ in "abc".randomElement(using: &random) ?? "a" }
            #expect(tokenizer.encode(String(letters)) == (try slow.encode(String(letters))))
        }
    }

    @Test("what the memory forgets and keeps changes nothing")
    func fullMemory() throws {
        let tokenizer = try TinyTokenizer(merges: [("1", "2"), ("12", "3"), ("3", "3")]).load()
        let numbers = (0..<80_000).map { " \($0)" }
        let apart = numbers.flatMap { tokenizer.encode($0) }
        #expect(tokenizer.encode(numbers.joined()) == apart)
    }
}

/// A fixed sequence of pseudo-random numbers (splitmix64), so that failures repeat.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
