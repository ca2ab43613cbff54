/// How many tokens more than asked for are held while a row goes through the vocabulary.
let spareCandidates = 8

/// The largest float32 logits of a row so far.
struct LargestLogits {
    private let limit: Int
    /// The largest first.
    private var entries: [(logit: Float, token: Int)] = []

    init(_ limit: Int) { self.limit = limit }

    /// - Parameters:
    ///   - first: the token of the first logit.
    ///   - sign: −1 for the smallest logits.
    mutating func add(_ logits: UnsafeBufferPointer<Float>, first: Int, sign: Float = 1) {
        for start in stride(from: 0, to: logits.count, by: 64) {
            let part = UnsafeBufferPointer(rebasing: logits[start..<min(start + 64, logits.count)])
            var least = entries.count < limit ? -Float.infinity : entries[limit - 1].logit
            var between = 0
            // Most parts have none, which vector instructions see at once.
            guard
                entries.count < limit || sign != 1
                    || loops.count_above(part.baseAddress, part.count, least, least, &between) > 0
            else { continue }
            for (index, value) in part.enumerated() where sign * value > least {
                let logit = sign * value
                if entries.count == limit { entries.removeLast() }
                let place = entries.firstIndex { $0.logit < logit } ?? entries.count
                entries.insert((logit, first + start + index), at: place)
                if entries.count == limit { least = entries[limit - 1].logit }
            }
        }
    }

    /// The tokens with the largest of float64 logits among those held, the largest first; of equal ones
    /// the smaller id.
    func best(_ count: Int, exact: (Int) -> Double) -> [(token: Int, logit: Double)] {
        let logits = entries.map { ($0.token, exact($0.token)) }
        return Array(logits.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(count))
    }
}

/// The logit of the token asked for, and what a float32 product may make of an equal one.
///
/// A token with the same row of the unembedding has the same logit, but the product rounds it by
/// its place in a tile; logits in between `low` and `high` are computed anew, all in the same way.
struct TargetLogit {
    let value: Double
    private let low: Float
    private let high: Float

    init(_ row: UnsafePointer<Float>, _ entry: UnsafePointer<Float>, count: Int) {
        value = dot(row, entry, count: count)
        // The bound on `count` fp32 products and additions (Higham 2002, section 3.1), doubled.
        let norms = (dot(row, row, count: count) * dot(entry, entry, count: count)).squareRoot()
        let margin = Double(count) * 0x1p-23 * norms
        low = Float(value - margin)
        high = Float(value + margin)
    }

    /// How many of `logits` are larger; `exact` gives the logit at an index in float64.
    func count(above logits: UnsafeBufferPointer<Float>, exact: (Int) -> Double) -> Int {
        var above = 0
        for start in stride(from: 0, to: logits.count, by: 64) {
            let part = UnsafeBufferPointer(rebasing: logits[start..<min(start + 64, logits.count)])
            var between = 0
            above += loops.count_above(part.baseAddress, part.count, low, high, &between)
            guard between > 0 else { continue }
            for (index, logit) in part.enumerated() where logit >= low && logit <= high {
                above += exact(start + index) > value ? 1 : 0
            }
        }
        return above
    }
}
