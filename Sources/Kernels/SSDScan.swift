import Foundation

/// What the state-space dual scan of one mixer reads.
///
/// Rows of all sequences stand one below the other.
package struct SSDInput {
    /// `[rows, n_heads · head_dim]`.
    package let x: Matrix
    /// `[rows, n_groups · d_state]`; head `h` uses group `h / (n_heads / n_groups)`.
    package let B: Matrix
    /// `[rows, n_groups · d_state]`.
    package let C: Matrix
    /// `[rows, n_heads]`, after softplus and clamp.
    package let dt: Matrix
    /// `[n_heads]`, negative: `-exp(A_log)`.
    package let A: UnsafePointer<Float>
    /// `[n_heads]`, the skip weight.
    package let D: UnsafePointer<Float>
    package let headDim: Int
    package let dState: Int

    package init(
        x: Matrix, B: Matrix, C: Matrix, dt: Matrix, A: UnsafePointer<Float>,
        D: UnsafePointer<Float>, headDim: Int, dState: Int
    ) {
        self.x = x
        self.B = B
        self.C = C
        self.dt = dt
        self.A = A
        self.D = D
        self.headDim = headDim
        self.dState = dState
        precondition(
            x.columns == dt.columns * headDim && B.columns % dState == 0
                && B.columns == C.columns && dt.columns % (B.columns / dState) == 0,
            "SSD of x [\(x.columns)], B [\(B.columns)], dt [\(dt.columns)]")
    }

    var nHeads: Int { dt.columns }
    var nGroups: Int { B.columns / dState }
    func group(of head: Int) -> Int { head / (nHeads / nGroups) }
    func columns(ofGroup group: Int) -> Range<Int> { group * dState..<(group + 1) * dState }
}

/// Length of the pieces in which the scan is done with matrix products. The work inside a chunk
/// grows with its length and the work between chunks does not depend on it, so short chunks win
/// until the products get too small for BLAS.
private let chunk = 64

/// The SSM recurrence `S_t = exp(dt_t A) S_{t−1} + dt_t x_t ⊗ B_t`, `y_t = S_t C_t + D x_t` for
/// every head of every sequence, by chunks.
///
/// Within a chunk of length q with `c_i = Σ_{k≤i} dt_k A` (float64) and incoming state S:
///
///     y      = (C Bᵀ ∘ exp(c_i − c_j) for j ≤ i) (dt x) + exp(c_i) C Sᵀ + D x
///     S_next = exp(c_q) S + (exp(c_q − c_j) dt x)ᵀ B
///
/// - Parameters:
///   - sequences: the rows of each sequence.
///   - states: for each sequence its state `[n_heads, head_dim, d_state]`, read and replaced.
///   - y: `[rows, n_heads · head_dim]`; overwritten.
/// - SeeAlso: Dao & Gu 2024, arXiv:2405.21060, section 6 and Listing 1.
package func ssdScan(
    _ input: SSDInput, sequences: [Range<Int>], states: [UnsafeMutablePointer<Float>],
    into y: Matrix
) {
    precondition(
        y.rows == input.x.rows && y.columns == input.x.columns
            && states.count == sequences.count,
        "SSD of [\(input.x.rows), \(input.x.columns)] into [\(y.rows), \(y.columns)]")
    let stateSize = input.headDim * input.dState
    let products = ChunkProducts(input, sequences: sequences)
    defer { products.deallocate() }
    parallel(sequences.count * input.nHeads) { item in
        let (sequence, head) = item.quotientAndRemainder(dividingBy: input.nHeads)
        let state = states[sequence] + head * stateSize
        let rows = sequences[sequence]
        if rows.count == 1 {
            input.step(row: rows.lowerBound, head: head, state: state, into: y)
        } else {
            input.scan(rows, head: head, state: state, products: products, into: y)
        }
    }
}

/// `C Bᵀ` of every chunk, once per group: the same for all heads of the group.
private struct ChunkProducts {
    private let buffer: UnsafeMutableBufferPointer<Float>
    private let nGroups: Int

