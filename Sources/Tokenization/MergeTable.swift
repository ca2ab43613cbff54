/// Which pairs of tokens merge, how early, and into what.
final class MergeTable: Sendable {
    /// `rank << 32 | merged id`, so that the smaller entry is the earlier merge.
    typealias Entry = UInt64
    static let none = Entry.max

    /// Open addressing with linear probing, at most half full. `x`: the pair, `y`: its entry.
    private let slots: [SIMD2<UInt64>]

    /// Of a pair that is listed twice, the later rank counts.
    init(_ merges: [(left: TokenID, right: TokenID, merged: TokenID)]) {
        var size = 16
        while size < 2 * merges.count { size *= 2 }
        var slots = [SIMD2<UInt64>](repeating: .init(repeating: Self.none), count: size)
        for (rank, merge) in merges.enumerated() {
            let key = Self.key(merge.left, merge.right)
            var slot = Self.home(key) & (size - 1)
            while slots[slot].x != key, slots[slot].x != Self.none {
                slot = (slot + 1) & (size - 1)
            }
            slots[slot] = [key, UInt64(rank) << 32 | UInt64(merge.merged)]
        }
        self.slots = slots
    }

    /// The merge of `left` and `right`, or `none`.
    @inline(__always)
    func entry(_ left: TokenID, _ right: TokenID) -> Entry {
        let key = Self.key(left, right)
        let mask = slots.count - 1
        var slot = Self.home(key) & mask
        while true {
            let found = slots[slot]
            if found.x == key || found.x == Self.none { return found.y }
            slot = (slot + 1) & mask
        }
    }

    /// Ids are never negative, so no pair equals `none`.
    @inline(__always)
    private static func key(_ left: TokenID, _ right: TokenID) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    /// Drawn anew for each process, so that no file can hold pairs that collide.
    private static let seed = UInt64.random(in: 0...UInt64.max)

    @inline(__always)
    private static func home(_ key: UInt64) -> Int {
        let (high, low) = (key ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return Int(truncatingIfNeeded: high ^ low)
    }
}
