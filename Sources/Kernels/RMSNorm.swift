import Tensors

/// `y = x / rms(x) · weight` per row, `rms(x)² = mean(x²) + epsilon`; the mean in float64.
///
/// - Parameters:
///   - x: `[rows, d]`, which may be columns of longer rows; may be the same memory as `y`.
///   - weight: `[d]`.
///   - inverseRMS: `[rows]`, receives `1 / rms` for the backward pass.
/// - SeeAlso: Zhang & Sennrich 2019, arXiv:1910.07467, equation 4.
package func rmsNorm(
    _ x: Tensor, weight: Tensor, epsilon: Float, into y: Tensor,
    inverseRMS: Tensor? = nil
) {
    let (x, y) = (x.matrix, y.matrix)
    let weight = weight.vector
    let inverseRMS = inverseRMS?.vector
    precondition(
        x.rows == y.rows && x.columns == y.columns,
        "rmsNorm of [\(x.rows), \(x.columns)] into [\(y.rows), \(y.columns)]")
    let isContiguous = x.stride == x.columns && y.stride == y.columns
    parallelRanges(x.rows, grain: 8) { rows in
        for run in isContiguous ? [rows] : rows.map({ $0..<$0 + 1 }) {
            loops.rms_norm(
                x.row(run.lowerBound), weight, y.row(run.lowerBound),
                inverseRMS.map { $0 + run.lowerBound }, run.count, x.columns, epsilon)
        }
    }
}

/// Gradient of `rmsNorm` in `x`:
/// `dx = r · (w∘dy − x · r² · mean(w∘dy∘x))` with `r = 1 / rms(x)`.
///
/// All matrices `[rows, d]`, which may be columns of longer rows, each in memory of its own; `inverseRMS` `[rows]` comes from the
/// forward pass.
package func rmsNormBackward(
    _ x: Tensor, weight: Tensor, inverseRMS: Tensor, dy: Tensor,
    into dx: Tensor
) {
    let (x, dy, dx) = (x.matrix, dy.matrix, dx.matrix)
    let (weight, inverseRMS) = (weight.vector, inverseRMS.vector)
    precondition(
        x.rows == dx.rows && x.columns == dx.columns && dy.rows == x.rows
            && dy.columns == x.columns,
        "rmsNormBackward of [\(x.rows), \(x.columns)] and dy [\(dy.rows), \(dy.columns)]")
    let isContiguous = [x, dy, dx].allSatisfy { $0.stride == $0.columns }
    parallelRanges(x.rows, grain: 8) { rows in
        for run in isContiguous ? [rows] : rows.map({ $0..<$0 + 1 }) {
            let first = run.lowerBound
            loops.rms_norm_backward(
                x.row(first), weight, inverseRMS + first, dy.row(first), dx.row(first), run.count,
                x.columns)
        }
    }
}

/// `y = y ∘ silu(z)` in place; `y` `[rows, d]` contiguous, `z` the same size.
package func gate(_ y: Tensor, with z: Tensor) {
    let (y, z) = (y.matrix, z.matrix)
    precondition(
        y.rows == z.rows && y.columns == z.columns && y.stride == y.columns,
        "gate of [\(y.rows), \(y.columns)] with [\(z.rows), \(z.columns)]")
    parallelRanges(y.rows, grain: 8) { rows in
        loops.gate(
            y.row(rows.lowerBound), z.row(rows.lowerBound), z.stride, rows.count, y.columns)
    }
}

/// `y = rmsNorm(x ∘ silu(z))` in one pass over memory.
///
/// - Parameters:
///   - x: `[rows, d]`, which may be columns of longer rows; may be the same memory as `y`.
///   - z: `[rows, d]`.
///   - weight: `[d]`.
///   - groups: equal parts of a row that are normalized apart from each other.
/// - SeeAlso: Dao & Gu 2024, arXiv:2405.21060, section 7.1; `norm_before_gate=False` in mamba_ssm.
package func gatedRMSNorm(
    _ x: Tensor, with z: Tensor, weight: Tensor, epsilon: Float, groups: Int,
    into y: Tensor
) {
    let (x, z, y) = (x.matrix, z.matrix, y.matrix)
    let weight = weight.vector
    precondition(
        x.rows == z.rows && x.columns == z.columns && x.stride == x.columns && y.rows == x.rows
            && y.columns == x.columns && y.stride == y.columns && y.columns % groups == 0,
        "gatedRMSNorm of [\(x.rows), \(x.columns)] with [\(z.rows), \(z.columns)], \(groups) groups"
    )
    parallelRanges(y.rows, grain: 8) { rows in
        let first = rows.lowerBound
        loops.gated_rms_norm(
            x.row(first), z.row(first), z.stride, weight, y.row(first), rows.count, y.columns,
            groups, epsilon)
    }
}
