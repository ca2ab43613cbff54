import CKernels
import Foundation
import Tensors

/// What the state-space dual scan of one mixer reads.
///
/// Rows of all sequences stand one below the other.
package struct SSDInput {
    /// `[rows, n_heads · head_dim]`.
    let x: Matrix
    /// `[rows, n_groups · d_state]`; head `h` uses group `h / (n_heads / n_groups)`.
    let B: Matrix
    /// `[rows, n_groups · d_state]`.
    let C: Matrix
    /// `[rows, n_heads]`, after softplus and clamp.
    let dt: Matrix
    /// `[n_heads]`, negative: `-exp(A_log)`.
    let A: UnsafePointer<Float>
    /// `[n_heads]`, the skip weight.
    let D: UnsafePointer<Float>
    let headDim: Int
    let dState: Int
    /// What the views above look at.
    private let tensors: [Tensor]

    package init(
        x: Tensor, B: Tensor, C: Tensor, dt: Tensor, A: Tensor, D: Tensor, headDim: Int, dState: Int
    ) {
        tensors = [x, B, C, dt, A, D]
        (self.x, self.B, self.C, self.dt) = (x.matrix, B.matrix, C.matrix, dt.matrix)
        (self.A, self.D) = (UnsafePointer(A.vector), UnsafePointer(D.vector))
        self.headDim = headDim
        self.dState = dState
        precondition(
            self.x.columns == self.dt.columns * headDim && self.B.columns % dState == 0
                && self.B.columns == self.C.columns
                && self.dt.columns % (self.B.columns / dState) == 0,
            "SSD of x \(x.shape), B \(B.shape), dt \(dt.shape)")
    }

    var nHeads: Int { dt.columns }
    var nGroups: Int { B.columns / dState }
    func group(of head: Int) -> Int { head / (nHeads / nGroups) }
    func columns(ofGroup group: Int) -> Range<Int> { group * dState..<(group + 1) * dState }
}

/// Length of the pieces in which the scan is done with matrix products. The work inside a chunk
/// grows with its length and the work between chunks does not depend on it, so short chunks win
/// until the state is loaded and stored too often for the products done with it.
let chunk = 64

/// The SSM recurrence `S_t = exp(dt_t A) S_{t−1} + dt_t x_t ⊗ B_t`, `y_t = S_t C_t + D x_t` for
/// every head of every sequence, by chunks.
///
/// Within a chunk of length q with `c_i = Σ_{k≤i} dt_k A` (float64) and incoming state S:
///
///     M[i, j] = (C Bᵀ)[i, j] exp(c_i − c_j) dt_j for j ≤ i, and D more on the diagonal
///     y       = M x + exp(c_i) C Sᵀ
///     S_next  = exp(c_q) S + (exp(c_q − c_j) dt x)ᵀ B
///
/// - Parameters:
///   - sequences: the rows of each sequence.
///   - states: for each sequence its state `[n_heads, head_dim, d_state]`, read and replaced; if
///     nil, sequences start from zero and their last states are not kept.
///   - y: `[rows, n_heads · head_dim]`; overwritten.
/// - SeeAlso: Dao & Gu 2024, arXiv:2405.21060, section 6 and Listing 1.
package func ssdScan(
    _ input: SSDInput, sequences: [Range<Int>], states: Tensor?,
    into y: Tensor
) {
    let y = y.matrix
    let states = states?.starts
    precondition(
        y.rows == input.x.rows && y.columns == input.x.columns
            && states?.count ?? sequences.count == sequences.count,
        "SSD of [\(input.x.rows), \(input.x.columns)] into [\(y.rows), \(y.columns)]")
    guard !sequences.isEmpty else { return }
    // A single position with a state is done by the recurrence itself.
    let products = ChunkProducts(
        input, sequences: sequences.filter { $0.count > 1 || states == nil })
    defer { withExtendedLifetime(products) {} }
    // Heads that walk through a sequence together find its B and C in the cache, but every thread
    // should get several such sets.
    let sets = min(
        input.nHeads, max(2, (4 * Threads.count + sequences.count - 1) / sequences.count))
    parallel(sequences.count * sets) { item in
        let (sequence, set) = item.quotientAndRemainder(dividingBy: sets)
        let heads = input.nHeads * set / sets..<input.nHeads * (set + 1) / sets
        let rows = sequences[sequence]
        if rows.count == 1, let state = states?[sequence] {
            for head in heads { input.step(rows.lowerBound, head: head, state: state, into: y) }
        } else {
            HeadSet(input, heads: heads, products: products).scan(
                rows, state: states?[sequence], into: y)
        }
    }
}

/// `C Bᵀ` of every chunk, once per group: the same for all heads of the group.
private struct ChunkProducts {
    private let memory: Scratch
    private let nGroups: Int

    init(_ input: SSDInput, sequences: [Range<Int>]) {
        nGroups = input.nGroups
        memory = Scratch(bytes: input.x.rows * nGroups * chunk * 4)
        let chunks = sequences.flatMap(chunks(of:))
        parallel(chunks.count * nGroups) { [self] item in
            let (index, group) = item.quotientAndRemainder(dividingBy: nGroups)
            let rows = chunks[index]
            let columns = input.columns(ofGroup: group)
            let turned = Scratch(bytes: input.dState * chunk * 4)
            blockProduct(
                .plain(input.C.rows(rows).columns(columns)),
                input.B.rows(rows).columns(columns).transposed(
                    into: turned.pointer(to: Float.self), stride: chunk),
                into: self[rows, group], STATELENS_LOWER_RESULT)
            withExtendedLifetime(turned) {}
        }
    }

