/// Finds added tokens in a text, the leftmost first and of those the longest.
struct AddedTokenMatcher: Sendable {
    /// A stretch of text: an added token, or text for BPE where `token` is nil.
    struct Piece: Equatable {
        let range: Range<Int>
        let token: TokenID?
    }

    private let tokens: [AddedToken]
    private let automaton: ReversedAutomaton

    /// - Parameter tokens: with the bytes to look for, which normalisation may have changed.
    ///   Of two tokens with the same bytes the first counts.
    init(_ tokens: [(token: AddedToken, bytes: [UInt8])]) {
        self.tokens = tokens.map(\.token)
        automaton = ReversedAutomaton(tokens.map(\.bytes))
    }

    /// Cuts `text` into added tokens and what lies between them; an empty text has no pieces.
    ///
    /// A token that swallows spaces may overlap the token found after it; both are reported, as
    /// by `find_matches` in Hugging Face's `added_vocabulary.rs`.
    func split(_ text: Bytes) -> [Piece] {
        guard !text.isEmpty else { return [] }
        var pieces: [Piece] = []
        var covered = 0
        var spaces = 0..<0
        automaton.forEachMatch(in: text) { match in
            let token = tokens[match.pattern]
            var (start, end) = (match.range.lowerBound, match.range.upperBound)
            if token.singleWord, touchesWord(text, start, end) { return }
            if token.lstrip { start = spacesStart(text, before: start, notBefore: covered) }
            if token.rstrip {
                if !spaces.contains(end) { spaces = end..<spacesEnd(text, from: end) }
                end = spaces.upperBound
            }
            // Nothing is left of a token of spaces that the one before has swallowed.
            guard start < end else { return }
            if covered < start { pieces.append(Piece(range: covered..<start, token: nil)) }
            pieces.append(Piece(range: start..<end, token: TokenID(token.id)))
            covered = end
        }
        if covered < text.count {
            pieces.append(Piece(range: covered..<text.count, token: nil))
        }
        return pieces
    }

    private func touchesWord(_ text: Bytes, _ start: Int, _ end: Int) -> Bool {
        if start > 0,
            CharacterClass.isWord(text.scalar(at: text.scalarStart(before: start)).value)
        {
            return true
        }
        return end < text.count && CharacterClass.isWord(text.scalar(at: end).value)
    }

    /// Where the white space before `end` begins; not before `limit`, nor after it.
    private func spacesStart(_ text: Bytes, before end: Int, notBefore limit: Int) -> Int {
        var start = max(end, limit)
        while start > limit {
            let previous = text.scalarStart(before: start)
            guard CharacterClass.of(text.scalar(at: previous).value) == .space else { break }
            start = previous
        }
        return start
    }

    private func spacesEnd(_ text: Bytes, from start: Int) -> Int {
        var end = start
        while end < text.count {
            let (value, length) = text.scalar(at: end)
            guard CharacterClass.of(value) == .space else { break }
            end += length
        }
        return end
    }
}
