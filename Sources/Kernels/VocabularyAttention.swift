import Foundation
import Tensors

// With n a row (a final-normed state) and U the unembedding [vocab, d_model]:
//
//     A(n) = log Σ_v exp(U_v · n)             the log-partition
//     o(n) = ∇A(n) = Σ_v softmax(U n)_v U_v   the expected unembedding
//
// o is attention with query n and keys = values = U. One pass over the vocabulary in blocks with a
// running maximum and sum (the FlashAttention recurrence, Dao et al. 2022, arXiv:2205.14135,
// Algorithm 1) gives both; a block of logits is the largest thing that is ever stored.

/// Rows that one thread takes through the vocabulary together: U is streamed from memory once for
/// so many rows.
private let rowBlock = 512
/// Vocabulary entries whose logits exist at a time: with `rowBlock` 2 MB of logits a thread.
private let vocabularyBlock = 1024

/// The unembedding matrix `[vocab, d_model]` as the vocabulary pass reads it.
package struct Vocabulary: Sendable {
    package let precision: Precision
    let weight: Tensor
    /// With `bf16`.
    private let tiles: VocabularyTiles?

    /// With `bf16` the matrix is packed twice, `4 · vocab · d_model` bytes.
    package init(_ weight: Tensor, precision: Precision = .fp32) {
        self.precision = precision
        self.weight = weight
        tiles = precision == .bf16 ? VocabularyTiles(weight) : nil
    }

    /// A(n) of every row, and o(n) where asked for; sums over the vocabulary in float64.
    ///
    /// Work: `2 · vocab · d_model` operations a row, twice that with `expected`. With `bf16` these
    /// are A and o of the rounded rows: who also uses the rows rounds them by `precision.round`.
    ///
    /// - Parameters:
    ///   - rows: `[rows, d_model]`.
    ///   - expected: `[rows, d_model]`, receives o(n); contiguous.
    /// - Returns: A(n) in nats, one for each row; padded entries take part.
    package func attention(_ rows: Tensor, expected: Tensor? = nil) -> [Double] {
        let (rows, expected) = (rows.matrix, expected?.matrix)
        precondition(
            rows.columns == weight.shape[1]
                && (expected.map { $0.rows == rows.rows && $0.columns == $0.stride } ?? true),
            "vocabulary attention of [\(rows.rows), \(rows.columns)] over \(weight.shape)")
        if let tiles { return tiledVocabularyAttention(rows, tiles, expected: expected) }
        return vocabularyAttention(rows, weight.matrix, expected: expected)
    }
}

/// `Vocabulary.attention` in float32.
private func vocabularyAttention(
    _ rows: Matrix, _ vocabulary: Matrix, expected: Matrix?
) -> [Double] {
    return overRowBlocks(rows.rows) { block, logPartition in
        let queries = rows.rows(block)
        let sums = OnlineSoftmax(rows: block.count)
        forEachLogitBlock(queries, vocabulary) { logits, entries in
            sums.add(logits)
            guard let out = expected?.rows(block) else { return }
            // o = rescale · o + exp(logits − m) · U; the first block overwrites.
            if entries.lowerBound > 0 {
                loops.scale_rows(out.pointer, sums.rescale, out.rows, out.columns)
            }
            serialGEMM(
                .plain(logits), .plain(vocabulary.rows(entries)), into: out,
                beta: entries.lowerBound > 0 ? 1 : 0)
        }
        for i in 0..<block.count { logPartition[i] = sums.logPartition(i) }
        if let out = expected?.rows(block) {
            loops.scale_rows(out.pointer, sums.inverse(), out.rows, out.columns)
        }
        withExtendedLifetime(sums) {}
    }
}

/// What the distribution of one row says about one token.
package struct TokenPrediction: Sendable, Equatable {
    /// Natural logarithm of the token's probability.
    package let logProbability: Double
    /// 1 for the most probable token of the vocabulary; ties count in the token's favour.
    package let rank: Int

    package init(logProbability: Double, rank: Int) {
        self.logProbability = logProbability
        self.rank = rank
    }
}

