import Tensors

/// Gradient of a look-up in the rows of an embedding: `gradient[ids[i]] += dy[i]`, in order.
///
/// - Parameters:
///   - dy: `[ids, d]`.
///   - gradient: `[vocab, d]`.
package func embeddingBackward(_ ids: [Int32], dy: Tensor, into gradient: Tensor) {
    let (dy, gradient) = (dy.matrix, gradient.matrix)
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

/// Some rows of a table `[…, d]`, in parallel: `taken[i] = table[rows[i]]`.
package func gatherRows(
    _ rows: some RandomAccessCollection<Int>, of table: Tensor, into taken: Tensor
) {
    let (rows, table, taken) = (Array(rows), table.matrix, taken.matrix)
    precondition(
        rows.count == taken.rows && table.columns == taken.columns,
        "\(rows.count) rows of [\(table.rows), \(table.columns)] into [\(taken.rows), \(taken.columns)]"
    )
    parallelRanges(rows.count, grain: 32) { range in
        for place in range {
            taken.row(place).update(from: table.row(rows[place]), count: table.columns)
        }
    }
}

/// Rows of several tables `[…, d]`, on the calling thread.
///
/// - Parameter places: for each row of `taken` a table and a row of it.
package func gatherRows(
    _ places: [(table: Int, row: Int)], of tables: [Tensor], into taken: Tensor
) {
    let (tables, taken) = (tables.map(\.matrix), taken.matrix)
    precondition(places.count == taken.rows, "\(places.count) rows into \(taken.rows)")
    for (row, place) in places.enumerated() {
        let source = tables[place.table].row(place.row)
        taken.row(row).update(from: source, count: taken.columns)
    }
}
