/// The name among `candidates` that `name` is most likely a misspelling of.
///
/// - Returns: the candidate of least edit distance, nil if more than a quarter of the letters differ.
package func closestName(to name: String, among candidates: some Sequence<String>) -> String? {
    // Names come from files; the bounds keep the cost of an error message under 0.1 s.
    let target = Array(name.utf8)
    guard (1...200).contains(target.count) else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates.prefix(10_000) {
        let other = Array(candidate.utf8)
        let limit = min(best?.distance ?? .max, max(1, target.count / 4) + 1)
        guard abs(other.count - target.count) < limit else { continue }
        let distance = editDistance(target, other)
        if distance < limit { best = (candidate, distance) }
    }
    return best?.name
}

/// Least number of insertions, deletions, replacements and exchanges of neighbours.
///
/// - SeeAlso: the "optimal string alignment" form of the Damerau-Levenshtein distance.
func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
        var row = [i + 1]
        row.reserveCapacity(b.count + 1)
        for j in 0..<b.count {
            var least = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                least = min(least, beforeLast[j - 1] + 1)
            }
            row.append(least)
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
