import Kernels
import Tensors

/// What all parts of one backward pass share: the forward pass that it follows, the gradients and
/// buffers.
final class BackwardPass {
    let forward: ForwardPass
    let gradients: Gradients
    private let memory: TrainingMemory

    /// Gradients in values between the parameters; every block writes them anew.
    enum Buffer {
        case streams, u, du, dx, dMixed, dSubln
        case dScanned, dProjected, dConvolved, dStep, rawStep, dRawStep, dSelected
    }

    init(_ forward: ForwardPass, _ memory: TrainingMemory, gradients: Gradients) {
        self.forward = forward
        self.memory = memory
        self.gradients = gradients
    }

    var rows: Int { forward.rows }
    var sequences: [Range<Int>] { forward.sequences }

    /// A buffer of this shape; its content is whatever the last user left.
    func buffer(_ name: Buffer, _ shape: [Int]) -> Tensor { memory.gradients(name, shape) }

    /// Whether the forward pass of a block must be done again to have the values inside it.
    func needsForward(block: Int) -> Bool { !memory.keeps(block: block) }
}
