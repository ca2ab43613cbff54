import Foundation

/// Where the gradients of `ssdScan` go; shapes as in `SSDInput`.
package struct SSDGradient {
    /// Overwritten.
    package let x, B, C, dt: Matrix
    /// `[n_heads]`, added to.
    package let A, D: UnsafeMutablePointer<Float>

    package init(
        x: Matrix, B: Matrix, C: Matrix, dt: Matrix, A: UnsafeMutablePointer<Float>,
        D: UnsafeMutablePointer<Float>
    ) {
        self.x = x
        self.B = B
        self.C = C
        self.dt = dt
        self.A = A
        self.D = D
    }
}

/// Gradients of `ssdScan` for `dy` `[rows, n_heads · head_dim]`, contiguous.
///
/// Nothing but the input is kept from the forward pass: the states S before each chunk are computed
/// anew, front to back, and the gradients S̄ of the states after each chunk back to front,
///
///     S̄ ← exp(c_q) S̄ + (exp(c_i) dy)ᵀ C
///
/// then every chunk stands for itself. With L, M as in `ssdScan`, `dM = dy xᵀ` and elementwise ∘:
///
///     dx  = Mᵀ dy + exp(c_q − c_j) dt B S̄ᵀ
///     dC  = dG B + exp(c_i) dy S,                dG = dM ∘ L dt
///     dB  = dGᵀ C + exp(c_q − c_j) dt x S̄
///     dD  = Σ_i dM[i, i]
///     dc  = row sums − column sums of dM ∘ M     (the diagonal cancels)
///           + exp(c_i) dy_i S C_i − v_j          with v_j = exp(c_q − c_j) dt_j x_j S̄ B_j,
///           and Σ_j v_j + exp(c_q) ⟨S, S̄⟩ more at the last position
///     da_k = Σ_{i≥k} dc_i,   dA = Σ_k dt_k da_k
///     ddt_j = A da_j + Σ_i (dM ∘ C Bᵀ ∘ L)[i, j] + v_j / dt_j
///
/// - Parameters:
///   - states: for each sequence the state it started from, zeros if nil.
///   - stateGradients: for each sequence, receives the gradient in that state.
package func ssdScanBackward(
    _ input: SSDInput, sequences: [Range<Int>], states: [UnsafePointer<Float>]? = nil, dy: Matrix,
    into gradient: SSDGradient, stateGradients: [UnsafeMutablePointer<Float>]? = nil
) {
    precondition(
        dy.rows == input.x.rows && dy.columns == input.x.columns
            && states?.count ?? sequences.count == sequences.count
            && stateGradients?.count ?? sequences.count == sequences.count,
        "SSD backward of [\(input.x.rows), \(input.x.columns)], dy [\(dy.rows), \(dy.columns)]")
    let chunksOfSequences = sequences.map(chunks(of:))
    var firstChunk = 0
    let firsts = chunksOfSequences.map { chunks in
        defer { firstChunk += chunks.count }
        return firstChunk
    }
    let all = chunksOfSequences.flatMap(\.self)
    let backward = SSDBackward(input, chunkCount: all.count, dy: dy, gradient: gradient)
    parallel(sequences.count * input.nHeads) { item in
        let (sequence, head) = item.quotientAndRemainder(dividingBy: input.nHeads)
        let chunks = Array(zip(firsts[sequence]..., chunksOfSequences[sequence]))
        backward.sweepForward(chunks, head: head, from: states?[sequence])
        backward.sweepBackward(chunks, head: head, into: stateGradients?[sequence])
    }
    parallel(all.count * input.nGroups) { item in
        let (index, group) = item.quotientAndRemainder(dividingBy: input.nGroups)
        backward.gradients(ofChunk: index, all[index], group: group)
    }
    backward.addSums()
}

/// What all chunks share: the states around them and their shares of the sums over positions.
private struct SSDBackward {
    let input: SSDInput
    let dy: Matrix
    let gradient: SSDGradient
    private let chunkCount: Int
    private let stateScratch, sumScratch: Scratch

    init(_ input: SSDInput, chunkCount: Int, dy: Matrix, gradient: SSDGradient) {
        self.input = input
        self.chunkCount = chunkCount
        self.dy = dy
        self.gradient = gradient
        let states = chunkCount * input.nHeads * input.headDim * input.dState
        stateScratch = Scratch(bytes: 2 * states * 4)
        sumScratch = Scratch(bytes: 2 * chunkCount * input.nHeads * 8)
    }

    /// S before a chunk, `[head_dim, d_state]`.
    private func state(_ chunk: Int, _ head: Int) -> Matrix { matrix(chunk, head) }

    /// S̄ after a chunk, `[head_dim, d_state]`.
    private func stateGradient(_ chunk: Int, _ head: Int) -> Matrix {
        matrix(chunkCount + chunk, head)
    }

    private func matrix(_ index: Int, _ head: Int) -> Matrix {
        let size = input.headDim * input.dState
        return Matrix(
            stateScratch.pointer(to: Float.self) + (index * input.nHeads + head) * size,
            rows: input.headDim, columns: input.dState)
    }

