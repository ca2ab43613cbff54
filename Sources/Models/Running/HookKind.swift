/// The hook points of one name and shape in all blocks that have them.
package struct HookKind: Sendable, Equatable {
    /// What the names of all of them match: `blocks.*.mixer.hook_dt`.
    package let pattern: String
    /// Those that have it, ascending; empty for a point outside the blocks.
    package fileprivate(set) var blocks: [Int]
    /// Its axes in a captured file, in words.
    package let shape: String
    package let meaning: String

    /// The blocks as ranges: `0-47`, `1,3,5-7`.
    package var ranges: String {
        let ranges = blocks.reduce(into: [ClosedRange<Int>]()) { ranges, block in
            if let last = ranges.last, last.upperBound + 1 == block {
                ranges[ranges.count - 1] = last.lowerBound...block
            } else {
                ranges.append(block...block)
            }
        }
        return ranges.map {
            $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
        }.joined(separator: ",")
    }
}

extension ModelConfiguration {
    /// The kinds of hook points. A kind that only later blocks have stands where these come to it.
    package var hookKinds: [HookKind] {
        var kinds: [HookKind] = []
        var place = 0
        for point in hookPoints {
            let pattern = point.pattern
            let shape = point.captured(self)
            let known = kinds.firstIndex { $0.pattern == pattern && $0.shape == shape }
            place = known ?? place
            if known == nil {
                kinds.insert(
                    HookKind(pattern: pattern, blocks: [], shape: shape, meaning: point.meaning),
                    at: place)
            }
            kinds[place].blocks += [point.block].compactMap(\.self)
            place += 1
        }
        return kinds
    }
}
