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
package struct VocabularyPass: Sendable {
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
        return vocabularyPass(rows, weight.matrix, expected: expected)
    }
}

/// One pass of all rows over the vocabulary in float32, whatever is wanted of it.
///
/// - Parameters:
///   - expected: `[rows, d_model]`, receives o(n).
///   - seeing: gets the logits `[rows of a block, entries]` of every block of rows, one block of entries
///     after the other, from several threads; blocks of rows are disjoint.
/// - Returns: A(n) of every row.
func vocabularyPass(
    _ rows: Matrix, _ vocabulary: Matrix, expected: Matrix? = nil,
    seeing: (_ rows: Range<Int>, _ logits: Matrix, _ entries: Range<Int>) -> Void = { _, _, _ in }
) -> [Double] {
    return overRowBlocks(rows.rows) { block, logPartition in
        let queries = rows.rows(block)
        let sums = OnlineSoftmax(rows: block.count)
        forEachLogitBlock(queries, vocabulary) { logits, entries in
            seeing(block, logits, entries)
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
