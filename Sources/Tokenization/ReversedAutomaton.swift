/// Finds patterns in a text in time linear in its length, however long they are: the leftmost first and of
/// those that begin there the longest, none overlapping the one before.
///
/// The automaton of Aho and Corasick for the patterns read backwards, run backwards: where it has read the
/// byte at a place, its state tells the longest pattern that begins there. Its memory is 13 bytes for each
/// byte of the patterns.
///
/// - SeeAlso: Aho & Corasick 1975, doi:10.1145/360825.360855.
struct ReversedAutomaton: Sendable {
    struct Match {
        let pattern: Int
        let range: Range<Int>
    }

    /// So many bytes are read at a time, or as many as the longest pattern has.
    private static let blockSize = 1 << 14

    // Nodes of the trie, level by level from the root, so that children lie together, by their bytes.
    private var bytes: [UInt8] = [0]
    /// The children of node i are `firstChild[i]..<firstChild[i + 1]`.
    private var firstChild: [Int32] = [1]
    /// The node of the longest proper suffix that is in the trie.
    private var fallback: [Int32] = [0]
    /// The longest pattern that is a suffix, + 1; 0 for none.
    private var pattern: [Int32] = [0]
    /// From the root by byte.
    private var first = [Int32](repeating: 0, count: 256)

    private let lengths: [Int]
    private let longest: Int

    /// - Parameter patterns: of two that are equal the first counts; an empty one is never found.
    init(_ patterns: [[UInt8]]) {
        lengths = patterns.map(\.count)
        longest = lengths.max() ?? 0
        precondition(
            lengths.reduce(0, +) < Int32.max, "\(lengths.reduce(0, +)) bytes of added tokens")
        build(patterns)
        for node in bytes.indices.dropFirst() where node < firstChild[1] {
            first[Int(bytes[node])] = Int32(node)
        }
        for node in bytes.indices {
            for child in Int(firstChild[node])..<Int(firstChild[node + 1]) {
                if node > 0 { fallback[child] = next(fallback[node], bytes[child]) }
                if pattern[child] == 0 { pattern[child] = pattern[Int(fallback[child])] }
            }
        }
    }

    /// Makes the nodes of each level from the patterns, sorted, that pass through those above.
    private mutating func build(_ patterns: [[UInt8]]) {
        let reversed = patterns.map { Array($0.reversed()) }
        let sorted = reversed.indices.sorted {
            reversed[$0] == reversed[$1]
                ? $0 < $1 : reversed[$0].lexicographicallyPrecedes(reversed[$1])
        }
        var level = [sorted[...]]
        var depth = 0
        while !level.isEmpty {
            var below: [ArraySlice<Int>] = []
            for passing in level {
                // Those that end here come first.
                var rest = passing.drop { reversed[$0].count <= depth }
                while let one = rest.first {
                    let byte = reversed[one][depth]
                    let child = rest.prefix { reversed[$0][depth] == byte }
                    rest = rest.dropFirst(child.count)
                    bytes.append(byte)
                    fallback.append(0)
                    pattern.append(reversed[one].count == depth + 1 ? Int32(one + 1) : 0)
                    below.append(child)
                }
                firstChild.append(Int32(bytes.count))
            }
            level = below
            depth += 1
        }
    }

    /// Calls `body` with every match, from left to right.
    func forEachMatch(in text: Bytes, _ body: (Match) -> Void) {
        guard longest > 0 else { return }
        let size = min(text.count, max(longest, Self.blockSize))
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: size) { beginning in
            var start = 0
            while start < text.count {
                let block = start..<min(start + size, text.count)
                findBeginnings(in: text, block, beginning)
                while start < block.upperBound {
                    let found = Int(beginning[start - block.lowerBound])
                    guard found > 0 else {
                        start += 1
                        continue
                    }
                    let range = start..<start + lengths[found - 1]
                    body(Match(pattern: found - 1, range: range))
                    start = range.upperBound
                }
            }
        }
    }

    /// The longest pattern that begins at each place of a block, + 1.
    private func findBeginnings(
        in text: Bytes, _ block: Range<Int>, _ beginning: UnsafeMutableBufferPointer<Int32>
    ) {
        var state: Int32 = 0
        var index = min(block.upperBound + longest - 1, text.count)
        while index > block.lowerBound {
            index -= 1
            state = state == 0 ? first[Int(text[index])] : next(state, text[index])
            if index < block.upperBound {
                beginning[index - block.lowerBound] = pattern[Int(state)]
            }
        }
    }

    /// The state after one more byte. A step down the trie pays for a step back.
    private func next(_ state: Int32, _ byte: UInt8) -> Int32 {
        var node = Int(state)
        while node > 0 {
            var (low, high) = (Int(firstChild[node]), Int(firstChild[node + 1]))
            while low < high {
                let middle = (low + high) / 2
                if bytes[middle] < byte { low = middle + 1 } else { high = middle }
            }
            if low < Int(firstChild[node + 1]), bytes[low] == byte { return Int32(low) }
            node = Int(fallback[node])
        }
        return first[Int(byte)]
    }
}
