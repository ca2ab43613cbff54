import Tensors

/// A view of rows that may be parts of longer rows: element `[i, j]` is at `i * stride + j`.
///
/// It is how kernels see a tensor during a call, and keeps no storage alive.
struct Matrix {
    let pointer: UnsafeMutablePointer<Float>
    let rows: Int
    let columns: Int
    let stride: Int

    init(
        _ pointer: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int? = nil
    ) {
        self.pointer = pointer
        self.rows = rows
        self.columns = columns
        self.stride = stride ?? columns
    }

    func row(_ index: Int) -> UnsafeMutablePointer<Float> { pointer + index * stride }

    func rows(_ range: Range<Int>) -> Matrix {
        precondition(range.upperBound <= rows, "rows \(range) of \(rows)")
        return Matrix(
            row(range.lowerBound), rows: range.count, columns: columns, stride: stride)
    }

    func columns(_ range: Range<Int>) -> Matrix {
        precondition(range.upperBound <= columns, "columns \(range) of \(columns)")
        return Matrix(
            pointer + range.lowerBound, rows: rows, columns: range.count, stride: stride)
    }

    /// Copies into `other`, which has the same rows and columns.
    func copy(to other: Matrix) {
        precondition(
            rows == other.rows && columns == other.columns,
            "[\(rows), \(columns)] copied to [\(other.rows), \(other.columns)]")
        for i in 0..<rows { other.row(i).update(from: row(i), count: columns) }
    }
}

extension Tensor {
    /// All leading axes as rows, the last axis as columns.
    var matrix: Matrix {
        let columns = shape.last ?? 1
        return Matrix(
            pointer, rows: columns == 0 ? 0 : count / columns, columns: columns, stride: rowStride)
    }

    /// The first element, from where the others follow without a gap.
    var vector: UnsafeMutablePointer<Float> {
        precondition(isContiguous, "\(shape) in rows \(rowStride) apart")
        return pointer
    }

    /// The first element of each entry of the first axis.
    var starts: [UnsafeMutablePointer<Float>] {
        let distance = shape.dropFirst().reduce(1, *)
        return (0..<(shape.first ?? 0)).map { vector + $0 * distance }
    }
}
