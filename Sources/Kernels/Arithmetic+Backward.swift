import Tensors

/// Gradients of `softplus` with limits: `dx = dy ∘ sigmoid(x + bias)`, 0 where the value is cut to
/// a limit, and `dbias += Σ_rows dx`.
///
/// - Parameters:
///   - x: `[rows, d]`, what the forward pass read; `bias` and its gradient `[d]`.
///   - dy: `[rows, d]`, contiguous.
///   - dx: `[rows, d]`; overwritten.
package func softplusBackward(
    _ x: Tensor, bias: Tensor, limits: ClosedRange<Float>, dy: Tensor,
    into dx: Tensor, biasGradient: Tensor
) {
    let (x, dy, dx) = (x.matrix, dy.matrix, dx.matrix)
    let (bias, biasGradient) = (bias.vector, biasGradient.vector)
    precondition(
        x.rows == dy.rows && x.columns == dy.columns && dy.stride == dy.columns
            && dx.rows == x.rows && dx.columns == x.columns,
        "softplusBackward of [\(x.rows), \(x.columns)] and dy [\(dy.rows), \(dy.columns)]")
    sumOverRowBlocks(of: [0..<x.rows], count: x.columns, into: biasGradient) { _, rows, share in
        let first = rows.lowerBound
        loops.softplus_gradient(
            x.row(first), x.stride, bias, limits.lowerBound, limits.upperBound, dy.row(first),
            dx.row(first), dx.stride, share, rows.count, x.columns)
    }
}

/// Gradients of `linear`: `dx = dy · weight` (or added to `dx`), `dweight += dyᵀ · x`,
/// `dbias += Σ_rows dy`.
///
/// - Parameters:
///   - x: `[rows, in]`; `dy`: `[rows, out]`; `dx`: `[rows, in]`.
///   - weight: `[out, in]`, as its gradient.
package func linearBackward(
    _ x: Tensor, weight: Tensor, dy: Tensor, into dx: Tensor, adding: Bool = false,
    weightGradient: Tensor, biasGradient: Tensor?
) {
    let dy = dy.matrix
    gemm(.plain(dy), .plain(weight.matrix), into: dx.matrix, beta: adding ? 1 : 0)
    gemm(.transposed(dy), .plain(x.matrix), into: weightGradient.matrix, beta: 1)
    guard let biasGradient = biasGradient?.vector else { return }
    sumOverRowBlocks(of: [0..<dy.rows], count: dy.columns, into: biasGradient) { _, rows, share in
        for row in rows { loops.axpy(1, dy.row(row), share, dy.columns) }
    }
}

/// `y = alpha · x`, element by element; `x` and `y` may be the same.
package func scale(_ x: Tensor, by alpha: Float, into y: Tensor) {
    precondition(x.count == y.count, "\(x.shape) scaled into \(y.shape)")
    parallelRanges(x.count, grain: 4096) { range in
        for i in range { y.pointer[i] = alpha * x.pointer[i] }
    }
}

/// `Σ x[i] · y[i]` in float64, in parts that do not depend on the number of threads.
package func dot(_ x: Tensor, _ y: Tensor) -> Double {
    precondition(x.count == y.count, "dot of \(x.shape) and \(y.shape)")
    let part = 1 << 16
    return parallelMap((x.count + part - 1) / part) { index in
        let start = index * part
        return loops.dot(x.pointer + start, y.pointer + start, min(part, x.count - start))
    }.reduce(0, +)
}

/// `z += x ∘ y`, element by element.
package func multiply(_ x: Tensor, by y: Tensor, addingTo z: Tensor) {
    precondition(x.count == y.count && x.count == z.count, "\(x.shape) ∘ \(y.shape)")
    parallelRanges(x.count, grain: 4096) { range in
        for i in range { z.pointer[i] += x.pointer[i] * y.pointer[i] }
    }
}
