/// Rows whose share of a parameter's gradient is summed in float32; the shares are then summed in
/// float64. The cut does not depend on the number of threads, so no bit of the sum does.
private let rowBlock = 64

/// `sums[j] += Σ` over blocks of rows of what `body` adds to its own `[count]` zeros, in parallel.
///
/// - Parameters:
///   - ranges: rows that belong together; a block lies inside one of them.
///   - body: gets the index of the range, the rows of the block and its part of the sum.
func sumOverRowBlocks(
    of ranges: [Range<Int>], count: Int, into sums: UnsafeMutablePointer<Float>,
    _ body: (Int, Range<Int>, UnsafeMutablePointer<Float>) -> Void
) {
    let blocks = ranges.enumerated().flatMap { index, rows in
        stride(from: rows.lowerBound, to: rows.upperBound, by: rowBlock).map {
            (index, $0..<min($0 + rowBlock, rows.upperBound))
        }
    }
    let scratch = Scratch(bytes: blocks.count * count * 4)
    let shares = Matrix(scratch.pointer(to: Float.self), rows: blocks.count, columns: count)
    parallel(blocks.count) { block in
        shares.row(block).update(repeating: 0, count: count)
        body(blocks[block].0, blocks[block].1, shares.row(block))
    }
    parallelRanges(count, grain: 64) { columns in
        for column in columns {
            var sum = Double(sums[column])
            for block in 0..<shares.rows { sum += Double(shares.row(block)[column]) }
            sums[column] = Float(sum)
        }
    }
    withExtendedLifetime(scratch) {}
}
