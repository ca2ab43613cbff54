import Tensors

/// Gradient of a look-up in the rows of an embedding: `gradient[ids[i]] += dy[i]`, in order.
///
/// - Parameters:
///   - dy: `[ids, d]`.
///   - gradient: `[vocab, d]`.
package func embeddingBackward(_ ids: [Int32], dy: Matrix, into gradient: Matrix) {
    precondition(
        ids.count == dy.rows && dy.columns == gradient.columns,
        "\(ids.count) ids, dy [\(dy.rows), \(dy.columns)]")
    parallelRanges(dy.columns, grain: 16) { columns in
        for (row, id) in ids.enumerated() {
            loops.axpy(
                1, dy.row(row) + columns.lowerBound, gradient.row(Int(id)) + columns.lowerBound,
                columns.count)
        }
    }
}
