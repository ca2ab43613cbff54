/// The tokens of words that merge in place, from any of which its neighbours are found.
///
/// A token takes as many slots as it has bytes: the first holds its id, the last of several how far back
/// that is, as a negative number. Between two words there is a slot of its own.
struct MergedWords {
    private static let border = Int32.min

    private var slots: [Int32] = [border]
    private var starts: [Int] = []

    init(_ words: PretokenCounts, byteTokens: [TokenID]) {
        slots.reserveCapacity(words.size + 1)
        for word in words.counts.indices {
            starts.append(slots.count)
            slots.append(contentsOf: words.pretokens[word].lazy.map { byteTokens[Int($0)] })
            slots.append(Self.border)
        }
    }

    /// The bytes of a word.
    func places(of word: Int) -> Range<Int> {
        starts[word]..<(word + 1 < starts.count ? starts[word + 1] : slots.count) - 1
    }

    /// The token that begins at a place; a negative number if none does.
    func token(at place: Int) -> TokenID { slots[place] }

    /// Where the token before the one at `place` begins; nil at the start of a word.
    func start(before place: Int) -> Int? {
        let last = slots[place - 1]
        if last == Self.border { return nil }
        return last < 0 ? place - 1 + Int(last) : place - 1
    }

    /// The word that has a place, given one that is not after it.
    func word(at place: Int, from known: Int) -> Int {
        var (low, step) = (known, 1)
        while low + step < starts.count, starts[low + step] <= place {
            low += step
            step *= 2
        }
        var high = min(low + step, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= place { low = middle } else { high = middle }
        }
        return low
    }

    /// Makes one token of two, the second of which begins at `middle`.
    mutating func merge(_ range: Range<Int>, middle: Int, into token: TokenID) {
        slots[middle] = -1
        slots[range.upperBound - 1] = Int32(range.lowerBound - range.upperBound + 1)
        slots[range.lowerBound] = token
    }
}
