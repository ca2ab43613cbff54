import Kernels
import Models
import Tensors

/// Positions whose states of all rows exist at a time, times the rows.
private let statesAtATime = 8192

extension LensReadout {
    /// What the lens says of some positions after some numbers of blocks, and the model itself; see
    /// `VocabularyPass.trajectories`.
    ///
    /// - Parameters:
    ///   - streams: after each of `blocks`, `[positions, d_model]`.
    ///   - blocks: blocks completed, ascending. The stream before the first, 0, has no translator: it is read
    ///     as it is.
    ///   - final: the last stream, `[positions, d_model]`, which the model reads.
    ///   - targets: for each position.
    ///   - followed: tokens of which all rows tell.
    ///   - count: how many of the most probable tokens to name.
    ///   - progress: called with the number of positions done.
    /// - Returns: `[positions][blocks + 1]`, the last the model's own.
    package func trajectories(
        _ streams: [Tensor], blocks: [Int], final: Tensor, targets: [Int?],
        following followed: [Int] = [], top count: Int = 0, progress: (Int) -> Void = { _ in }
    ) -> [[DistributionReading]] {
        let (rows, positions) = (blocks.count + 1, targets.count)
        let atATime = max(1, statesAtATime / rows)
        var readings: [[DistributionReading]] = []
        for first in stride(from: 0, to: positions, by: atATime) {
            let chosen = first..<min(first + atATime, positions)
            let states = Tensor(rows, chosen.count, lens.dModel)
            for (row, block) in blocks.enumerated() {
                translate(streams[row][chosen], blocks: block, into: states[row])
            }
            copy(final[chosen], into: states[rows - 1])
            let normed = states.reshaped([rows * chosen.count, lens.dModel])
            unembedding.normalize(normed, into: normed)
            readings += vocabulary.trajectories(
                states, targets: Array(targets[chosen]), following: followed, top: count
            ) { progress(first + $0) }
        }
        return readings
    }

    /// The effect on the logits, as the lens reads them after some number of blocks, of what parts of the last
    /// of these wrote into the stream: through the translator, the final norm held at its actual value (direct
    /// logit attribution).
    ///
    /// - Parameters:
    ///   - written: by each part, `[positions, d_model]`.
    ///   - stream: after the block, `[positions, d_model]`.
    ///   - blocks: completed, at least 1.
    ///   - mean: of all rows of the unembedding, `[d_model]`.
    /// - Returns: of each part.
    /// - SeeAlso: `VocabularyPass.effects`.
    package func effects(
        of written: [Tensor], stream: Tensor, blocks: Int, mean: Tensor, targets: [Int?],
        top count: Int
    ) -> [[EffectReading]] {
        let (translated, inverseRMS) = (Tensor(stream.shape), Tensor(stream.shape[0]))
        translate(stream, blocks: blocks, into: translated)
        unembedding.normalize(translated, into: translated, inverseRMS: inverseRMS)
        return written.map { written in
            let changed = written.copy()
            lens.addProduct(written, layer: blocks - 1, to: changed)
            return vocabulary.effects(
                scaled(changed, rows: inverseRMS, columns: unembedding.norm), mean: mean,
                targets: targets, top: count)
        }
    }

    /// The mean of all rows of the unembedding, `[d_model]`.
    package var meanUnembedding: Tensor { columnMeans(unembedding.weight) }

    private func translate(_ stream: Tensor, blocks: Int, into translated: Tensor) {
        if blocks == 0 {
            copy(stream, into: translated)
        } else {
            lens.translate(stream, layer: blocks - 1, into: translated)
        }
    }
}
