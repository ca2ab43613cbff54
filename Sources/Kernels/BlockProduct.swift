import CKernels

/// `y = factor ∘ (a · b) + beta · y` on the calling thread, for matrices of a chunk's size: nothing is
/// packed, which costs a BLAS more there than it gains.
///
/// - Parameters:
///   - b: its rows are readable to `tilePadded(b.columns)`.
///   - factor: for each row of `y`; ones if nil.
///   - triangle: which part of a triangular factor or result counts.
func blockProduct(
    _ a: Factor, _ b: Matrix, scaledBy factor: UnsafePointer<Float>? = nil, into y: Matrix,
    beta: Float = 0, _ triangle: statelens_triangle = STATELENS_WHOLE
) {
    precondition(
        a.rows == y.rows && b.columns == y.columns && a.columns == b.rows,
        "[\(a.rows), \(a.columns)] · [\(b.rows), \(b.columns)] into [\(y.rows), \(y.columns)]")
    let (rowStep, innerStep) =
        switch a {
        case .plain(let matrix): (matrix.stride, 1)
        case .transposed(let matrix): (1, matrix.stride)
        }
    loops.block_product(
        a.matrix.pointer, rowStep, innerStep, b.pointer, b.stride, factor, beta, y.pointer,
        y.stride, y.rows, y.columns, b.rows, triangle)
}

/// The next multiple of the columns of a tile.
func tilePadded(_ columns: Int) -> Int {
    (columns + loops.tile_columns - 1) / loops.tile_columns * loops.tile_columns
}

extension Matrix {
    /// The same values with rows that are readable to a whole tile, in `memory` if they are not.
    func tileReady(in memory: UnsafeMutablePointer<Float>) -> Matrix {
        let padded = tilePadded(columns)
        guard padded > columns else { return self }
        let copy = Matrix(memory, rows: rows, columns: columns, stride: padded)
        self.copy(to: copy)
        return copy
    }

    /// The transpose, in rows that are `stride` apart.
    func transposed(into memory: UnsafeMutablePointer<Float>, stride: Int) -> Matrix {
        loops.transpose(pointer, self.stride, memory, stride, rows, columns)
        return Matrix(memory, rows: columns, columns: rows, stride: stride)
    }
}
