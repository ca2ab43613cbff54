/// Finds added tokens in a text, the leftmost first and of those the longest.
struct AddedTokenMatcher: Sendable {
    /// A stretch of text: an added token, or text for BPE where `token` is nil.
    struct Piece: Equatable {
        let range: Range<Int>
        let token: TokenID?
    }

    /// A trie over bytes; the children of a node form a linked list. 0 stands for none.
    private struct Node {
        let byte: UInt8
        var firstChild: Int32 = 0
        var sibling: Int32 = 0
        /// Index + 1 of the added token that ends here.
        var token: Int32 = 0
    }

    private let tokens: [AddedToken]
    private var nodes = [Node(byte: 0)]
    private var startsToken = [Bool](repeating: false, count: 256)

    /// - Parameter tokens: with the bytes to look for, which normalisation may have changed.
    ///   Of two tokens with the same bytes the first counts.
    init(_ tokens: [(token: AddedToken, bytes: [UInt8])]) {
        self.tokens = tokens.map(\.token)
        for (index, entry) in tokens.enumerated() {
            var node = 0
            for byte in entry.bytes { node = childOrNew(of: node, byte) }
            if nodes[node].token == 0 { nodes[node].token = Int32(index + 1) }
            if let first = entry.bytes.first { startsToken[Int(first)] = true }
        }
    }

    /// Cuts `text` into added tokens and what lies between them; an empty text has no pieces.
    ///
    /// A token that swallows spaces may overlap the token found after it; both are reported, as
    /// by `find_matches` in Hugging Face's `added_vocabulary.rs`.
    func split(_ text: Bytes) -> [Piece] {
        var pieces: [Piece] = []
        var covered = 0
        var index = 0
        while index < text.count {
            guard startsToken[Int(text[index])], let match = longestMatch(in: text, at: index)
            else {
                index += 1
                continue
            }
            var (start, end) = (index, match.end)
            index = match.end
            let token = match.token
            if token.singleWord, touchesWord(text, start, end) { continue }
            if token.lstrip { start = max(covered, spacesStart(text, before: start)) }
            if token.rstrip { end = spacesEnd(text, from: end) }
            // Nothing is left of a token of spaces that the one before has swallowed.
            guard start < end else { continue }
            if covered < start { pieces.append(Piece(range: covered..<start, token: nil)) }
            pieces.append(Piece(range: start..<end, token: TokenID(token.id)))
            covered = end
        }
        if covered < text.count {
            pieces.append(Piece(range: covered..<text.count, token: nil))
        }
        return pieces
    }

    private func longestMatch(in text: Bytes, at start: Int) -> (token: AddedToken, end: Int)? {
        var node = 0
        var index = start
        var found: (token: Int32, end: Int)?
        while index < text.count {
            guard let child = child(of: node, text[index]) else { break }
            node = child
            index += 1
            if nodes[node].token != 0 { found = (nodes[node].token, index) }
        }
        return found.map { (tokens[Int($0.token) - 1], $0.end) }
    }

    private func child(of node: Int, _ byte: UInt8) -> Int? {
        var child = Int(nodes[node].firstChild)
        while child != 0, nodes[child].byte != byte { child = Int(nodes[child].sibling) }
        return child == 0 ? nil : child
    }

    private mutating func childOrNew(of node: Int, _ byte: UInt8) -> Int {
        if let child = child(of: node, byte) { return child }
        nodes.append(Node(byte: byte, sibling: nodes[node].firstChild))
        nodes[node].firstChild = Int32(nodes.count - 1)
        return nodes.count - 1
    }

    private func touchesWord(_ text: Bytes, _ start: Int, _ end: Int) -> Bool {
        if start > 0,
            CharacterClass.isWord(text.scalar(at: text.scalarStart(before: start)).value)
        {
            return true
        }
        return end < text.count && CharacterClass.isWord(text.scalar(at: end).value)
    }

    private func spacesStart(_ text: Bytes, before end: Int) -> Int {
        var start = end
        while start > 0 {
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
