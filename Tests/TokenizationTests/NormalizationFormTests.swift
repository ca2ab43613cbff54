import Foundation
import Testing
import TestSupport
import Tokenization

@Suite("Normalisation")
struct NormalizationFormTests {
    /// Byte tokens only, so that decoding shows the normalised text.
    static func normalizer(_ forms: [String]) throws -> (String) throws -> String {
        var tiny = TinyTokenizer()
        tiny.json["normalizer"] = [
            "type": "Sequence", "normalizers": forms.map { ["type": $0] },
        ]
        let tokenizer = try tiny.load()
        return { tokenizer.decode(tokenizer.encode($0)) }
    }

    static func reference(_ form: String, _ text: String) -> String {
        switch form {
        case "NFC": text.precomposedStringWithCanonicalMapping
        case "NFD": text.decomposedStringWithCanonicalMapping
        case "NFKC": text.precomposedStringWithCompatibilityMapping
        default: text.decomposedStringWithCompatibilityMapping
        }
    }

    /// Scalars of Unicode 9 that change, combine or stand between those that do; Hangul letters
    /// are tested apart, since Foundation leaves some of them apart.
    static let scalars: [Unicode.Scalar] = (0x20..<UInt32(0x2FA1E)).compactMap(Unicode.Scalar.init)
        .filter { scalar in
            guard let age = scalar.properties.age, age <= (9, 0) else { return false }
            switch scalar.value {
            case 0x3400..<0xA000, 0x20000..<0x2F800: return scalar.value % 997 == 0
            case 0x1100..<0x1200, 0xAC00..<0xD7A4: return false
            default: return true
            }
        }
    static let combining = scalars.filter { $0.properties.canonicalCombiningClass != .notReordered }

    @Test("equals Foundation on text of Unicode 9", arguments: ["NFC", "NFD", "NFKC", "NFKD"])
    func matchesFoundation(form: String) throws {
        let normalize = try Self.normalizer([form])
        let pools: [[Unicode.Scalar]] = [
            Self.scalars, Self.combining, ["a", " ", "e", "가"],
        ]
        var random = SeededRandom(state: 5)
        for _ in 0..<3000 {
            var view = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let pool = pools.randomElement(using: &random) ?? []
                view.append(pool.randomElement(using: &random) ?? "a")
            }
            let text = String(view)
            let expected = Self.reference(form, text)
            #expect(
                try normalize(text).utf8.elementsEqual(expected.utf8),
                "\(text.unicodeScalars.map { String($0.value, radix: 16) })")
        }
    }

    @Test("Hangul letters compose to syllables and syllables decompose")
    func hangul() throws {
        let (compose, decompose) = (try Self.normalizer(["NFC"]), try Self.normalizer(["NFD"]))
        let letters = "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}"
        #expect(try compose(letters).utf8.elementsEqual("\u{D55C}\u{AE00}".utf8))
        #expect(
            try compose("\u{AC00}\u{11B4}\u{11B4}").unicodeScalars.elementsEqual(
                ["\u{AC0D}", "\u{11B4}"]))
        #expect(try decompose("\u{D55C}\u{AE00}").utf8.elementsEqual(letters.utf8))
        let syllables = String(
            String.UnicodeScalarView((0xAC00..<UInt32(0xD7A4)).compactMap(Unicode.Scalar.init)))
        #expect(try compose(decompose(syllables)).utf8.elementsEqual(syllables.utf8))
        #expect(try decompose(syllables).unicodeScalars.count == 399 * 2 + 399 * 27 * 3)
    }

    @Test("leaves scalars alone that Unicode 9 does not have")
    func laterScalars() throws {
        let later = "\u{11935}\u{11930} \u{32FF} a\u{1DF6}\u{334}"
        #expect(try Self.normalizer(["NFC"])(later).utf8.elementsEqual(later.utf8))
        #expect(try Self.normalizer(["NFKD"])("\u{11938}\u{32FF}") == "\u{11938}\u{32FF}")
    }

    @Test("a long run of marks is sorted without quadratic time")
    func manyMarks() throws {
        let marks = String(repeating: "\u{301}\u{323}", count: 50_000)
        let sorted =
            String(repeating: "\u{323}", count: 50_000)
            + String(repeating: "\u{301}", count: 50_000)
        #expect(try Self.normalizer(["NFD"])("q" + marks).utf8.elementsEqual(("q" + sorted).utf8))
    }

    @Test("a Sequence applies its forms in order")
    func sequence() throws {
        let normalize = try Self.normalizer(["NFKD", "NFC"])
        #expect(try normalize("ﬁ é").utf8.elementsEqual("fi \u{E9}".utf8))
    }
}
