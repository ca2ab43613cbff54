import COpenBLAS
import Tensors

/// A factor of a matrix product: a matrix as stored, or transposed.
enum Factor {
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

    /// The upper triangle of `c = alpha · self · selfᵀ + beta · c` on the calling thread.
    fileprivate func multiplyByTranspose(into c: Matrix, alpha: Float, beta: Float) {
        cblas_ssyrk(
            CblasRowMajor, CblasUpper, blasOrder, blasint(c.rows), blasint(columns), alpha,
            matrix.pointer, blasint(matrix.stride), beta, c.pointer, blasint(c.stride))
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

/// `c = alpha · a · aᵀ + beta · c` on the calling thread for a symmetric `c`, in little more than half the
/// operations of `serialGEMM`.
///
/// With `beta` 0 the old `c` is not read.
func symmetricProduct(_ a: Factor, into c: Matrix, alpha: Float = 1, beta: Float = 0) {
    precondition(
        a.rows == c.rows && c.rows == c.columns,
        "[\(a.rows), \(a.columns)] times its transpose into [\(c.rows), \(c.columns)]")
    guard c.rows > 0 else { return }
    a.multiplyByTranspose(into: c, alpha: alpha, beta: beta)
    for i in 0..<c.rows {
        for j in 0..<i { c.row(i)[j] = c.row(j)[i] }
    }
}

/// A factor of a product of tensors: rows and columns as they stand, or transposed.
package enum Operand {
    case plain(Tensor)
    case transposed(Tensor)

    var factor: Factor {
        switch self {
        case .plain(let tensor): .plain(tensor.matrix)
        case .transposed(let tensor): .transposed(tensor.matrix)
        }
    }
}

/// A matrix product of tensors and where it goes: `c = a · b`.
package struct TensorProduct {
    let a, b: Operand
    let c: Tensor

    package init(_ a: Operand, _ b: Operand, into c: Tensor) {
        (self.a, self.b, self.c) = (a, b, c)
    }

    var product: Product { Product(a.factor, b.factor, into: c.matrix) }
}

/// `c = alpha · a · b + beta · c` for each of some products, in parallel, float32.
package func gemm(_ products: [TensorProduct], alpha: Float = 1, beta: Float = 0) {
    withExtendedLifetime(products) {
        gemm(products.map(\.product), alpha: alpha, beta: beta)
    }
}

/// A matrix product and where it goes: `c = a · b`.
struct Product {
    let a: Factor
    let b: Factor
    let c: Matrix

    init(_ a: Factor, _ b: Factor, into c: Matrix) {
        precondition(
            a.rows == c.rows && b.columns == c.columns && a.columns == b.rows,
            "[\(a.rows), \(a.columns)] · [\(b.rows), \(b.columns)] into"
                + " [\(c.rows), \(c.columns)]")
        (self.a, self.b, self.c) = (a, b, c)
    }

    /// Parts of it for threads to take, one of the same columns after the other, so that their part
    /// of `b` is still cached.
    fileprivate var tiles: [Product] {
        let (tall, wide) = gemmTiles(rows: c.rows, columns: c.columns)
        return wide.flatMap { columns in
            tall.map { rows in
                Product(
                    a.rows(rows), b.columns(columns), into: c.rows(rows).columns(columns))
            }
        }
    }
}

/// `c = alpha · a · b + beta · c` in parallel, float32.
func gemm(
    _ a: Factor, _ b: Factor, into c: Matrix, alpha: Float = 1, beta: Float = 0
) {
    gemm([Product(a, b, into: c)], alpha: alpha, beta: beta)
}

/// `c = alpha · a · b + beta · c` for each of some products, in parallel, float32.
///
/// Each `c` is cut into tiles that depend on its size alone and threads take one after the other, so
/// that the number of threads changes no bit (and one small `c` keeps few threads busy); the sum over
/// the inner axis is never cut. A few rows times a transposed matrix go over it once, as fast as
/// memory gives it.
func gemm(_ products: [Product], alpha: Float = 1, beta: Float = 0) {
    let tiles = products.flatMap { product in
        if case .plain(let x) = product.a, case .transposed(let weight) = product.b,
            x.rows <= fewRows
        {
            rowProducts(x, weight, into: product.c, alpha: alpha, beta: beta)
            return [Product]()
        }
        return product.tiles
    }
    parallel(tiles.count) { index in
        let tile = tiles[index]
        serialGEMM(tile.a, tile.b, into: tile.c, alpha: alpha, beta: beta)
    }
}

/// Up to so many rows BLAS takes longer to pack the other factor than to multiply by it.
private let fewRows = 16

/// Longest side of a tile (but for what makes the number of tiles even).
private let tileSide = 640

/// Rows and columns of the tiles of a product: parts of nearly equal size whose number is a multiple
/// of four where the product is large enough, so that two or four threads get the same share. Each
/// tile packs its factors anew: of the ways to cut, the one that packs least.
private func gemmTiles(rows: Int, columns: Int) -> (rows: [Range<Int>], columns: [Range<Int>]) {
    func parts(_ count: Int, _ parts: Int) -> [Range<Int>] {
        let grains = (count + 15) / 16
        let parts = min(parts, max(1, count / 64))
        return (0..<parts).map { part in
            grains * part / parts * 16..<min(count, grains * (part + 1) / parts * 16)
        }
    }
    let (tall, wide) = ((rows + tileSide - 1) / tileSide, (columns + tileSide - 1) / tileSide)
    var best = (packed: Int.max, tall: tall, wide: wide)
    for tall in tall..<tall + 4 {
        for wide in wide..<wide + 4 where tall * wide % 4 == 0 {
            let packed = tall * columns + wide * rows
            if packed < best.packed { best = (packed, tall, wide) }
        }
    }
    return (parts(rows, best.tall), parts(columns, best.wide))
}

/// `y = alpha · x · weightᵀ + beta · y` for a few rows of `x`: nothing is packed.
private func rowProducts(_ x: Matrix, _ weight: Matrix, into y: Matrix, alpha: Float, beta: Float) {
    // Pieces of a quarter of a megabyte: enough for a thread to be worth its start.
    let piece = max(4, (1 << 16) / max(1, weight.columns) / 4 * 4)
    parallel((weight.rows + piece - 1) / piece) { index in
        let start = index * piece
        loops.row_products(
            x.pointer, x.stride, weight.row(start), weight.stride, y.pointer + start, y.stride,
            x.rows, min(piece, weight.rows - start), x.columns, alpha, beta)
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
    _ x: Tensor, weight: Tensor, bias: Tensor? = nil, into y: Tensor
) {
    if let bias { fillRows(y.matrix, with: bias.vector) }
    gemm(.plain(x.matrix), .transposed(weight.matrix), into: y.matrix, beta: bias == nil ? 0 : 1)
}

/// The same with the transpose of a weight in bfloat16 tiles.
package func linear(
    _ x: Tensor, weight: PackedFactor, bias: Tensor? = nil, into y: Tensor
) {
    if let bias { fillRows(y.matrix, with: bias.vector) }
    bfloat16GEMM(.plain(x), weight, into: y, adding: bias != nil)
}

private func fillRows(_ y: Matrix, with row: UnsafePointer<Float>) {
    parallelRanges(y.rows, grain: 8) { rows in
        for i in rows { y.row(i).update(from: row, count: y.columns) }
    }
}
