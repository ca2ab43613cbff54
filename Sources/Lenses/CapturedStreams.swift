import Kernels
import Models
import Tensors

/// How many windows of `length` tokens go through a model together: about 1,024 positions, whose
/// streams of all layers are held at a time. Their number bounds memory and changes results by
/// rounding at most.
package func windowsAtATime(of length: Int) -> Int { max(1, 1024 / length) }

extension LanguageModel {
    /// The stream after every block, `[n_layers, pos, d_model]`, from one forward pass.
    package func capturedStreams(_ batch: TokenBatch) throws -> Tensor {
        let streams = Tensor(configuration.nLayers, batch.ids.count, configuration.dModel)
        var hooks = Hooks()
        for block in 0..<configuration.nLayers {
            hooks.add(.residPost(block: block)) { copy($0, into: streams[block]) }
        }
        try run(batch, hooks: hooks)
        return streams
    }
}
