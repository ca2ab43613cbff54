import Synchronization
import Tensors

/// `y += alpha · x`, element by element.
///
/// - Returns: false if a sum is NaN or infinite.
@discardableResult
package func add(_ x: Tensor, into y: Tensor, scale alpha: Float = 1) -> Bool {
    precondition(x.count == y.count, "\(x.shape) added to \(y.shape)")
    let isBroken = Atomic(false)
    parallelRanges(x.count, grain: 4096) { range in
        let start = range.lowerBound
        if loops.accumulate(alpha, x.pointer + start, y.pointer + start, range.count) == 0 {
            isBroken.store(true, ordering: .relaxed)
        }
    }
    return !isBroken.load(ordering: .relaxed)
}

/// Copies `x` into `y`, which has as many elements.
package func copy(_ x: Tensor, into y: Tensor) {
    precondition(x.count == y.count, "\(x.shape) copied into \(y.shape)")
    parallelRanges(x.count, grain: 4096) { range in
        (y.pointer + range.lowerBound).update(
            from: x.pointer + range.lowerBound, count: range.count)
    }
}

/// A number of `x` that is NaN or infinite; nil if there is none.
package func firstNonFinite(_ x: Tensor) -> Float? {
    let isBroken = Atomic(false)
    parallelRanges(x.count, grain: 65_536) { range in
        var largest: UInt32 = 0
        for i in range { largest = max(largest, x.pointer[i].bitPattern & 0x7FFF_FFFF) }
        if largest >= 0x7F80_0000 { isBroken.store(true, ordering: .relaxed) }
    }
    guard isBroken.load(ordering: .relaxed) else { return nil }
    return x.elements.first { !$0.isFinite }
}

/// `Σ x[i] · y[i]`, accumulated in float64.
package func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, count: Int) -> Double {
    loops.dot(x, y, count)
}

/// `y = clamp(log(1 + exp(x + bias)))` without overflow, row by row, to 1e-6 of each value.
///
/// - Parameters:
///   - x: `[rows, d]`; may be the same memory as `y`.
///   - bias: `[d]` or none.
///   - y: `[rows, d]`, contiguous.
package func softplus(
    _ x: Matrix, bias: UnsafePointer<Float>? = nil,
    limits: ClosedRange<Float> = 0...Float.infinity, into y: Matrix
) {
    precondition(
        x.rows == y.rows && x.columns == y.columns && y.stride == y.columns,
        "softplus of [\(x.rows), \(x.columns)] into [\(y.rows), \(y.columns)]")
    parallelRanges(x.rows, grain: 32) { rows in
        loops.softplus(
            x.row(rows.lowerBound), x.stride, bias, limits.lowerBound, limits.upperBound,
            y.row(rows.lowerBound), rows.count, x.columns)
    }
}

/// `sums[j] += Σ_i x[i, j]` for each of some matrices of the same size.
package func addColumnSums(of matrices: [(x: Matrix, sums: UnsafeMutablePointer<Float>)]) {
    let columns = matrices.first?.x.columns ?? 0
    let blocks = (columns + 63) / 64
    parallel(matrices.count * blocks) { index in
        let (x, sums) = matrices[index / blocks]
        let first = index % blocks * 64
        for i in 0..<x.rows {
            loops.axpy(1, x.row(i) + first, sums + first, min(64, columns - first))
        }
    }
}
