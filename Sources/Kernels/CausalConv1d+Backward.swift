import Tensors

/// Gradients of `causalConv1dSiLU` for sequences that start from zeros. With a the sums before
/// SiLU:
///
///     da[t, c]     = dy[t, c] · silu'(a[t, c])
///     dx[s, c]     = Σ_j taps[j, c] · da[s + width − 1 − j, c]
///     dtaps[j, c] += Σ_t da[t, c] · x[t − width + 1 + j, c],   dbias[c] += Σ_t da[t, c]
///
/// - Parameters:
///   - dy: `[rows, channels]`, contiguous; overwritten by `da`.
///   - dx: `[rows, channels]`; overwritten.
///   - gradient: `[width, channels]` for the taps and, with a bias, one row more for it.
package func causalConv1dSiLUBackward(
    _ x: Tensor, sequences: [Range<Int>], taps: Tensor, bias: Tensor?, dy: Tensor,
    into dx: Tensor, gradient: Tensor
) {
    let (x, taps, dy, dx, gradient) = (x.matrix, taps.matrix, dy.matrix, dx.matrix, gradient.matrix)
    let bias = bias?.vector
    let (width, channels) = (taps.rows, x.columns)
    precondition(
        dy.rows == x.rows && dy.columns == channels && dy.stride == channels
            && dx.rows == x.rows && dx.columns == channels && taps.columns == channels
            && gradient.rows == width + (bias == nil ? 0 : 1) && gradient.columns == channels
            && gradient.stride == channels,
        "conv1d backward of [\(x.rows), \(x.columns)], dy [\(dy.rows), \(dy.columns)]")
    sumOverRowBlocks(
        of: sequences, count: gradient.rows * channels, into: gradient.pointer
    ) { index, rows, share in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: (width - 1) * channels) { above in
            for j in 0..<width - 1 {
                let row = rows.lowerBound - (width - 1) + j
                let line = above.baseAddress! + j * channels
                if row >= sequences[index].lowerBound {
                    line.update(from: x.row(row), count: channels)
                } else {
                    line.update(repeating: 0, count: channels)
                }
            }
            loops.conv1d_silu_gradient(
                x.row(rows.lowerBound), x.stride, above.baseAddress, taps.pointer, bias,
                dy.row(rows.lowerBound), share, bias.map { _ in share + width * channels },
                rows.count, channels, width)
        }
    }
    let pieces = sequences.flatMap { rows in
        stride(from: rows.lowerBound, to: rows.upperBound, by: 64).map {
            ($0..<min($0 + 64, rows.upperBound), rows.upperBound)
        }
    }
    parallel(pieces.count) { index in
        let (rows, end) = pieces[index]
        loops.conv1d_adjoint(
            dy.row(rows.lowerBound), taps.pointer, dx.row(rows.lowerBound), dx.stride, rows.count,
            min(width - 1, end - rows.upperBound), channels, width)
    }
}
