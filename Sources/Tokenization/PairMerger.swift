import Collections

/// Merges the tokens of one pretoken: always the pair of the lowest rank, the leftmost first.
///
/// Keeps its working memory between pretokens.
struct PairMerger {
    /// Up to this many tokens a search through all pairs is faster than a heap.
    private static let shortest = 48

    private var entries: [MergeTable.Entry] = []

    /// Merges `tokens` in place until no pair is in `table`.
    mutating func merge(_ tokens: inout [TokenID], with table: MergeTable) {
        if tokens.count <= Self.shortest {
            mergeBySearch(&tokens, with: table)
        } else {
            Self.mergeByHeap(&tokens, with: table)
        }
    }

    /// Quadratic in the number of tokens, without any bookkeeping.
    private mutating func mergeBySearch(_ tokens: inout [TokenID], with table: MergeTable) {
        guard tokens.count > 1 else { return }
        entries.removeAll(keepingCapacity: true)
        for i in 0..<tokens.count - 1 { entries.append(table.entry(tokens[i], tokens[i + 1])) }
        while true {
            var best = MergeTable.none
            var place = 0
            for i in entries.indices where entries[i] < best { (best, place) = (entries[i], i) }
            guard best != MergeTable.none else { return }
            tokens[place] = TokenID(truncatingIfNeeded: best)
            tokens.remove(at: place + 1)
            entries.remove(at: place)
            if place > 0 { entries[place - 1] = table.entry(tokens[place - 1], tokens[place]) }
            if place < entries.count {
                entries[place] = table.entry(tokens[place], tokens[place + 1])
            }
        }
    }

    /// n log n in the number of tokens n: a linked list and a heap of candidate merges, whose
    /// outdated members are recognised when they come up.
    private static func mergeByHeap(_ tokens: inout [TokenID], with table: MergeTable) {
        let count = tokens.count
        precondition(count < Int32.max, "\(count) tokens without a place to cut")
        var next = (0..<count).map { Int32($0 + 1) }
        var previous = (0..<count).map { Int32($0 - 1) }
        var candidates: [UInt64] = []

        // A rank and the place of the left token; merged ids follow from the pair.
        func candidate(_ left: Int, _ right: Int) -> UInt64? {
            let entry = table.entry(tokens[left], tokens[right])
            return entry == MergeTable.none
                ? nil : entry & 0xFFFF_FFFF_0000_0000 | UInt64(left)
        }
        for i in 0..<count - 1 { if let c = candidate(i, i + 1) { candidates.append(c) } }
        var heap = Heap(candidates)

        while let top = heap.popMin() {
            let left = Int(top & 0xFFFF_FFFF)
            let right = Int(next[left])
            guard tokens[left] >= 0, right < count else { continue }
            let entry = table.entry(tokens[left], tokens[right])
            guard entry != MergeTable.none, entry >> 32 == top >> 32 else { continue }
            tokens[left] = TokenID(truncatingIfNeeded: entry)
            tokens[right] = -1
            next[left] = next[right]
            let after = Int(next[left])
            if after < count {
                previous[after] = Int32(left)
                if let c = candidate(left, after) { heap.insert(c) }
            }
            let before = Int(previous[left])
            if before >= 0, let c = candidate(before, left) { heap.insert(c) }
        }
        tokens.removeAll { $0 < 0 }
    }
}
