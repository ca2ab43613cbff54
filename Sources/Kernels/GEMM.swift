import COpenBLAS

/// A factor of a matrix product: a matrix as stored, or transposed.
package enum Factor {
    case plain(Matrix)
    case transposed(Matrix)

    var matrix: Matrix {
        switch self {
        case .plain(let matrix), .transposed(let matrix): matrix
        }
    }

    var rows: Int {
        switch self {
        case .plain(let matrix): matrix.rows
        case .transposed(let matrix): matrix.columns
        }
    }

    var columns: Int {
        switch self {
        case .plain(let matrix): matrix.columns
        case .transposed(let matrix): matrix.rows
        }
    }

    private var blasOrder: CBLAS_TRANSPOSE {
        switch self {
        case .plain: CblasNoTrans
        case .transposed: CblasTrans
        }
    }

    func rows(_ range: Range<Int>) -> Factor {
        switch self {
        case .plain(let matrix): .plain(matrix.rows(range))
        case .transposed(let matrix): .transposed(matrix.columns(range))
        }
    }

    func columns(_ range: Range<Int>) -> Factor {
        switch self {
        case .plain(let matrix): .plain(matrix.columns(range))
        case .transposed(let matrix): .transposed(matrix.rows(range))
        }
    }

    /// `c = alpha · self · b + beta · c` on the calling thread.
    fileprivate func multiply(_ b: Factor, into c: Matrix, alpha: Float, beta: Float) {
        cblas_sgemm(
            CblasRowMajor, blasOrder, b.blasOrder, blasint(c.rows), blasint(c.columns),
            blasint(columns), alpha, matrix.pointer, blasint(matrix.stride), b.matrix.pointer,
            blasint(b.matrix.stride), beta, c.pointer, blasint(c.stride))
    }
}

/// `c = alpha · a · b + beta · c` on the calling thread, for use inside `parallel`.
///
/// With `beta` 0 the old `c` is not read.
func serialGEMM(
    _ a: Factor, _ b: Factor, into c: Matrix, alpha: Float = 1, beta: Float = 0
) {
    precondition(
        a.rows == c.rows && b.columns == c.columns && a.columns == b.rows,
        "[\(a.rows), \(a.columns)] · [\(b.rows), \(b.columns)] into [\(c.rows), \(c.columns)]")
    guard c.rows > 0, c.columns > 0 else { return }
    a.multiply(b, into: c, alpha: alpha, beta: beta)
}

/// `c = alpha · a · b + beta · c` on all threads, float32.
///
/// The longer side of `c` is cut into one part per thread; the sum over the inner axis is never
/// cut. The same number of threads gives the same bits; another number moves the tiles in which
/// BLAS computes, whose edges round differently.
package func gemm(
    _ a: Factor, _ b: Factor, into c: Matrix, alpha: Float = 1, beta: Float = 0
) {
    if c.rows >= c.columns {
        parallelRanges(c.rows, grain: 16) { rows in
            serialGEMM(a.rows(rows), b, into: c.rows(rows), alpha: alpha, beta: beta)
        }
    } else {
        parallelRanges(c.columns, grain: 16) { columns in
            serialGEMM(
                a, b.columns(columns), into: c.columns(columns), alpha: alpha, beta: beta)
        }
    }
}

/// `y = x · weightᵀ + bias`, a PyTorch `Linear`.
///
/// - Parameters:
///   - x: `[rows, in]`.
///   - weight: `[out, in]`, as PyTorch stores it.
///   - bias: `[out]` or none.
///   - y: `[rows, out]`; overwritten.
package func linear(
    _ x: Matrix, weight: Matrix, bias: UnsafePointer<Float>? = nil, into y: Matrix
) {
    guard let bias else { return gemm(.plain(x), .transposed(weight), into: y) }
    for i in 0..<y.rows { y.row(i).update(from: bias, count: y.columns) }
    gemm(.plain(x), .transposed(weight), into: y, beta: 1)
}

/// The same with the transpose of a weight in bfloat16 tiles.
package func linear(
    _ x: Matrix, weight: PackedFactor, bias: UnsafePointer<Float>? = nil, into y: Matrix
) {
    guard let bias else { return bfloat16GEMM(.plain(x), weight, into: y) }
    for i in 0..<y.rows { y.row(i).update(from: bias, count: y.columns) }
    bfloat16GEMM(.plain(x), weight, into: y, adding: true)
}
