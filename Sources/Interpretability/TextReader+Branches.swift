import Kernels
import Lenses
import Models
import Results
import Tensors

extension TextReader {
    /// What each of the blocks wrote as the last before these numbers of blocks were completed, part by part;
    /// of a differential block its two mixers, and their sum.
    ///
    /// - Parameter values: at each block's `branchPoints` and of the stream after it.
    func branches(
        _ values: ActivationCache, _ blocks: [Int], targets: [Int?], top count: Int
    ) -> [BranchReading] {
        blocks.filter { $0 > 0 }.flatMap { completed in
            let parts = model.blocks[completed - 1].branches { values[$0] }
            var written = parts.map { (name: $0.name, tensor: $0.written) }
            if parts.count > 1 {
                let sum = Tensor(parts[0].written.shape)
                for part in parts { add(part.written, into: sum) }
                written.append((BranchReading.wholeBlock, sum))
            }
            let stream = values[.residPost(block: completed - 1)]
            return written.map { name, tensor in
                let effects = readout.effects(
                    of: tensor, stream: stream, blocks: completed, targets: targets, top: count)
                return BranchReading(
                    block: completed, branch: name,
                    norm: rowDots(tensor, tensor).map { $0.squareRoot() },
                    targetEffect: effects.map(\.target),
                    promoted: effects.map { $0.promoted.map(named) },
                    suppressed: effects.map { $0.suppressed.map(named) })
            }
        }
    }

    private func named(_ effect: Kernels.TokenEffect) -> Results.TokenEffect {
        Results.TokenEffect(id: effect.token, token: text(effect.token), effect: effect.effect)
    }
}
