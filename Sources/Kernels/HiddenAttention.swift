import Foundation
import Tensors

/// How much each position of a sequence reads of each other one through the state of an SSM of Mamba-2:
///
///     M[h, t, j] = exp(A_h Σ_{k=j+1...t} dt_k) (C_t · B_j) dt_j  for j ≤ t, else 0,
///
/// so that its output is `M x + D x`. Work: `n_groups · d_state + n_heads` operations a pair of
/// positions; sums of steps in float64.
///
/// - Parameters:
///   - dt: `[pos, n_heads]`, the steps after softplus.
///   - B: `[pos, n_groups, d_state]`.
///   - C: of the reading positions alone, `[targets.count, n_groups, d_state]`.
///   - A: `[n_heads]`, the decay rates, below 0.
///   - targets: the reading positions, of `pos`.
///   - chosen: of which heads; of all if nil.
/// - Returns: `[heads, targets, pos]`.
/// - SeeAlso: Ali et al. 2024, arXiv:2403.01590; Dao & Gu 2024, arXiv:2405.21060, section 3.
package func hiddenAttention(
    dt: Tensor, B: Tensor, C: Tensor, A: Tensor, targets: [Int], heads chosen: [Int]? = nil
) -> Tensor {
    let (length, heads) = (dt.shape[0], A.count)
    let chosen = chosen ?? Array(0..<heads)
    let (groups, dState) = (B.shape[1], B.shape[2])
    precondition(
        B.shape[0] == length && C.shape == [targets.count, groups, dState]
            && dt.shape == [length, heads] && targets.allSatisfy { 0..<length ~= $0 },
        "dt \(dt.shape), B \(B.shape), C \(C.shape), A \(A.shape) for \(targets.count) targets")
    // C_t · B_j of every group, [targets, pos].
    let products = (0..<groups).map { group in
        let product = Tensor(targets.count, length)
        let columns = group * dState..<(group + 1) * dState
        gemm([
            TensorProduct(
                .plain(C.reshaped([targets.count, groups * dState]).columns(columns)),
                .transposed(B.reshaped([length, groups * dState]).columns(columns)),
                into: product)
        ])
        return product
    }
    let (attention, steps, rates) = (
        Tensor(chosen.count, targets.count, length), dt.matrix, A.vector
    )
    let rows = attention.reshaped([chosen.count * targets.count, length]).matrix
    parallel(chosen.count * targets.count) { index in
        let (head, target) = (chosen[index / targets.count], index % targets.count)
        let (line, source) = (rows.row(index), products[head / (heads / groups)].matrix.row(target))
        var decay = 0.0
        for j in (0...targets[target]).reversed() {
            let step = Double(steps.row(j)[head])
            line[j] = Float(exp(Double(rates[head]) * decay) * Double(source[j]) * step)
            decay += step
        }
    }
    return attention
}

/// The same for an SSM of Mamba-1, where every channel is a head of its own and every number of the state
/// decays at its own rate:
///
///     M[e, t, j] = Σ_n C_{t,n} exp(A_{e,n} Σ_{k=j+1...t} dt_{k,e}) dt_{j,e} B_{j,n}  for j ≤ t, else 0.
///
/// Work: `d_inner · d_state` exponentials a pair of positions.
///
/// - Parameters:
///   - dt: `[pos, d_inner]`.
///   - B: `[pos, d_state]`.
///   - C: of the reading positions alone, `[targets.count, d_state]`.
///   - A: `[d_inner, d_state]`.
///   - chosen: of which channels; of all if nil.
/// - Returns: `[channels, targets, pos]`.
package func channelHiddenAttention(
    dt: Tensor, B: Tensor, C: Tensor, A: Tensor, targets: [Int], channels chosen: [Int]? = nil
) -> Tensor {
    let (length, channels, dState) = (dt.shape[0], A.shape[0], A.shape[1])
    let chosen = chosen ?? Array(0..<channels)
    precondition(
        B.shape == [length, dState] && C.shape == [targets.count, dState]
            && dt.shape[1] == channels && targets.allSatisfy { 0..<length ~= $0 },
        "dt \(dt.shape), B \(B.shape), C \(C.shape), A \(A.shape) for \(targets.count) targets")
    let attention = Tensor(chosen.count, targets.count, length)
    let rows = attention.reshaped([chosen.count * targets.count, length]).matrix
    let (steps, writes, reads, rates) = (dt.matrix, B.matrix, C.matrix, A.matrix)
    parallel(chosen.count * targets.count) { index in
        let (channel, target) = (chosen[index / targets.count], index % targets.count)
        let (line, read, rate) = (rows.row(index), reads.row(target), rates.row(channel))
        var decay = 0.0
        for j in (0...targets[target]).reversed() {
            let step = Double(steps.row(j)[channel])
            let write = writes.row(j)
            var sum = 0.0
            for n in 0..<dState {
                sum += Double(read[n]) * exp(Double(rate[n]) * decay) * Double(write[n])
            }
            line[j] = Float(sum * step)
            decay += step
        }
    }
    return attention
}