    /// Shares of dA and dD.
    private func sums(_ chunk: Int, _ head: Int) -> UnsafeMutablePointer<Double> {
        sumScratch.pointer(to: Double.self) + 2 * (chunk * input.nHeads + head)
    }

    private func columns(_ head: Int) -> Range<Int> {
        head * input.headDim..<(head + 1) * input.headDim
    }

    private func group(_ matrix: Matrix, _ rows: Range<Int>, _ group: Int) -> Matrix {
        matrix.rows(rows).columns(input.columns(ofGroup: group))
    }

    /// `S ← exp(c_q) S + (exp(c_q − c_j) dt x)ᵀ B`, kept before each chunk.
    func sweepForward(
        _ chunks: [(Int, Range<Int>)], head: Int, from start: UnsafePointer<Float>?
    ) {
        let size = input.headDim * input.dState
        let first = state(chunks[0].0, head)
        if let start {
            first.pointer.update(from: start + head * size, count: size)
        } else {
            first.pointer.update(repeating: 0, count: size)
        }
        let work = ChunkScratch(input)
        for (index, rows) in chunks.dropLast() {
            let decays = work.decays(rows, head: head)
            let next = state(index + 1, head)
            state(index, head).copy(to: next)
            let x = work.scaled(input.x.rows(rows).columns(columns(head)), by: decays.toEnd)
            serialGEMM(
                .transposed(x), .plain(group(input.B, rows, input.group(of: head))), into: next,
                beta: decays.fromStart[rows.count - 1])
        }
    }

    /// `S̄ ← exp(c_q) S̄ + (exp(c_i) dy)ᵀ C`, kept after each chunk.
    func sweepBackward(
        _ chunks: [(Int, Range<Int>)], head: Int, into start: UnsafeMutablePointer<Float>?
    ) {
        let size = input.headDim * input.dState
        let last = stateGradient(chunks[chunks.count - 1].0, head)
        last.pointer.update(repeating: 0, count: size)
        let work = ChunkScratch(input)
        for (position, (index, rows)) in chunks.enumerated().reversed() {
            let before: Matrix
            if position > 0 {
                before = stateGradient(index - 1, head)
            } else if let start {
                before = Matrix(
                    start + head * size, rows: input.headDim, columns: input.dState)
            } else {
                break
            }
            let decays = work.decays(rows, head: head)
            stateGradient(index, head).copy(to: before)
            let scaled = work.scaled(dy.rows(rows).columns(columns(head)), by: decays.fromStart)
            serialGEMM(
                .transposed(scaled), .plain(group(input.C, rows, input.group(of: head))),
                into: before, beta: decays.fromStart[rows.count - 1])
        }
    }

    /// All gradients of one chunk in the heads of one group.
    func gradients(ofChunk index: Int, _ rows: Range<Int>, group: Int) {
        let work = ChunkScratch(input)
        let (B, C) = (self.group(input.B, rows, group), self.group(input.C, rows, group))
        let (dB, dC) = (self.group(gradient.B, rows, group), self.group(gradient.C, rows, group))
        for i in 0..<rows.count {
            dB.row(i).update(repeating: 0, count: input.dState)
            dC.row(i).update(repeating: 0, count: input.dState)
        }
        let products = work.square(.products, rows.count)
        let dProducts = work.square(.dProducts, rows.count)
        dProducts.pointer.update(repeating: 0, count: chunk * chunk)
        serialGEMM(.plain(C), .transposed(B), into: products)
        let headsOfGroup = input.nHeads / input.nGroups
        for head in group * headsOfGroup..<(group + 1) * headsOfGroup {
            gradients(ofHead: head, index, rows, B: B, C: C, dB: dB, dC: dC, work)
        }
        serialGEMM(.plain(dProducts), .plain(B), into: dC, beta: 1)
        serialGEMM(.transposed(dProducts), .plain(C), into: dB, beta: 1)
    }

