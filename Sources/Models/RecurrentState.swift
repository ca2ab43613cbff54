import Tensors

/// What a mixer carries from one position to the next, for every sequence of a batch.
package struct MixerState: Sendable {
    /// `[sequences, conv_kernel − 1, channels]`: the inputs of conv1d before the next position.
    package let conv: Tensor
    /// `[sequences, n_heads, head_dim, d_state]`; Mamba-1 `[sequences, d_inner, d_state]`.
    package let ssm: Tensor

    var convRows: [UnsafeMutablePointer<Float>] { rows(of: conv) }
    var ssmRows: [UnsafeMutablePointer<Float>] { rows(of: ssm) }

    private func rows(of tensor: Tensor) -> [UnsafeMutablePointer<Float>] {
        (0..<tensor.shape[0]).map { tensor[$0].pointer }
    }
}

/// The state of a whole model between two calls of `run`: a text may be given in pieces of any
/// length, down to single tokens, with the same result as all at once.
package final class RecurrentState {
    /// For each block its one or two mixers.
    let mixers: [[MixerState]]
    package let sequenceCount: Int

    /// The state before the first position: zeros.
    package init(for model: LanguageModel, sequences: Int) {
        sequenceCount = sequences
        mixers = model.blocks.map { block in
            block.mixers.map { mixer in
                MixerState(
                    conv: Tensor(mixer.convStateShape(sequences: sequences)),
                    ssm: Tensor(mixer.ssmStateShape(sequences: sequences)))
            }
        }
    }
}