/// Log-probability and rank of one token for each row: `U_t · n − A(n)`, and one more than the
/// number of other tokens with a larger logit. `2 · vocab · d_model` operations a row.
///
/// - Parameters:
///   - rows: `[rows, d_model]`.
///   - targets: one token of the vocabulary for each row.
package func predictions(
    _ rows: Tensor, unembedding: Tensor, targets: [Int]
) -> [TokenPrediction] {
    let (rows, vocabulary) = (rows.matrix, unembedding.matrix)
    precondition(
        targets.count == rows.rows && targets.allSatisfy { $0 >= 0 && $0 < vocabulary.rows },
        "\(targets.count) targets for \(rows.rows) rows and \(vocabulary.rows) tokens")
    var ranks = [Int](repeating: 1, count: rows.rows)
    let targetLogits = (0..<rows.rows).map {
        TargetLogit(rows.row($0), vocabulary.row(targets[$0]), count: rows.columns)
    }
    let logPartition = ranks.withUnsafeMutableBufferPointer { ranks in
        let ranks = ranks.baseAddress
        return overRowBlocks(rows.rows) { block, logPartition in
            let sums = OnlineSoftmax(rows: block.count)
            forEachLogitBlock(rows.rows(block), vocabulary) { logits, entries in
                for (i, row) in block.enumerated() {
                    let line = UnsafeBufferPointer(start: logits.row(i), count: entries.count)
                    ranks?[row] += targetLogits[row].count(above: line) {
                        dot(
                            rows.row(row), vocabulary.row(entries.lowerBound + $0),
                            count: rows.columns)
                    }
                }
                sums.add(logits)
            }
            for i in 0..<block.count { logPartition[i] = sums.logPartition(i) }
        }
    }
    return (0..<rows.rows).map {
        TokenPrediction(
            logProbability: targetLogits[$0].value - logPartition[$0], rank: ranks[$0])
    }
}

/// The logit of the token asked for, and what a float32 product may make of an equal one.
///
/// A token with the same row of the unembedding has the same logit, but the product rounds it by
/// its place in a tile; logits in between `low` and `high` are computed anew, all in the same way.
private struct TargetLogit {
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
        var possible = 0
        for logit in logits {
            above += logit > high ? 1 : 0
            possible += logit >= low ? 1 : 0
        }
        guard possible > above else { return above }
        for (index, logit) in logits.enumerated() where logit >= low && logit <= high {
            above += exact(index) > value ? 1 : 0
        }
        return above
    }
}

/// Cuts the rows into blocks, runs `body` for them in parallel and returns what it wrote.
private func overRowBlocks(
    _ count: Int, _ body: (Range<Int>, UnsafeMutablePointer<Double>) -> Void
) -> [Double] {
    return [Double](unsafeUninitializedCapacity: count) { result, initialized in
        initialized = count
        guard let base = result.baseAddress, count > 0 else { return }
        // Equal blocks whose number depends on that of the rows alone, so that threads change no
        // bit; a few at least, for threads to share.
        let blocks = max((count + rowBlock - 1) / rowBlock, min(4, count / 8), 1)
        parallel(blocks) { index in
            let start = count * index / blocks
            let end = count * (index + 1) / blocks
            body(start..<end, base + start)
        }
    }
}

/// Calls `body` with the logits `[rows, entries]` of one vocabulary block after the other; `body`
/// may overwrite them.
private func forEachLogitBlock(
    _ rows: Matrix, _ vocabulary: Matrix, _ body: (Matrix, Range<Int>) -> Void
) {
    let memory = Scratch(bytes: rows.rows * vocabularyBlock * 4)
    defer { withExtendedLifetime(memory) {} }
    for start in stride(from: 0, to: vocabulary.rows, by: vocabularyBlock) {
        let entries = start..<min(start + vocabularyBlock, vocabulary.rows)
        let logits = Matrix(
            memory.pointer(to: Float.self), rows: rows.rows, columns: entries.count)
        serialGEMM(.plain(rows), .transposed(vocabulary.rows(entries)), into: logits)
        body(logits, entries)
    }
}

/// Running maximum and sum of exponentials of each row.
private final class OnlineSoftmax {
    private let memory: Scratch
    private let maximum: UnsafeMutablePointer<Float>
    private let sum: UnsafeMutablePointer<Double>
    /// By how much the last block shrank what had been summed before it.
    let rescale: UnsafeMutablePointer<Float>
    private let rows: Int

    init(rows: Int) {
        self.rows = rows
        memory = Scratch(bytes: rows * 16)
        sum = memory.pointer(to: Double.self)
        maximum = memory.pointer(to: Float.self) + 2 * rows
        rescale = maximum + rows
        maximum.update(repeating: -.greatestFiniteMagnitude, count: rows)
        sum.update(repeating: 0, count: rows)
    }

    /// Replaces the logits by `exp(logit − maximum so far)`.
    func add(_ logits: Matrix) {
        loops.softmax_block(
            logits.pointer, logits.stride, maximum, sum, rescale, rows, logits.columns)
    }

    func logPartition(_ row: Int) -> Double { Double(maximum[row]) + log(sum[row]) }

    /// `1 / sum` per row, in the memory of `rescale`.
    func inverse() -> UnsafeMutablePointer<Float> {
        for i in 0..<rows { rescale[i] = Float(1 / sum[i]) }
        return rescale
    }
}
