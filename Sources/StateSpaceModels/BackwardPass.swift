import Kernels
import Tensors

/// What all parts of one backward pass share: the gradients, the rows of the sequences and buffers.
///
/// Of a block nothing but the stream it read is kept from the forward pass; what its gradients need
/// besides is computed again, block by block, in the buffers of a forward pass for each mixer.
final class BackwardPass {
    let gradients: Gradients
    let rows: Int
    let sequences: [Range<Int>]
    private let mixers: [ForwardPass]
    private let ssmOut: [Kept]
    private var buffers: [Buffer: Tensor] = [:]

    /// Gradients in values between the parameters; every block writes them anew.
    enum Buffer {
        case u, du, dx, mixed1, mixed2, dMixed, dSubln
        case gated, dNormed, dGated, dProjected, dConvolved, dStep
    }

    /// A copy of a value that the forward pass goes on to overwrite.
    private final class Kept {
        var value = Tensor(0)

        func keep(_ tensor: Tensor) {
            if value.count != tensor.count { value = Tensor([tensor.count]) }
            copy(tensor, into: value)
        }
    }

    init(_ batch: TokenBatch, model: LanguageModel, gradients: Gradients) {
        self.gradients = gradients
        rows = batch.ids.count
        sequences = batch.sequences
        let kept = [Kept(), Kept()]
        ssmOut = kept
        mixers = [1, 2].map { index in
            var hooks = Hooks()
            for block in model.blocks {
                let name = block.differential == nil ? nil : index
                hooks.add(.mixer(.ssmOut, block: block.index, index: name)) {
                    kept[index - 1].keep($0)
                }
            }
            return ForwardPass(batch, hooks: hooks, state: nil)
        }
    }

    /// A buffer of this shape; its content is whatever the last user left.
    func buffer(_ name: Buffer, _ shape: [Int]) -> Tensor {
        if let tensor = buffers[name], tensor.shape == shape { return tensor }
        let tensor = Tensor(shape)
        buffers[name] = tensor
        return tensor
    }

    /// The forward pass of mixer 1 or 2 of a block.
    func forward(_ index: Int?) -> ForwardPass { mixers[(index ?? 1) - 1] }

    /// The output of that mixer's scan, before the gate.
    func ssmOut(_ index: Int?) -> Tensor { ssmOut[(index ?? 1) - 1].value }
}
