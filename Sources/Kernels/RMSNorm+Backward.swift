import Tensors

/// Gradients of `rmsNorm` for `dy`: `dx = r · (w∘dy − x · r² · mean(w∘dy∘x))` and
/// `dw += Σ_rows dy∘x·r`, with `r = 1 / rms(x)`.
///
/// All matrices `[rows, d]`, contiguous; `weight` and its gradient `[d]`.
package func rmsNormBackward(
    _ x: Tensor, weight: Tensor, epsilon: Float, dy: Tensor, into dx: Tensor,
    weightGradient: Tensor
) {
    let (x, dy, dx) = (x.matrix, dy.matrix, dx.matrix)
    let (weight, weightGradient) = (weight.vector, weightGradient.vector)
    precondition(
        x.rows == dx.rows && x.columns == dx.columns && dy.rows == x.rows
            && dy.columns == x.columns && x.stride == x.columns && dy.stride == dy.columns
            && dx.stride == dx.columns,
        "rmsNormBackward of [\(x.rows), \(x.columns)] and dy [\(dy.rows), \(dy.columns)]")
    sumOverRowBlocks(of: [0..<x.rows], count: x.columns, into: weightGradient) { _, rows, share in
        let first = rows.lowerBound
        loops.rms_norm_gradient(
            x.row(first), weight, dy.row(first), dx.row(first), share, rows.count, x.columns,
            epsilon)
    }
}

/// Gradients of `gatedRMSNorm` for `dy`, in one pass over memory. With g the gradient of `x ∘ silu(z)`
/// as `rmsNormBackward` has it, each group apart: `dz = g ∘ x ∘ silu'(z)`, and `dy` becomes
/// `dx = g ∘ silu(z)`.
///
/// All matrices `[rows, d]`; `x` and `dy` contiguous; `weight` and its gradient `[d]`.
package func gatedRMSNormBackward(
    _ x: Tensor, with z: Tensor, weight: Tensor, epsilon: Float, groups: Int,
    dy: Tensor, into dz: Tensor, weightGradient: Tensor
) {
    let (x, z, dy, dz) = (x.matrix, z.matrix, dy.matrix, dz.matrix)
    let (weight, weightGradient) = (weight.vector, weightGradient.vector)
    precondition(
        x.rows == z.rows && x.columns == z.columns && dy.rows == x.rows
            && dy.columns == x.columns && dz.rows == x.rows && dz.columns == x.columns
            && x.stride == x.columns && dy.stride == dy.columns && x.columns % groups == 0,
        "gatedRMSNormBackward of [\(x.rows), \(x.columns)] with [\(z.rows), \(z.columns)]")
    sumOverRowBlocks(of: [0..<x.rows], count: x.columns, into: weightGradient) { _, rows, share in
        let first = rows.lowerBound
        loops.gated_rms_norm_gradient(
            x.row(first), z.row(first), z.stride, weight, dy.row(first), dz.row(first), dz.stride,
            share, rows.count, x.columns, groups, epsilon)
    }
}

/// Gradients of `gate`: `dz = dy ∘ y ∘ silu'(z)`, and `dy ∘ silu(z)` in the place of `dy`.
///
/// - Parameters:
///   - y: `[rows, d]`, contiguous, as it was before the gate; `dy` likewise.
///   - z: `[rows, d]`, as its gradient, which is overwritten.
package func gateBackward(_ y: Tensor, with z: Tensor, dy: Tensor, into dz: Tensor) {
    let (y, z, dy, dz) = (y.matrix, z.matrix, dy.matrix, dz.matrix)
    precondition(
        [z, dy, dz].allSatisfy { $0.rows == y.rows && $0.columns == y.columns }
            && y.stride == y.columns && dy.stride == dy.columns,
        "gateBackward of [\(y.rows), \(y.columns)] and dy [\(dy.rows), \(dy.columns)]")
    parallelRanges(y.rows, grain: 8) { rows in
        let first = rows.lowerBound
        loops.gate_gradient(
            y.row(first), z.row(first), z.stride, dy.row(first), dz.row(first), dz.stride,
            rows.count, y.columns)
    }
}
