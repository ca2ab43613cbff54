/// Which two bytes stand side by side in some token.
///
/// Between two that do not, no merge ever joins anything: what stands before and after is merged as if it
/// stood alone. So a long pretoken is merged in parts, which are short if it is no word of a language.
struct ByteJoints: Sendable {
    /// Up to this many bytes the parts of a pretoken are not worth looking for.
    private static let shortest = 48

    private var areJoined = [Bool](repeating: false, count: 1 << 16)

    init(_ vocabulary: Vocabulary) {
        var bytes: [UInt8] = []
        for id in vocabulary.tokens.indices where vocabulary.tokens[id] != nil {
            bytes.removeAll(keepingCapacity: true)
            vocabulary.appendBytes(of: TokenID(id), to: &bytes)
            for (left, right) in zip(bytes, bytes.dropFirst()) {
                areJoined[Int(left) << 8 | Int(right)] = true
            }
        }
    }

    /// Calls `body` with the parts of a pretoken that merge each by itself, in their order.
    @inline(__always)
    func forEachPart(of pretoken: Bytes, _ body: (Bytes) -> Void) {
        guard pretoken.count > Self.shortest else { return body(pretoken) }
        var start = 0
        for place in 1..<pretoken.count
        where !areJoined[Int(pretoken[place - 1]) << 8 | Int(pretoken[place])] {
            body(Bytes(rebasing: pretoken[start..<place]))
            start = place
        }
        body(Bytes(rebasing: pretoken[start...]))
    }
}
