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

extension Vocabulary {
    /// Weighted cross entropy of the labels y, `Σ_rows w (A(n) − U_y · n)` in nats, and its gradients:
    /// `dn = w (o(n) − U_y)` and
    /// `dU_v += Σ_rows w (softmax(U n)_v − 1[v = y]) n`.
    ///
    /// The second takes the vocabulary once more, in blocks: `8 · vocab · d_model` operations a row
    /// altogether, and no more than a block of logits is stored.
    ///
    /// - Parameters:
    ///   - rows: `[rows, d_model]`.
    ///   - gradient: `[rows, d_model]`, contiguous; overwritten.
    ///   - weightGradient: `[vocab, d_model]`, added to.
    package func crossEntropyBackward(
        _ rows: Matrix, labels: Labels, into gradient: Matrix, weightGradient: Tensor
    ) -> Double {
        let partition = attention(rows, expected: gradient)
        withExtendedLifetime(weight) {
            let vocabulary = weight.matrix
            parallelRanges(rows.rows, grain: 8) { range in
                for row in range {
                    let weight = labels.weights[row]
                    let line = gradient.row(row)
                    for i in 0..<gradient.columns { line[i] *= weight }
                    if weight == 0 { continue }
                    loops.axpy(
                        -weight, vocabulary.row(Int(labels.tokens[row])), line, gradient.columns)
                }
            }
            addWeightGradient(
                rows, vocabulary, labels: labels, partition: partition,
                into: weightGradient.matrix)
        }
        return sum(of: partition, minusLogitsOf: labels, rows)
    }

    private func sum(of partition: [Double], minusLogitsOf labels: Labels, _ rows: Matrix) -> Double
    {
        withExtendedLifetime(weight) {
            let vocabulary = weight.matrix
            return partition.indices.reduce(0.0) { sum, row in
                let weight = Double(labels.weights[row])
                if weight == 0 { return sum }
                let entry = vocabulary.row(Int(labels.tokens[row]))
                return sum + weight
                    * (partition[row] - dot(rows.row(row), entry, count: rows.columns))
            }
        }
    }
}

/// Entries and rows whose logits exist at a time: 1 MB a thread.
private let entryBlock = 512
private let rowBlock = 512

/// `dU_v += Σ_rows w (softmax(U n)_v − 1[v = y]) n`. A thread owns its entries of the vocabulary
/// and goes over the rows, so that sums have one order.
private func addWeightGradient(
    _ rows: Matrix, _ vocabulary: Matrix, labels: Labels, partition: [Double],
    into gradient: Matrix
) {
    parallel((vocabulary.rows + entryBlock - 1) / entryBlock) { block in
        let start = block * entryBlock
        let entries = start..<min(start + entryBlock, vocabulary.rows)
        let scratch = Scratch(bytes: rowBlock * entryBlock * 4)
        for first in stride(from: 0, to: rows.rows, by: rowBlock) {
            let range = first..<min(first + rowBlock, rows.rows)
            let logits = Matrix(
                scratch.pointer(to: Float.self), rows: range.count, columns: entries.count)
            serialGEMM(
                .plain(rows.rows(range)), .transposed(vocabulary.rows(entries)), into: logits)
            partition.withUnsafeBufferPointer { partition in
                labels.weights.withUnsafeBufferPointer { weights in
                    loops.softmax_rows(
                        logits.pointer, logits.stride, partition.baseAddress! + first,
                        weights.baseAddress! + first, range.count, entries.count)
                }
            }
            for row in range where entries.contains(Int(labels.tokens[row])) {
                logits.row(row - first)[Int(labels.tokens[row]) - start] -= labels.weights[row]
            }
            serialGEMM(
                .transposed(logits), .plain(rows.rows(range)), into: gradient.rows(entries),
                beta: 1)
        }
    }
}
