import Tensors

/// What a change of a final-normed state does to the logits, over what it does to their mean.
package struct EffectReading: Sendable {
    /// On the row's target; nil where it has none.
    package let target: Double?
    /// The tokens whose logits grow most, the most first; of equal ones the smaller id.
    package let promoted: [TokenEffect]
    /// The tokens whose logits shrink most.
    package let suppressed: [TokenEffect]
}

/// A token and by how much its logit changes.
package struct TokenEffect: Sendable, Equatable {
    package let token: Int
    package let effect: Double
}

/// Logits that exist at a time: 16M of them are 64 MB.
private let logitsAtATime = 16 << 20

extension VocabularyPass {
    /// The effect `(U_v − mean of all U) · n` of every row n on the logits; in float32 whatever `precision`,
    /// that on the tokens which are named in float64.
    ///
    /// Work: `2 · vocab · d_model` operations a row.
    ///
    /// - Parameters:
    ///   - rows: `[rows, d_model]`.
    ///   - mean: that of all U, `columnMeans(weight)`.
    ///   - targets: for each row.
    ///   - count: how many of the most promoted and of the most suppressed tokens to name.
    package func effects(
        _ rows: Tensor, mean: Tensor, targets: [Int?], top count: Int
    ) -> [EffectReading] {
        let (states, vocabulary) = (rows.matrix, weight.matrix)
        precondition(
            targets.count == states.rows && states.columns == vocabulary.columns,
            "\(targets.count) targets for \(rows.shape)")
        let atATime = max(1, logitsAtATime / vocabulary.rows)
        let memory = Tensor(min(atATime, states.rows), vocabulary.rows)
        var readings = [EffectReading?](repeating: nil, count: states.rows)
        for first in stride(from: 0, to: states.rows, by: atATime) {
            let group = first..<min(first + atATime, states.rows)
            let logits = memory[0..<group.count]
            gemm([TensorProduct(.plain(rows[group]), .transposed(weight), into: logits)])
            let lines = logits.matrix
            readings.withUnsafeMutableBufferPointer { readings in
                nonisolated(unsafe) let readings = readings
                parallel(group.count) { index in
                    let state = states.row(first + index)
                    let center = dot(state, mean.vector, count: states.columns)
                    let line = UnsafeBufferPointer(start: lines.row(index), count: lines.columns)
                    func effect(_ token: Int) -> Double {
                        dot(state, vocabulary.row(token), count: states.columns) - center
                    }
                    func named(_ sign: Float) -> [TokenEffect] {
                        guard count > 0 else { return [] }
                        var largest = LargestLogits(count + spareCandidates)
                        largest.add(line, first: 0, sign: sign)
                        return largest.best(count) { Double(sign) * effect($0) }
                            .map { TokenEffect(token: $0, effect: Double(sign) * $1) }
                    }
                    readings[first + index] = EffectReading(
                        target: targets[first + index].map(effect), promoted: named(1),
                        suppressed: named(-1))
                }
            }
        }
        return readings.compactMap(\.self)
    }
}

/// The mean of each column of `[rows, columns]`, summed in float64.
package func columnMeans(_ x: Tensor) -> Tensor {
    let (matrix, means) = (x.matrix, Tensor(x.matrix.columns))
    let out = means.vector
    parallelRanges(matrix.columns, grain: 16) { columns in
        var sums = [Double](repeating: 0, count: columns.count)
        for i in 0..<matrix.rows {
            let row = matrix.row(i)
            for (k, j) in columns.enumerated() { sums[k] += Double(row[j]) }
        }
        for (k, j) in columns.enumerated() { out[j] = Float(sums[k] / Double(matrix.rows)) }
    }
    return means
}
