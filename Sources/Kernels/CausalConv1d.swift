import Tensors

/// Depthwise causal convolution over time followed by SiLU:
/// `y[t, c] = silu(bias[c] + Σ_j taps[j, c] · x[t − width + 1 + j, c])`, for each sequence apart.
///
/// - Parameters:
///   - x: `[rows, channels]`, all sequences one below the other.
///   - sequences: the rows of each.
///   - taps: `[width, channels]`: the checkpoint's `conv1d.weight` `[channels, 1, width]` turned.
///   - bias: `[channels]` or none.
///   - history: for each sequence the `width − 1` rows before its first, `[width − 1, channels]`;
///     zeros if nil.
///   - y: `[rows, channels]`, contiguous.
/// - SeeAlso: Dao & Gu 2024, arXiv:2405.21060, section 7.1.
package func causalConv1dSiLU(
    _ x: Tensor, sequences: [Range<Int>], taps: Tensor, bias: Tensor?,
    history: Tensor?, into y: Tensor
) {
    let (x, taps, y) = (x.matrix, taps.matrix, y.matrix)
    let bias = bias?.vector
    let history = history?.starts
    precondition(
        x.rows == y.rows && x.columns == y.columns && taps.columns == x.columns
            && y.stride == y.columns && history?.count ?? sequences.count == sequences.count,
        "conv1d of [\(x.rows), \(x.columns)], taps [\(taps.rows), \(taps.columns)]")
    let width = taps.rows
    // A piece starts inside its sequence, so its history is the rows above it; only the piece at
    // the head of a sequence reads the history that was handed in.
    let pieces = sequences.enumerated().flatMap { index, rows in
        stride(from: rows.lowerBound, to: rows.upperBound, by: 64).map { start in
            (index, start, min(start + 64, rows.upperBound))
        }
    }
    parallel(pieces.count) { piece in
        let (index, start, end) = pieces[piece]
        let first = sequences[index].lowerBound
        withUnsafeTemporaryAllocation(of: Float.self, capacity: (width - 1) * x.columns) { above in
            for j in 0..<width - 1 {
                let row = start - (width - 1) + j
                let line = above.baseAddress! + j * x.columns
                if row >= first {
                    line.update(from: x.row(row), count: x.columns)
                } else if let past = history?[index] {
                    let source = past + (row - first + width - 1) * x.columns
                    line.update(from: source, count: x.columns)
                } else {
                    line.update(repeating: 0, count: x.columns)
                }
            }
            loops.conv1d_silu(
                x.row(start), x.stride, above.baseAddress, taps.pointer, bias, y.row(start),
                end - start, x.columns, width)
        }
    }
}

/// Replaces each `history` by the last `width − 1` rows of history and sequence together.
package func updateHistory(
    _ history: Tensor, with x: Tensor, sequences: [Range<Int>], width: Int
) {
    let x = x.matrix
    for (rows, past) in zip(sequences, history.starts) {
        // Upwards, so that a row is moved before it is overwritten.
        for j in 0..<width - 1 {
            let row = rows.upperBound - (width - 1) + j
            let source =
                row >= rows.lowerBound
                ? x.row(row) : past + (row - rows.lowerBound + width - 1) * x.columns
            (past + j * x.columns).update(from: source, count: x.columns)
        }
    }
}
