import Tensors

/// Gradients of `selectiveScan` for sequences that start from zero.
///
/// With S̄_t the gradient in S_t, back to front, ∘ elementwise and all of it channel by channel,
///
///     S̄_t = dy_t C_t + exp(dt_{t+1} A) ∘ S̄_{t+1},   e_t = S̄_t ∘ S_{t−1} ∘ exp(dt_t A)
///     dx  = dt (S̄ · B) + D dy,   ddt = x (S̄ · B) + A · e,   dD = Σ_t dy x
///     dA  = Σ_t dt e,   dB = Σ_channels dt x S̄,   dC = Σ_channels dy S
///
/// The states between are not kept from the forward pass: one in 64 positions is computed anew, front to
/// back, and those between from it when the gradients come there.
///
/// - Parameters:
///   - x, dt, B, C, A, D: as of the forward pass.
///   - dy: `[rows, d_inner]`, contiguous.
///   - dx: `[rows, d_inner]`, contiguous; overwritten, as `dt`'s gradient.
///   - dB: `[rows, d_state]`; overwritten, as `dC`.
///   - dA: `[d_inner, d_state]`, added to, as `dD` `[d_inner]`.
package func selectiveScanBackward(
    x: Tensor, dt: Tensor, B: Tensor, C: Tensor, A: Tensor, D: Tensor,
    sequences: [Range<Int>], dy: Tensor, into dx: Tensor, dt dStep: Tensor, B dB: Tensor,
    C dC: Tensor, A dA: Tensor, D dD: Tensor
) {
    let (x, dt, B, C, dy, dx, dStep, dB, dC) = (
        x.matrix, dt.matrix, B.matrix, C.matrix, dy.matrix, dx.matrix, dStep.matrix, dB.matrix,
        dC.matrix
    )
    let (A, D, dA, dD) = (A.vector, D.vector, dA.vector, dD.vector)
    precondition(
        [x, dt, dy, dx, dStep].allSatisfy { $0.columns == x.columns && $0.stride == x.columns }
            && B.stride == C.stride && [C, dB, dC].allSatisfy { $0.columns == B.columns },
        "selective scan backward of x [\(x.rows), \(x.columns)], B [\(B.rows), \(B.columns)]")
    let (channels, dState) = (x.columns, B.columns)
    // dB and dC are sums over channels: groups of them have shares of their own, however many threads
    // there are.
    let groupWidth = 32
    let groups = (channels + groupWidth - 1) / groupWidth
    let scratch = Scratch(bytes: groups * x.rows * 2 * dState * 4)
    let shares = Matrix(
        scratch.pointer(to: Float.self), rows: groups * x.rows, columns: 2 * dState)
    parallel(groups) { group in
        let share = shares.row(group * x.rows)
        share.update(repeating: 0, count: x.rows * 2 * dState)
        for channel in group * groupWidth..<min((group + 1) * groupWidth, channels) {
            for rows in sequences {
                dD[channel] += scanBackward(rows, channel, share)
            }
        }
    }
    parallelRanges(x.rows, grain: 16) { rows in
        for row in rows {
            dB.row(row).update(repeating: 0, count: dState)
            dC.row(row).update(repeating: 0, count: dState)
            for group in 0..<groups {
                let share = shares.row(group * x.rows + row)
                loops.axpy(1, share, dB.row(row), dState)
                loops.axpy(1, share + dState, dC.row(row), dState)
            }
        }
    }
    withExtendedLifetime(scratch) {}

    /// Of one channel of one sequence; returns its part of `dD`.
    func scanBackward(
        _ rows: Range<Int>, _ channel: Int, _ share: UnsafeMutablePointer<Float>
    ) -> Float {
        let length = 64
        let starts = Array(stride(from: rows.lowerBound, to: rows.upperBound, by: length))
        let (a, d) = (A + channel * dState, D[channel])
        // The states before the chunks, those of one chunk, its decays, and S̄.
        let count = (starts.count + 2 * length + 2) * dState
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { memory in
            memory.initialize(repeating: 0)
            guard let before = memory.baseAddress else { return 0 }
            let states = before + starts.count * dState
            let decays = states + (length + 1) * dState
            let gradient = decays + length * dState
            for (index, start) in starts.enumerated().dropLast() {
                let next = before + (index + 1) * dState
                next.update(from: before + index * dState, count: dState)
                // What it reads is not needed: the gradient will stand there.
                loops.selective_scan(
                    next, x.row(start) + channel, dt.row(start) + channel, channels, B.row(start),
                    C.row(start), B.stride, a, d, dx.row(start) + channel, length, dState)
            }
            var dDChannel: Float = 0
            for (index, start) in starts.enumerated().reversed() {
                states.update(from: before + index * dState, count: dState)
                let ofStart = share + start * 2 * dState
                dDChannel += loops.selective_scan_gradient(
                    states, decays, gradient, x.row(start) + channel, dt.row(start) + channel,
                    channels, B.row(start), C.row(start), B.stride, a, d, dy.row(start) + channel,
                    dx.row(start) + channel, dStep.row(start) + channel, ofStart, ofStart + dState,
                    2 * dState, dA + channel * dState, min(length, rows.upperBound - start), dState)
            }
            return dDChannel
        }
    }
}
