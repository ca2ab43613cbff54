import Foundation
import Tensors

/// What is told of one of the distributions that a position has on its way through a model, beside the
/// last of them, p, which is the model's own; all in nats.
package struct DistributionReading: Sendable {
    /// Of the position's target; nil where it has none.
    package let target: TokenPrediction?
    /// `−Σ_v q_v log q_v`.
    package let entropy: Double
    /// `KL(p ‖ q)`.
    package let kl: Double
    /// `KL(q of the row before ‖ q)`; nil in the first row.
    package let change: Double?
    /// `½ KL(p ‖ m) + ½ KL(q ‖ m)` with `m = (p + q) / 2`.
    package let jensenShannon: Double
    /// `½ Σ_v |p_v − q_v|`.
    package let totalVariation: Double
    /// The most probable tokens, the most probable first; of equal ones the smaller id.
    package let top: [TokenProbability]
    /// Of each token that is followed; ranks are those of float32 logits, which may take tokens with nearly
    /// its logit for more or less probable.
    package let followed: [TokenPrediction]
}

/// Logits that exist at a time: 32M of them are 128 MB.
private let logitsAtATime = 32 << 20

extension VocabularyPass {
    /// What every distribution of some positions says, and how far it is from the position's last one and from
    /// the one before it; in float32 whatever `precision`.
    ///
    /// Work: `2 · vocab · d_model` operations a row. The logits of a few positions exist at a time. Sums
    /// over the vocabulary are of float32 terms, in float64 by parts of 1,024; log-probabilities and ranks
    /// of targets are those of float64 logits, as of `read`.
    ///
    /// - Parameters:
    ///   - states: `[rows, positions, d_model]`, final-normed; the last row is the model's own.
    ///   - targets: for each position.
    ///   - followed: tokens of which all rows tell.
    ///   - count: how many of the most probable tokens to name.
    ///   - progress: called with the number of positions done.
    /// - Returns: `[positions][rows]`.
    package func trajectories(
        _ states: Tensor, targets: [Int?], following followed: [Int] = [], top count: Int = 0,
        progress: (Int) -> Void = { _ in }
    ) -> [[DistributionReading]] {
        let (rows, positions) = (states.shape[0], states.shape[1])
        let (vocabulary, d) = (weight.shape[0], weight.shape[1])
        precondition(
            states.shape[2] == d && targets.count == positions
                && (targets.compactMap(\.self) + followed).allSatisfy { 0..<vocabulary ~= $0 },
            "\(targets.count) targets for \(states.shape) and \(vocabulary) tokens")
        let atATime = min(positions, max(1, logitsAtATime / vocabulary / max(1, rows)))
        let (gathered, logits) = (
            Tensor(atATime * rows, d), Tensor(atATime * rows, vocabulary)
        )
        let all = states.reshaped([rows * positions, d])
        var readings: [[DistributionReading]] = []
        for first in stride(from: 0, to: positions, by: max(1, atATime)) {
            let chosen = first..<min(first + atATime, positions)
            let lines = 0..<chosen.count * rows
            gatherRows(
                chosen.flatMap { position in (0..<rows).map { $0 * positions + position } },
                of: all, into: gathered[lines])
            let group = LogitGroup(
                states: gathered[lines], logits: logits[lines], vocabulary: weight, rows: rows)
            readings += group.read(
                targets: Array(targets[chosen]), following: followed, top: count)
            progress(chosen.upperBound)
        }
        return readings
    }
}

/// The rows of some positions and their logits.
private struct LogitGroup {
    private let states, logits, vocabulary: Matrix
    /// Of each position.
    private let rows: Int
    private let logPartition: [Double]

