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

/// `x += alpha`, element by element.
package func add(_ alpha: Float, to x: Tensor) {
    for i in 0..<x.count { x.vector[i] += alpha }
}

/// The transpose `[columns, rows]` of a matrix `[rows, columns]`.
package func transposed(_ x: Tensor) -> Tensor {
    let (source, result) = (x.matrix, Tensor(x.shape.reversed()))
    loops.transpose(
        source.pointer, source.stride, result.vector, source.rows, source.rows, source.columns)
    return result
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

/// `alpha · rows[i] · columns[j] · x[i, j]`.
package func scaled(
    _ x: Tensor, rows: Tensor, columns: Tensor, by alpha: Float = 1
) -> Tensor {
    let (source, result) = (x.matrix, Tensor(x.shape))
    let (target, columns, factors) = (result.matrix, columns.vector, rows.vector)
    precondition(rows.count == source.rows, "\(rows.shape) factors for \(x.shape)")
    parallelRanges(source.rows, grain: 8) { rows in
        for i in rows {
            let (from, to, factor) = (source.row(i), target.row(i), alpha * factors[i])
            for j in 0..<source.columns { to[j] = factor * columns[j] * from[j] }
        }
    }
    return result
}

/// `y -= x`, element by element, on the calling thread.
package func subtract(_ x: Tensor, from y: Tensor) {
    precondition(x.count == y.count, "\(x.shape) subtracted from \(y.shape)")
    let (x, y) = (x.elements, y.elements)
    for i in y.indices { y[i] -= x[i] }
}

/// `y[i] -= x[i mod n]` for rows `[rows, d]` of `y` and n of `x`.
package func subtractRows(_ x: Tensor, from y: Tensor) {
    let (x, y) = (x.matrix, y.matrix)
    precondition(
        x.columns == y.columns && x.rows > 0 && y.rows % x.rows == 0,
        "[\(x.rows), \(x.columns)] subtracted from [\(y.rows), \(y.columns)]")
    parallelRanges(y.rows, grain: 16) { rows in
        for i in rows {
            let (source, target) = (x.row(i % x.rows), y.row(i))
            for j in 0..<y.columns { target[j] -= source[j] }
        }
    }
}

/// `x[i] · y[i mod n]` of rows `[rows, d]` of `x` and n of `y`, accumulated in float64.
package func rowDots(_ x: Tensor, _ y: Tensor) -> [Double] {
    let (x, y) = (x.matrix, y.matrix)
    precondition(
        x.columns == y.columns && (y.rows > 0 ? x.rows % y.rows : x.rows) == 0,
        "rows of [\(x.rows), \(x.columns)] times [\(y.rows), \(y.columns)]")
    return parallelMap(x.rows, grain: 16) { dot(x.row($0), y.row($0 % y.rows), count: x.columns) }
}

/// `y = x + row`, the row added to every one of `x` `[rows, d]`, for each of some tensors of the same size.
package func addRow(_ pieces: [(row: Tensor, x: Tensor, y: Tensor)]) {
    let pieces = pieces.map { (row: $0.row.vector, x: $0.x.matrix, y: $0.y.matrix) }
    let (rows, columns) = pieces.first.map { ($0.x.rows, $0.x.columns) } ?? (0, 0)
    parallelRanges(pieces.count * rows, grain: 16) { range in
        for index in range {
            let (row, x, y) = pieces[index / rows]
            let (source, target) = (x.row(index % rows), y.row(index % rows))
            for j in 0..<columns { target[j] = source[j] + row[j] }
        }
    }
}

/// The largest absolute value of `x`; NaN counts for nothing.
package func largestMagnitude(_ x: Tensor) -> Float {
    x.elements.reduce(0) { max($0, $1.magnitude) }
}

/// `Σ x[i] · y[i]`, accumulated in float64.
func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, count: Int) -> Double {
    loops.dot(x, y, count)
}

/// `y = clamp(log(1 + exp(x + bias)))` without overflow, row by row, to 1e-6 of each value.
///
/// - Parameters:
///   - x: `[rows, d]`; may be the same memory as `y`.
///   - bias: `[d]` or none.
///   - y: `[rows, d]`, contiguous.
package func softplus(
    _ x: Tensor, bias: Tensor? = nil,
    limits: ClosedRange<Float> = 0...Float.infinity, into y: Tensor
) {
    let (x, y) = (x.matrix, y.matrix)
    let bias = bias?.vector
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
package func addColumnSums(of tensors: [(x: Tensor, sums: Tensor)]) {
    let matrices = tensors.map { (x: $0.x.matrix, sums: $0.sums.vector) }
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

/// Sum of the elements' bits, in any order: integer additions of wide vectors, so that memory and
/// nothing else decides how long it takes.
///
/// - Parameter buffer: of a multiple of 2¹⁸ elements.
package func sumOfBits(_ buffer: Tensor) -> UInt64 {
    typealias Vector = SIMD8<UInt64>
    let piece = 1 << 18
    let vectors = piece * 4 / MemoryLayout<Vector>.size
    let count = buffer.count / piece
    let sums = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
    defer { sums.deallocate() }
    parallel(count) { index in
        let start = UnsafeRawPointer(buffer.pointer + index * piece)
            .assumingMemoryBound(to: Vector.self)
        var (even, odd) = (Vector(), Vector())
        for i in stride(from: 0, to: vectors, by: 2) {
            even &+= start[i]
            odd &+= start[i + 1]
        }
        sums[index] = (even &+ odd).wrappedSum()
    }
    return (0..<count).reduce(0) { $0 &+ sums[$1] }
}