    /// `[q, q]` of the chunk that covers `rows`, in rows of a whole chunk.
    subscript(rows: Range<Int>, group: Int) -> Matrix {
        let offset = (rows.lowerBound * nGroups + group * rows.count) * chunk
        return Matrix(
            memory.pointer(to: Float.self) + offset, rows: rows.count, columns: rows.count,
            stride: chunk)
    }
}

func chunks(of rows: Range<Int>) -> [Range<Int>] {
    stride(from: rows.lowerBound, to: rows.upperBound, by: chunk).map {
        $0..<min($0 + chunk, rows.upperBound)
    }
}

extension SSDInput {
    /// One position of one head, by the recurrence itself.
    fileprivate func step(
        _ row: Int, head: Int, state: UnsafeMutablePointer<Float>, into y: Matrix
    ) {
        let offset = group(of: head) * dState
        let step = dt.row(row)[head]
        loops.ssd_step(
            state + head * headDim * dState, x.row(row) + head * headDim, B.row(row) + offset,
            C.row(row) + offset, exp(step * A[head]), step, D[head], y.row(row) + head * headDim,
            headDim, dState)
    }
}

/// Heads that one thread takes through a sequence, chunk by chunk.
private struct HeadSet {
    let input: SSDInput
    let heads: Range<Int>
    let products: ChunkProducts
    /// Row distance of x and of the states here: `head_dim`, padded to whole tiles of the loops.
    let width: Int

    init(_ input: SSDInput, heads: Range<Int>, products: ChunkProducts) {
        self.input = input
        self.heads = heads
        self.products = products
        width = tilePadded(input.headDim)
    }

    /// What one chunk of one head needs on the way, and `Sᵀ` `[d_state, head_dim]` of every head:
    /// turned, so that the channels of x and y run fastest in all three.
    private struct Working {
        let step, fromStart, toEnd, mask, x, states: UnsafeMutablePointer<Float>
        let logDecay: UnsafeMutablePointer<Double>
    }

    private func withWorking(_ body: (Working) -> Void) {
        // The first holds float64 numbers.
        let counts = [2 * chunk, chunk, chunk, chunk, chunk * chunk, chunk * width]
        let states = heads.count * input.dState * width
        let memory = Scratch(bytes: 4 * (counts.reduce(0, +) + states))
        var next = memory.pointer(to: Float.self)
        let parts = counts.map { count in
            defer { next += count }
            return next
        }
        // x keeps zeros in its padding.
        parts[5].update(repeating: 0, count: chunk * width)
        next.update(repeating: 0, count: states)
        body(
            Working(
                step: parts[1], fromStart: parts[2], toEnd: parts[3], mask: parts[4], x: parts[5],
                states: next, logDecay: memory.pointer(to: Double.self)))
        withExtendedLifetime(memory) {}
    }

    /// One sequence. `state` is that of all heads, nil for zeros that are not kept.
    func scan(_ rows: Range<Int>, state: UnsafeMutablePointer<Float>?, into y: Matrix) {
        let (headDim, dState) = (input.headDim, input.dState)
        withWorking { working in
            func turned(_ head: Int) -> UnsafeMutablePointer<Float> {
                working.states + (head - heads.lowerBound) * dState * width
            }
            if let state {
                for head in heads {
                    loops.transpose(
                        state + head * headDim * dState, dState, turned(head), width, headDim,
                        dState)
                }
            }
            for part in chunks(of: rows) {
                for head in heads {
                    let isFirst = part.lowerBound == rows.lowerBound
                    let isLast = part.upperBound == rows.upperBound
                    scan(
                        part, head: head, state: turned(head),
                        startsAtZero: isFirst && state == nil,
                        keepsState: !isLast || state != nil, working, into: y)
                }
            }
            if let state {
                for head in heads {
                    loops.transpose(
                        turned(head), width, state + head * headDim * dState, dState, dState,
                        headDim)
                }
            }
        }
    }

    /// One chunk of one head.
    private func scan(
        _ rows: Range<Int>, head: Int, state: UnsafeMutablePointer<Float>, startsAtZero: Bool,
        keepsState: Bool, _ working: Working, into y: Matrix
    ) {
        let q = rows.count
        let columns = head * input.headDim..<(head + 1) * input.headDim
        let group = input.group(of: head)
        let B = input.B.rows(rows).columns(input.columns(ofGroup: group))
        let C = input.C.rows(rows).columns(input.columns(ofGroup: group))
        let out = y.rows(rows).columns(columns)
        input.x.rows(rows).columns(columns).copy(
            to: Matrix(working.x, rows: q, columns: input.headDim, stride: width))
        loops.ssd_decays(
            input.dt.row(rows.lowerBound) + head, input.dt.stride, input.A[head], q, working.step,
            working.logDecay, working.fromStart, working.toEnd)

        // y = M x + exp(c_i) C Sᵀ
        loops.ssd_mask(
            products[rows, group].pointer, working.logDecay, working.step, input.D[head],
            working.mask, chunk, q)
        loops.ssd_outputs(
            C.pointer, C.stride, startsAtZero ? nil : state, working.fromStart, working.mask,
            chunk, working.x, width, out.pointer, out.stride, q, input.headDim, input.dState)

        // Sᵀ = exp(c_q) Sᵀ + Bᵀ (exp(c_q − c_j) dt x)
        guard keepsState else { return }
        loops.scale_rows(working.x, working.toEnd, q, width)
        loops.ssd_carry(
            state, working.fromStart[q - 1], B.pointer, B.stride, working.x, width, q,
            input.dState)
    }
}