    private func gradients(
        ofHead head: Int, _ index: Int, _ rows: Range<Int>, B: Matrix, C: Matrix, dB: Matrix,
        dC: Matrix, _ work: ChunkScratch
    ) {
        let (q, P, N) = (rows.count, input.headDim, input.dState)
        let (S, dS) = (state(index, head), stateGradient(index, head))
        let x = input.x.rows(rows).columns(columns(head))
        let dy = dy.rows(rows).columns(columns(head))
        let dx = gradient.x.rows(rows).columns(columns(head))
        let decays = work.decays(rows, head: head)
        let dc = work.dc
        dc.update(repeating: 0, count: q)

        let (mask, dMask) = (work.square(.mask, q), work.square(.dMask, q))
        serialGEMM(.plain(dy), .transposed(x), into: dMask)
        loops.ssd_mask_gradient(
            work.square(.products, q).pointer, decays.logDecay, decays.step, input.D[head],
            dMask.pointer, mask.pointer, work.square(.dProducts, q).pointer, dc, work.dStep,
            chunk, q)
        serialGEMM(.transposed(mask), .plain(dy), into: dx)

        let wide = work.wide(q)
        // exp(c_i) dy S: to dC, and by its product with C to dc.
        serialGEMM(.plain(dy), .plain(S), into: wide)
        for i in 0..<q {
            let decay = decays.fromStart[i]
            dc[i] += Double(decay) * loops.dot(wide.row(i), C.row(i), N)
            loops.axpy(decay, wide.row(i), dC.row(i), N)
        }
        // exp(c_q − c_j) dt x S̄: to dB, and by its product with B to dc and ddt.
        serialGEMM(.plain(x), .plain(dS), into: wide)
        var atEnd = Double(decays.fromStart[q - 1]) * loops.dot(S.pointer, dS.pointer, P * N)
        for j in 0..<q {
            let along = loops.dot(wide.row(j), B.row(j), N)
            let v = Double(decays.toEnd[j]) * along
            dc[j] -= v
            atEnd += v
            work.dStep[j] += Float(Double(decays.gap[j]) * along)
            loops.axpy(decays.toEnd[j], wide.row(j), dB.row(j), N)
        }
        dc[q - 1] += atEnd
        // exp(c_q − c_j) dt B S̄ᵀ: to dx.
        let carried = work.carried(q)
        serialGEMM(.plain(B), .transposed(dS), into: carried)
        for j in 0..<q { loops.axpy(decays.toEnd[j], carried.row(j), dx.row(j), P) }

        var (da, dA, dD) = (0.0, 0.0, 0.0)
        for k in (0..<q).reversed() {
            da += dc[k]
            dA += Double(decays.step[k]) * da
            dD += Double(dMask.row(k)[k])
            gradient.dt.row(rows.lowerBound + k)[head] =
                Float(Double(input.A[head]) * da + Double(work.dStep[k]))
        }
        sums(index, head)[0] = dA
        sums(index, head)[1] = dD
    }

    func addSums() {
        for head in 0..<input.nHeads {
            var (dA, dD) = (Double(gradient.A[head]), Double(gradient.D[head]))
            for chunk in 0..<chunkCount {
                dA += sums(chunk, head)[0]
                dD += sums(chunk, head)[1]
            }
            gradient.A[head] = Float(dA)
            gradient.D[head] = Float(dD)
        }
    }
}

/// Memory for one chunk of one head at a time, and its decays.
private struct ChunkScratch {
    enum Square: Int { case products, dProducts, mask, dMask }

    /// Of every position of the chunk: dt, c, exp(c_i), exp(c_q − c_j) and the last times dt.
    struct Decays {
        let step, fromStart, gap, toEnd: UnsafeMutablePointer<Float>
        let logDecay: UnsafeMutablePointer<Double>
    }

    private let input: SSDInput
    private let floats, doubles: Scratch

    init(_ input: SSDInput) {
        self.input = input
        let count = chunk * (4 * chunk + input.dState + input.headDim + 5)
        floats = Scratch(bytes: count * 4)
        doubles = Scratch(bytes: 2 * chunk * 8)
        // The loops read whole vectors and choose away what lies beyond the chunk.
        floats.pointer(to: Float.self).update(repeating: 0, count: count)
        doubles.pointer(to: Double.self).update(repeating: 0, count: 2 * chunk)
    }

    private func vector(_ index: Int) -> UnsafeMutablePointer<Float> {
        floats.pointer(to: Float.self) + index * chunk
    }

    var dStep: UnsafeMutablePointer<Float> { vector(4) }
    var dc: UnsafeMutablePointer<Double> { doubles.pointer(to: Double.self) + chunk }

    /// `[q, q]` in rows of a whole chunk.
    func square(_ name: Square, _ q: Int) -> Matrix {
        Matrix(vector(5 + name.rawValue * chunk), rows: q, columns: q, stride: chunk)
    }

    /// `[q, d_state]`.
    func wide(_ q: Int) -> Matrix {
        Matrix(vector(5 + 4 * chunk), rows: q, columns: input.dState)
    }

    /// `[q, head_dim]`.
    func carried(_ q: Int) -> Matrix {
        Matrix(vector(5 + 4 * chunk + input.dState), rows: q, columns: input.headDim)
    }

    func decays(_ rows: Range<Int>, head: Int) -> Decays {
        let decays = Decays(
            step: vector(0), fromStart: vector(1), gap: vector(2), toEnd: vector(3),
            logDecay: doubles.pointer(to: Double.self))
        loops.ssd_decays(
            input.dt.row(rows.lowerBound) + head, input.dt.stride, input.A[head], rows.count,
            decays.step, decays.logDecay, decays.fromStart, decays.toEnd)
        let end = decays.logDecay[rows.count - 1]
        for j in 0..<rows.count { decays.gap[j] = Float(exp(end - decays.logDecay[j])) }
        return decays
    }

    /// `factor ∘ x`, `[q, head_dim]`; lives until the next call.
    func scaled(_ x: Matrix, by factor: UnsafePointer<Float>) -> Matrix {
        let result = carried(x.rows)
        x.copy(to: result)
        loops.scale_rows(result.pointer, factor, x.rows, x.columns)
        return result
    }
}
