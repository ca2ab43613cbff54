import Foundation
import Tensors

/// What a loss counts: at some positions the token that comes next, each with a weight.
package struct Labels: Sendable {
    /// Of every row; not looked at where the weight is 0.
    package let tokens: [Int32]
    package let weights: [Float]

    package init(tokens: [Int32], weights: [Float]) {
        precondition(
            tokens.count == weights.count, "\(tokens.count) labels, \(weights.count) weights")
        self.tokens = tokens
        self.weights = weights
    }
}

/// Logits that exist at a time, in bytes.
private let logitBytes = 64 << 20

extension VocabularyPass {
    /// Weighted cross entropy of the labels y, `Σ_rows w (A(n) − U_y · n)` in nats, and its gradients:
    /// `dn = w (o(n) − U_y)` and
    /// `dU_v += Σ_rows w (softmax(U n)_v − 1[v = y]) n`.
    ///
    /// Goes over the rows in blocks, whose logits are kept for all three products:
    /// `6 · vocab · d_model` operations a row.
    ///
    /// - Parameters:
    ///   - rows: `[rows, d_model]`.
    ///   - gradient: `[rows, d_model]`; overwritten.
    ///   - weightGradient: `[vocab, d_model]`, added to.
    package func crossEntropyBackward(
        _ rows: Tensor, labels: Labels, into gradient: Tensor, weightGradient: Tensor
    ) -> Double {
        let (rows, gradient) = (rows.matrix, gradient.matrix)
        let entries = weight.shape[0]
        let block = max(1, min(rows.rows, logitBytes / (4 * entries)))
        let scratch = Scratch(bytes: 4 * block * entries)
        return withExtendedLifetime(scratch) {
            stride(from: 0, to: rows.rows, by: block).reduce(0.0) { loss, first in
                let range = first..<min(first + block, rows.rows)
                let logits = Matrix(
                    scratch.pointer(to: Float.self), rows: range.count, columns: entries)
                gemm(.plain(rows.rows(range)), .transposed(weight.matrix), into: logits)
                let losses = parallelMap(range.count, grain: 8) { index in
                    differentiate(
                        logits.row(index), count: entries,
                        label: Int(labels.tokens[first + index]),
                        weight: labels.weights[first + index])
                }
                gemm(.plain(logits), .plain(weight.matrix), into: gradient.rows(range))
                gemm(
                    .transposed(logits), .plain(rows.rows(range)), into: weightGradient.matrix,
                    beta: 1)
                return loss + losses.reduce(0, +)
            }
        }
    }
}

/// Replaces a row of logits by the gradient of its weighted cross entropy, and returns that.
private func differentiate(
    _ logits: UnsafeMutablePointer<Float>, count: Int, label: Int, weight: Float
) -> Double {
    guard weight != 0 else {
        logits.update(repeating: 0, count: count)
        return 0
    }
    let wanted = Double(logits[label])
    var (maximum, sum, rescale) = (-Float.infinity, 0.0, Float(0))
    loops.softmax_block(logits, count, &maximum, &sum, &rescale, 1, count)
    var factor = Float(Double(weight) / sum)
    loops.scale_rows(logits, &factor, 1, count)
    logits[label] -= weight
    return Double(weight) * (Double(maximum) + log(sum) - wanted)
}