    /// - Parameters:
    ///   - states: `[positions · rows, d_model]`.
    ///   - logits: `[positions · rows, vocab]`, written.
    init(states: Tensor, logits: Tensor, vocabulary: Tensor, rows: Int) {
        gemm([TensorProduct(.plain(states), .transposed(vocabulary), into: logits)])
        let lines = logits.matrix
        self.states = states.matrix
        self.logits = lines
        self.vocabulary = vocabulary.matrix
        self.rows = rows
        logPartition = parallelMap(lines.rows) { loops.log_sum_exp(lines.row($0), lines.columns) }
    }

    func read(
        targets: [Int?], following followed: [Int], top count: Int
    ) -> [[DistributionReading]] {
        var readings = [DistributionReading?](repeating: nil, count: logits.rows)
        readings.withUnsafeMutableBufferPointer { readings in
            nonisolated(unsafe) let readings = readings
            parallel(logits.rows) { row in
                readings[row] = read(row, target: targets[row / rows], followed, top: count)
            }
        }
        return targets.indices.map { position in
            readings[position * rows..<(position + 1) * rows].compactMap(\.self)
        }
    }

    private func read(
        _ row: Int, target: Int?, _ followed: [Int], top count: Int
    ) -> DistributionReading {
        let last = (row / rows + 1) * rows - 1
        let hasEarlier = row % rows > 0
        var sums = [Double](repeating: 0, count: 5)
        loops.compare_distributions(
            logits.row(row), logPartition[row], logits.row(last), logPartition[last],
            hasEarlier ? logits.row(row - 1) : nil, hasEarlier ? logPartition[row - 1] : 0,
            logits.columns, &sums)
        var largest = LargestLogits(count + spareCandidates)
        largest.add(line(row), first: 0)
        let best = largest.best(count + spareCandidates) { logit(of: $0, row) }
        let partition = exactPartition(row, best)
        return DistributionReading(
            target: target.map { prediction(of: $0, row, partition) },
            entropy: notBelowZero(sums[0]), kl: notBelowZero(sums[1]),
            change: hasEarlier ? notBelowZero(sums[2]) : nil,
            jensenShannon: min(notBelowZero(sums[3]), log(2)), totalVariation: min(sums[4], 1),
            top: best.prefix(count).map {
                TokenProbability(token: $0, logProbability: $1 - partition)
            },
            followed: followed.map { roughPrediction(of: $0, row, partition) })
    }

    /// Rounding leaves of what is 0 as little below as above; what is no number stays that.
    private func notBelowZero(_ value: Double) -> Double { value < 0 ? 0 : value }

    /// The log-partition with the largest logits in float64, which the log-probabilities are made of: so none
    /// is above 0.
    ///
    /// - Parameter best: the largest, the largest first.
    private func exactPartition(_ row: Int, _ best: [(token: Int, logit: Double)]) -> Double {
        guard let most = best.first?.logit, most.isFinite else { return logPartition[row] }
        let exact = best.reduce(0) { $0 + exp($1.logit - most) }
        let rounded = best.reduce(0) { $0 + exp(Double(logits.row(row)[$1.token]) - most) }
        return most + log(exact + max(0, exp(logPartition[row] - most) - rounded))
    }

    private func line(_ row: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: logits.row(row), count: logits.columns)
    }

    private func logit(of token: Int, _ row: Int) -> Double {
        dot(states.row(row), vocabulary.row(token), count: states.columns)
    }

    private func prediction(of token: Int, _ row: Int, _ partition: Double) -> TokenPrediction {
        let logit = TargetLogit(
            states.row(row), vocabulary.row(token), count: states.columns)
        return TokenPrediction(
            logProbability: logit.value - partition,
            rank: 1 + logit.count(above: line(row)) { self.logit(of: $0, row) })
    }

    /// Of a token that is one of many: in the time of a look at every logit.
    private func roughPrediction(
        of token: Int, _ row: Int, _ partition: Double
    ) -> TokenPrediction {
        let logit = logits.row(row)[token]
        var between = 0
        let above = loops.count_above(logits.row(row), logits.columns, logit, logit, &between)
        return TokenPrediction(
            logProbability: self.logit(of: token, row) - partition, rank: 1 + above)
    }
}
