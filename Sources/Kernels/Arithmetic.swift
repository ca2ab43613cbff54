import Foundation
import Tensors

/// `y += alpha · x`, element by element.
package func add(_ x: Tensor, into y: Tensor, scale alpha: Float = 1) {
    precondition(x.count == y.count, "\(x.shape) added to \(y.shape)")
    parallelRanges(x.count, grain: 4096) { range in
        loops.axpy(alpha, x.pointer + range.lowerBound, y.pointer + range.lowerBound, range.count)
    }
}

/// `Σ x[i] · y[i]`, accumulated in float64.
package func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, count: Int) -> Double {
    loops.dot(x, y, count)
}

/// Whether no element is NaN or infinite.
package func isFinite(_ x: Tensor) -> Bool {
    // A sum of squares of float32 numbers cannot overflow float64.
    dot(x.pointer, x.pointer, count: x.count).isFinite
}

/// `log(1 + exp(x))` without overflow.
package func softplus(_ x: Float) -> Float {
    x > 20 ? x : log1p(exp(x))
}

/// `sums[j] += Σ_i x[i, j]`.
package func addColumnSums(_ x: Matrix, into sums: UnsafeMutablePointer<Float>) {
    parallelRanges(x.columns, grain: 64) { columns in
        for i in 0..<x.rows {
            loops.axpy(
                1, x.row(i) + columns.lowerBound, sums + columns.lowerBound, columns.count)
        }
    }
}
