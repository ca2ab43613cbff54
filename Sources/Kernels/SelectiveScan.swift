import Tensors

/// The Mamba-1 recurrence, each channel with its own `A`:
/// `S_t = exp(dt_t A) ∘ S_{t−1} + dt_t x_t B_t`, `y_t = S_t · C_t + D x_t`.
///
/// - Parameters:
///   - x: `[rows, d_inner]`, contiguous; all sequences one below the other.
///   - dt: `[rows, d_inner]`, contiguous, after softplus.
///   - B: `[rows, d_state]`.
///   - C: `[rows, d_state]`, same row distance as `B`.
///   - A: `[d_inner, d_state]`, negative.
///   - D: `[d_inner]`.
///   - states: for each sequence `[d_inner, d_state]`, read and replaced; if nil, sequences start
///     from zero and their last states are not kept.
///   - y: `[rows, d_inner]`, contiguous; overwritten.
/// - SeeAlso: Gu & Dao 2023, arXiv:2312.00752, Algorithm 2.
package func selectiveScan(
    x: Tensor, dt: Tensor, B: Tensor, C: Tensor, A: Tensor,
    D: Tensor, sequences: [Range<Int>], states: Tensor?,
    into y: Tensor
) {
    let (x, dt, B, C, y) = (x.matrix, dt.matrix, B.matrix, C.matrix, y.matrix)
    let (A, D) = (A.vector, D.vector)
    let states = states?.starts
    precondition(
        x.stride == x.columns && dt.stride == x.columns && y.stride == x.columns
            && B.stride == C.stride && B.columns == C.columns,
        "selective scan of x [\(x.rows), \(x.columns)], B [\(B.rows), \(B.columns)]")
    let dState = B.columns
    parallel(sequences.count * x.columns) { item in
        let (sequence, channel) = item.quotientAndRemainder(dividingBy: x.columns)
        let first = sequences[sequence].lowerBound
        func scan(_ state: UnsafeMutablePointer<Float>?) {
            loops.selective_scan(
                state, x.row(first) + channel, dt.row(first) + channel, x.stride, B.row(first),
                C.row(first), B.stride, A + channel * dState, D[channel], y.row(first) + channel,
                sequences[sequence].count, dState)
        }
        if let states { return scan(states[sequence] + channel * dState) }
        withUnsafeTemporaryAllocation(of: Float.self, capacity: dState) { state in
            state.initialize(repeating: 0)
            scan(state.baseAddress)
        }
    }
}
