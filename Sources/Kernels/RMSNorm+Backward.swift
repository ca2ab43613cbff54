/// Gradients of `rmsNorm`, with `groups` parts of a row that are normalized apart, for `dy`:
/// `dx = r · (w∘dy − x · r² · mean(w∘dy∘x))` and `dw += Σ_rows dy∘x·r`, with `r = 1 / rms(x)`.
///
/// All matrices `[rows, d]`, contiguous; `weight` and its gradient `[d]`.
package func rmsNormBackward(
    _ x: Matrix, weight: UnsafePointer<Float>, epsilon: Float, groups: Int = 1, dy: Matrix,
    into dx: Matrix, weightGradient: UnsafeMutablePointer<Float>
) {
    precondition(
        x.rows == dx.rows && x.columns == dx.columns && dy.rows == x.rows
            && dy.columns == x.columns && x.stride == x.columns && dy.stride == dy.columns
            && dx.stride == dx.columns && x.columns % groups == 0,
        "rmsNormBackward of [\(x.rows), \(x.columns)] and dy [\(dy.rows), \(dy.columns)]")
    sumOverRowBlocks(of: [0..<x.rows], count: x.columns, into: weightGradient) { _, rows, share in
        let first = rows.lowerBound
        loops.rms_norm_gradient(
            x.row(first), weight, dy.row(first), dx.row(first), share, rows.count, x.columns,
            groups, epsilon)
    }
}

/// Gradients of `y ∘ silu(z)`: `dz = dy ∘ y ∘ silu'(z)`, then `dy ← dy ∘ silu(z)` in place.
///
/// All matrices `[rows, d]`; `y` and `dy` contiguous.
package func gateBackward(_ y: Matrix, with z: Matrix, dy: Matrix, into dz: Matrix) {
    precondition(
        y.rows == z.rows && y.columns == z.columns && dy.rows == y.rows
            && dy.columns == y.columns && dz.rows == y.rows && dz.columns == y.columns
            && y.stride == y.columns && dy.stride == dy.columns,
        "gateBackward of [\(y.rows), \(y.columns)] with [\(z.rows), \(z.columns)]")
    parallelRanges(y.rows, grain: 8) { rows in
        let first = rows.lowerBound
        loops.gate_gradient(
            y.row(first), z.row(first), z.stride, dy.row(first), dz.row(first), dz.stride,
            rows.count, y.columns)
    }
}
