import Foundation
import TestSupport

/// Byte-level BPE as its definition reads: cut by a regular expression engine, then merge
/// the best pair, found by looking at all of them, until there is none.
struct SlowBPE {
    let ranks: [[String]: Int]
    let vocab: [String: Int]

    /// The GPT-2 pattern in ICU's dialect, whose `\s` lacks two characters.
    private static let pattern =
        gpt2Pattern
        .replacing(#"(?!\S)"#, with: #"(?!\P{White_Space})"#)
        .replacing(#"\s"#, with: #"\p{White_Space}"#)

    init(_ tiny: TinyTokenizer) {
        vocab = tiny.vocab
        let merges = tiny.model["merges"] as? [[String]] ?? []
        ranks = Dictionary(
            merges.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { $1 })
    }

    func encode(_ text: String) throws -> [Int32] {
        let expression = try NSRegularExpression(pattern: Self.pattern)
        let whole = NSRange(location: 0, length: text.utf16.count)
        return expression.matches(in: text, range: whole).flatMap { match in
            merge((text as NSString).substring(with: match.range))
        }
    }

    private func merge(_ pretoken: String) -> [Int32] {
        var parts = pretoken.utf8.map { TinyTokenizer.name(of: [$0]) }
        while let best = zip(parts, parts.dropFirst())
            .compactMap({ ranks[[$0, $1]] }).min(),
            let place = parts.indices.dropLast().first(where: {
                ranks[[parts[$0], parts[$0 + 1]]] == best
            })
        {
            parts[place] += parts.remove(at: place + 1)
        }
        return parts.map { Int32(vocab[$0] ?? -1) }
    }
}