    init(_ input: SSDInput, sequences: [Range<Int>]) {
        nGroups = input.nGroups
        buffer = .allocate(capacity: input.x.rows * nGroups * chunk)
        let chunks = sequences.filter { $0.count > 1 }.flatMap(chunks(of:))
        parallel(chunks.count * nGroups) { [self] item in
            let (index, group) = item.quotientAndRemainder(dividingBy: nGroups)
            let rows = chunks[index]
            let columns = input.columns(ofGroup: group)
            serialGEMM(
                .plain(input.C.rows(rows).columns(columns)),
                .transposed(input.B.rows(rows).columns(columns)),
                into: self[rows, group])
        }
    }

    /// `[q, q]` of the chunk that covers `rows`.
    subscript(rows: Range<Int>, group: Int) -> Matrix {
        let offset = (rows.lowerBound * nGroups + group * rows.count) * chunk
        return Matrix(buffer.baseAddress! + offset, rows: rows.count, columns: rows.count)
    }

    func deallocate() { buffer.deallocate() }
}

private func chunks(of rows: Range<Int>) -> [Range<Int>] {
    stride(from: rows.lowerBound, to: rows.upperBound, by: chunk).map {
        $0..<min($0 + chunk, rows.upperBound)
    }
}

extension SSDInput {
    /// One position, by the recurrence itself.
    fileprivate func step(
        row: Int, head: Int, state: UnsafeMutablePointer<Float>, into y: Matrix
    ) {
        let offset = group(of: head) * dState
        let step = dt.row(row)[head]
        loops.ssd_step(
            state, x.row(row) + head * headDim, B.row(row) + offset, C.row(row) + offset,
            exp(step * A[head]), step, D[head], y.row(row) + head * headDim, headDim, dState)
    }

    /// One head of one sequence, chunk by chunk.
    fileprivate func scan(
        _ rows: Range<Int>, head: Int, state pointer: UnsafeMutablePointer<Float>,
        products: ChunkProducts, into y: Matrix
    ) {
        let state = Matrix(pointer, rows: headDim, columns: dState)
        let columns = head * headDim..<(head + 1) * headDim
        let group = group(of: head)
        let scratch = UnsafeMutablePointer<Float>.allocate(capacity: chunk * (chunk + 2 * headDim))
        defer { scratch.deallocate() }
        var logDecay = [Double](repeating: 0, count: chunk)

        for rows in chunks(of: rows) {
            let q = rows.count
            let mask = Matrix(scratch, rows: q, columns: q)
            let weighted = Matrix(scratch + chunk * chunk, rows: q, columns: headDim)
            let carried = Matrix(
                scratch + chunk * (chunk + headDim), rows: q, columns: headDim)
            let out = y.rows(rows).columns(columns)
            let xHead = x.rows(rows).columns(columns)
            let BGroup = B.rows(rows).columns(self.columns(ofGroup: group))
            let CGroup = C.rows(rows).columns(self.columns(ofGroup: group))

            var sum = 0.0
            for i in 0..<q {
                let step = dt.row(rows.lowerBound + i)[head]
                sum += Double(step) * Double(A[head])
                logDecay[i] = sum
                for p in 0..<headDim { weighted.row(i)[p] = step * xHead.row(i)[p] }
            }

            // y = (C Bᵀ ∘ decay) (dt x) + exp(c_i) C Sᵀ + D x
            loops.decay_mask(products[rows, group].pointer, logDecay, mask.pointer, q)
            serialGEMM(.plain(mask), .plain(weighted), into: out)
            serialGEMM(.plain(CGroup), .transposed(state), into: carried)
            for i in 0..<q {
                loops.axpy(Float(exp(logDecay[i])), carried.row(i), out.row(i), headDim)
                loops.axpy(D[head], xHead.row(i), out.row(i), headDim)
            }

            // S = exp(c_q) S + (exp(c_q − c_j) dt x)ᵀ B
            for j in 0..<q {
                let decay = Float(exp(sum - logDecay[j]))
                for p in 0..<headDim { weighted.row(j)[p] *= decay }
            }
            serialGEMM(
                .transposed(weighted), .plain(BGroup), into: state, beta: Float(exp(sum)))
        }
    }
}
