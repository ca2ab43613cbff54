import Kernels
import Lenses
import Models
import Results
import Tensors

extension TextReader {
    /// What each of the blocks wrote as the last before these numbers of blocks were completed, part by part;
    /// of a differential block its two mixers, and their sum.
    ///
    /// - Parameters:
    ///   - values: at each block's `branchPoints` and of the stream after it.
    ///   - progress: called with the share of the blocks that is done.
    func branches(
        _ values: ActivationCache, _ blocks: [Int], targets: [Int?], top count: Int,
        progress: (Double) -> Void
    ) -> [BranchReading] {
        let (mean, completed) = (readout.meanUnembedding, blocks.filter { $0 > 0 })
        return completed.enumerated().flatMap { index, completed in
            let written = parts(ofBlock: completed - 1, values)
            let effects = readout.effects(
                of: written.map(\.tensor), stream: values[.residPost(block: completed - 1)],
                blocks: completed, mean: mean, targets: targets, top: count)
            progress(Double(index + 1) / Double(blocks.count))
            return zip(written, effects).map { part, effects in
                BranchReading(
                    block: completed, branch: part.name,
                    norm: rowDots(part.tensor, part.tensor).map { $0.squareRoot() },
                    targetEffect: effects.map(\.target),
                    promoted: effects.map { $0.promoted.map(named) },
                    suppressed: effects.map { $0.suppressed.map(named) })
            }
        }
    }

    /// Its branches, and their sum where there are several.
    private func parts(
        ofBlock block: Int, _ values: ActivationCache
    ) -> [(name: String, tensor: Tensor)] {
        let parts = model.blocks[block].branches { values[$0] }.map { ($0.name, $0.written) }
        guard parts.count > 1 else { return parts }
        let sum = Tensor(parts[0].1.shape)
        for (_, written) in parts { add(written, into: sum) }
        return parts + [(BranchReading.wholeBlock, sum)]
    }

    private func named(_ effect: Kernels.TokenEffect) -> Results.TokenEffect {
        Results.TokenEffect(id: effect.token, token: text(effect.token), effect: effect.effect)
    }
}
