/// The tokens of pretokens seen before.
///
/// Holds a bounded number of short pretokens and forgets them all at once when full: the next
/// sentences bring the frequent ones back.
struct PretokenCache {
    private static let capacity = 1 << 15
    private static let longest = 48

    private var keys = ByteStringMap(minimumCapacity: capacity)
    private var tokens: [TokenID] = []
    /// The tokens of key i are `tokens[ends[i - 1]..<ends[i]]`.
    private var ends: [Int] = []

    /// Appends the tokens of `pretoken` to `output` if they are known.
    @inline(__always)
    func appendTokens(of pretoken: Bytes, to output: inout [TokenID]) -> Bool {
        guard pretoken.count <= Self.longest, let number = keys.number(of: pretoken) else {
            return false
        }
        let start = number == 0 ? 0 : ends[number - 1]
        for i in start..<ends[number] { output.append(tokens[i]) }
        return true
    }

    /// Remembers the tokens of a pretoken that is not in the cache.
    mutating func insert(_ pretoken: Bytes, _ value: [TokenID]) {
        guard pretoken.count <= Self.longest else { return }
        if keys.count == Self.capacity {
            keys.removeAll()
            tokens.removeAll(keepingCapacity: true)
            ends.removeAll(keepingCapacity: true)
        }
        keys.insert(pretoken)
        tokens.append(contentsOf: value)
        ends.append(tokens.count)
    }
}
