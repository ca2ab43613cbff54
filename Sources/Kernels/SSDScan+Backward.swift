import CKernels
import Foundation
import Tensors

/// Where the gradients of `ssdScan` go; shapes as in `SSDInput`.
package struct SSDGradient {
    /// Overwritten.
    let x, B, C, dt: Matrix
    /// `[n_heads]`, added to.
    let A, D: UnsafeMutablePointer<Float>
    /// What the views above look at.
    private let tensors: [Tensor]

    package init(x: Tensor, B: Tensor, C: Tensor, dt: Tensor, A: Tensor, D: Tensor) {
        tensors = [x, B, C, dt, A, D]
        (self.x, self.B, self.C, self.dt) = (x.matrix, B.matrix, C.matrix, dt.matrix)
        (self.A, self.D) = (A.vector, D.vector)
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
    _ input: SSDInput, sequences: [Range<Int>], states: Tensor? = nil, dy: Tensor,
    into gradient: SSDGradient, stateGradients: Tensor? = nil
) {
    let dy = dy.matrix
    let (states, stateGradients) = (states?.starts, stateGradients?.starts)
    precondition(
        dy.rows == input.x.rows && dy.columns == input.x.columns
            && states?.count ?? sequences.count == sequences.count
            && stateGradients?.count ?? sequences.count == sequences.count,
        "SSD backward of [\(input.x.rows), \(input.x.columns)], dy [\(dy.rows), \(dy.columns)]")
    var count = 0
    let chunksOfSequences = sequences.enumerated().map { index, rows in
        chunks(of: rows).map { part in
            defer { count += 1 }
            return Chunk(
                index: count, rows: part,
                startsAtZero: part.lowerBound == rows.lowerBound && states == nil,
                isLast: part.upperBound == rows.upperBound)
        }
    }
    let backward = SSDBackward(input, chunkCount: count, dy: dy, gradient: gradient)
    parallel(sequences.count * input.nHeads) { item in
        let (sequence, head) = item.quotientAndRemainder(dividingBy: input.nHeads)
        let chunks = chunksOfSequences[sequence]
        backward.sweepForward(chunks, head: head, from: states?[sequence])
        backward.sweepBackward(chunks, head: head, into: stateGradients?[sequence])
    }
    let all = chunksOfSequences.flatMap(\.self)
    parallel(count * input.nGroups) { item in
        let (index, group) = item.quotientAndRemainder(dividingBy: input.nGroups)
        backward.gradients(of: all[index], group: group)
    }
    backward.addSums()
}

private struct Chunk {
    /// Among the chunks of all sequences.
    let index: Int
    let rows: Range<Int>
    /// Whether the state before it is zero.
    let startsAtZero: Bool
    /// Of its sequence, so that the gradient of the state after it is zero.
    let isLast: Bool
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
        let states = chunkCount * input.nHeads * input.headDim * tilePadded(input.dState)
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
        let stride = tilePadded(input.dState)
        return Matrix(
            stateScratch.pointer(to: Float.self)
                + (index * input.nHeads + head) * input.headDim * stride,
            rows: input.headDim, columns: input.dState, stride: stride)
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
    func sweepForward(_ chunks: [Chunk], head: Int, from start: UnsafePointer<Float>?) {
        if let start {
            let size = input.headDim * input.dState
            Matrix(
                UnsafeMutablePointer(mutating: start) + head * size, rows: input.headDim,
                columns: input.dState
            ).copy(to: state(chunks[0].index, head))
        }
        guard chunks.count > 1 else { return }
        let work = ChunkScratch(input)
        for chunk in chunks.dropLast() {
            let decays = work.decays(chunk.rows, head: head)
            let next = state(chunk.index + 1, head)
            if !chunk.startsAtZero { state(chunk.index, head).copy(to: next) }
            let x = work.scaled(input.x.rows(chunk.rows).columns(columns(head)), by: decays.toEnd)
            let B = group(input.B, chunk.rows, input.group(of: head)).tileReady(in: work.B)
            blockProduct(
                .transposed(x), B, into: next,
                beta: chunk.startsAtZero ? 0 : decays.fromStart[chunk.rows.count - 1])
        }
    }

    /// `S̄ ← exp(c_q) S̄ + (exp(c_i) dy)ᵀ C`, kept after each chunk.
    func sweepBackward(_ chunks: [Chunk], head: Int, into start: UnsafeMutablePointer<Float>?) {
        guard chunks.count > 1 || start != nil else { return }
        let size = input.headDim * input.dState
        let work = ChunkScratch(input)
        for (position, chunk) in chunks.enumerated().reversed() {
            let before: Matrix
            if position > 0 {
                before = stateGradient(chunk.index - 1, head)
            } else if let start {
                before = Matrix(
                    start + head * size, rows: input.headDim, columns: input.dState)
            } else {
                break
            }
            let decays = work.decays(chunk.rows, head: head)
            if !chunk.isLast { stateGradient(chunk.index, head).copy(to: before) }
            let scaled = work.scaled(
                dy.rows(chunk.rows).columns(columns(head)), by: decays.fromStart)
            let C = group(input.C, chunk.rows, input.group(of: head)).tileReady(in: work.C)
            blockProduct(
                .transposed(scaled), C, into: before,
                beta: chunk.isLast ? 0 : decays.fromStart[chunk.rows.count - 1])
        }
    }

    /// All gradients of one chunk in the heads of one group.
    func gradients(of chunk: Chunk, group: Int) {
        let (work, rows) = (ChunkScratch(input), chunk.rows)
        let (dB, dC) = (self.group(gradient.B, rows, group), self.group(gradient.C, rows, group))
        let B = self.group(input.B, rows, group).tileReady(in: work.B)
        let C = self.group(input.C, rows, group).tileReady(in: work.C)
        for i in 0..<rows.count {
            dB.row(i).update(repeating: 0, count: input.dState)
            dC.row(i).update(repeating: 0, count: input.dState)
        }
        let dProducts = work.square(.dProducts, rows.count)
        dProducts.pointer.update(repeating: 0, count: Kernels.chunk * Kernels.chunk)
        blockProduct(
            .plain(C), B.transposed(into: work.turned, stride: Kernels.chunk),
            into: work.square(.products, rows.count), STATELENS_LOWER_RESULT)
        let headsOfGroup = input.nHeads / input.nGroups
        for head in group * headsOfGroup..<(group + 1) * headsOfGroup {
            gradients(ofHead: head, chunk, B: B, C: C, dB: dB, dC: dC, work)
        }
        blockProduct(.plain(dProducts), B, into: dC, beta: 1, STATELENS_LOWER_FACTOR)
        blockProduct(.transposed(dProducts), C, into: dB, beta: 1, STATELENS_UPPER_FACTOR)
    }

    private func gradients(
        ofHead head: Int, _ chunk: Chunk, B: Matrix, C: Matrix, dB: Matrix, dC: Matrix,
        _ work: ChunkScratch
    ) {
        let (rows, q) = (chunk.rows, chunk.rows.count)
        let (S, dS) = (state(chunk.index, head), stateGradient(chunk.index, head))
        let x = input.x.rows(rows).columns(columns(head))
        let dy = dy.rows(rows).columns(columns(head)).tileReady(in: work.dy)
        let dx = gradient.x.rows(rows).columns(columns(head))
        let decays = work.decays(rows, head: head)
        let (dc, along) = (work.dc, work.along)
        dc.update(repeating: 0, count: q)

        let (mask, dMask) = (work.square(.mask, q), work.square(.dMask, q))
        blockProduct(
            .plain(dy), x.transposed(into: work.turned, stride: Kernels.chunk), into: dMask,
            STATELENS_LOWER_RESULT)
        loops.ssd_mask_gradient(
            work.square(.products, q).pointer, decays.logDecay, decays.step, input.D[head],
            dMask.pointer, mask.pointer, work.square(.dProducts, q).pointer, dc, work.dStep,
            Kernels.chunk, q)

        let wide = work.wide(q)
        var atEnd = 0.0
        if !chunk.startsAtZero {
            // exp(c_i) dy S: to dC, and by its product with C to dc.
            blockProduct(.plain(dy), S, into: wide)
            loops.ssd_join(
                wide.pointer, wide.stride, C.pointer, C.stride, decays.fromStart, dC.pointer,
                dC.stride, along, q, input.dState)
            for i in 0..<q { dc[i] += Double(decays.fromStart[i]) * along[i] }
            if !chunk.isLast {
                for p in 0..<input.headDim {
                    atEnd += loops.dot(S.row(p), dS.row(p), input.dState)
                }
                atEnd *= Double(decays.fromStart[q - 1])
            }
        }
        if !chunk.isLast {
            // exp(c_q − c_j) dt x S̄: to dB, and by its product with B to dc and ddt.
            blockProduct(.plain(x), dS, into: wide)
            loops.ssd_join(
                wide.pointer, wide.stride, B.pointer, B.stride, decays.toEnd, dB.pointer,
                dB.stride, along, q, input.dState)
            for j in 0..<q {
                let v = Double(decays.toEnd[j]) * along[j]
                dc[j] -= v
                atEnd += v
                let gap = exp(decays.logDecay[q - 1] - decays.logDecay[j])
                work.dStep[j] += Float(gap * along[j])
            }
            // exp(c_q − c_j) dt B S̄ᵀ: to dx.
            let turned = dS.transposed(into: work.turned, stride: tilePadded(input.headDim))
            blockProduct(.plain(B), turned, scaledBy: decays.toEnd, into: dx)
        }
        dc[q - 1] += atEnd
        blockProduct(
            .transposed(mask), dy, into: dx, beta: chunk.isLast ? 0 : 1, STATELENS_UPPER_FACTOR)

        var (da, dA, dD) = (0.0, 0.0, 0.0)
        for k in (0..<q).reversed() {
            da += dc[k]
            dA += Double(decays.step[k]) * da
            dD += Double(dMask.row(k)[k])
            gradient.dt.row(rows.lowerBound + k)[head] =
                Float(Double(input.A[head]) * da + Double(work.dStep[k]))
        }
        sums(chunk.index, head)[0] = dA
        sums(chunk.index, head)[1] = dD
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

    /// Of every position of the chunk: dt, c, exp(c_i) and dt exp(c_q − c_j).
    struct Decays {
        let step, fromStart, toEnd: UnsafeMutablePointer<Float>
        let logDecay: UnsafeMutablePointer<Double>
    }

    private let input: SSDInput
    private let memory: Scratch
    /// Vectors of float64, then of float32, one chunk long.
    let logDecay, dc, along: UnsafeMutablePointer<Double>
    private let step, fromStart, toEnd: UnsafeMutablePointer<Float>
    let dStep: UnsafeMutablePointer<Float>
    private let squares, wideRows: UnsafeMutablePointer<Float>
    /// Rows of B, C and dy, where they must be padded.
    let B, C, dy: UnsafeMutablePointer<Float>
    /// A transpose: of B, x or S̄.
    let turned: UnsafeMutablePointer<Float>

    init(_ input: SSDInput) {
        self.input = input
        let (N, P) = (tilePadded(input.dState), tilePadded(input.headDim))
        let vectors = 3 * 2 * chunk + 4 * chunk
        let turnedCount = max(max(N, P) * chunk, N * P)
        memory = Scratch(bytes: 4 * (vectors + chunk * (4 * chunk + 3 * N + P) + turnedCount))
        logDecay = memory.pointer(to: Double.self)
        (dc, along) = (logDecay + chunk, logDecay + 2 * chunk)
        let floats = memory.pointer(to: Float.self)
        // The loops read whole vectors and choose away what lies beyond the chunk, if it is finite.
        floats.update(repeating: 0, count: vectors)
        step = floats + 6 * chunk
        (fromStart, toEnd, dStep) = (step + chunk, step + 2 * chunk, step + 3 * chunk)
        squares = floats + vectors
        wideRows = squares + 4 * chunk * chunk
        B = wideRows + chunk * N
        C = B + chunk * N
        dy = C + chunk * N
        turned = dy + chunk * P
    }

    /// `[q, q]` in rows of a whole chunk.
    func square(_ name: Square, _ q: Int) -> Matrix {
        Matrix(
            squares + name.rawValue * chunk * chunk, rows: q, columns: q, stride: chunk)
    }

    /// `[q, d_state]`.
    func wide(_ q: Int) -> Matrix { Matrix(wideRows, rows: q, columns: input.dState) }

    func decays(_ rows: Range<Int>, head: Int) -> Decays {
        loops.ssd_decays(
            input.dt.row(rows.lowerBound) + head, input.dt.stride, input.A[head], rows.count, step,
            logDecay, fromStart, toEnd)
        return Decays(step: step, fromStart: fromStart, toEnd: toEnd, logDecay: logDecay)
    }

    /// `factor ∘ x`, `[q, head_dim]`, in the memory of `turned`.
    func scaled(_ x: Matrix, by factor: UnsafePointer<Float>) -> Matrix {
        let result = Matrix(turned, rows: x.rows, columns: x.columns)
        x.copy(to: result)
        loops.scale_rows(result.pointer, factor, x.rows, x.columns)
        return result
    }
}
