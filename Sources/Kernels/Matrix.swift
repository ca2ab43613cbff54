import Tensors

/// A view of rows that may be parts of longer rows: element `[i, j]` is at `i * stride + j`.
///
/// It keeps no storage alive; it lives inside the call it was made for.
package struct Matrix {
    package let pointer: UnsafeMutablePointer<Float>
    package let rows: Int
    package let columns: Int
    package let stride: Int

    package init(
        _ pointer: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int? = nil
    ) {
        self.pointer = pointer
        self.rows = rows
        self.columns = columns
        self.stride = stride ?? columns
    }

    package func row(_ index: Int) -> UnsafeMutablePointer<Float> { pointer + index * stride }

    package func rows(_ range: Range<Int>) -> Matrix {
        precondition(range.upperBound <= rows, "rows \(range) of \(rows)")
        return Matrix(
            row(range.lowerBound), rows: range.count, columns: columns, stride: stride)
    }

    package func columns(_ range: Range<Int>) -> Matrix {
        precondition(range.upperBound <= columns, "columns \(range) of \(columns)")
        return Matrix(
            pointer + range.lowerBound, rows: rows, columns: range.count, stride: stride)
    }

    /// Copies into `other`, which has the same rows and columns.
    package func copy(to other: Matrix) {
        precondition(
            rows == other.rows && columns == other.columns,
            "[\(rows), \(columns)] copied to [\(other.rows), \(other.columns)]")
        for i in 0..<rows { other.row(i).update(from: row(i), count: columns) }
    }
}

extension Tensor {
    /// All leading axes as rows, the last axis as columns.
    package var matrix: Matrix {
        let columns = shape.last ?? 1
        return Matrix(pointer, rows: columns == 0 ? 0 : count / columns, columns: columns)
    }
}
