import Kernels
import Tensors

/// What all parts of one backward pass share: the forward pass that it follows, the gradients and
/// buffers.
final class BackwardPass {
    /// As parts of it are done again.
    let forward: ForwardPass
    let gradients: Gradients
    private let memory: TrainingMemory

    init(_ forward: ForwardPass, _ memory: TrainingMemory, gradients: Gradients) {
        self.forward = ForwardPass(again: forward)
        self.memory = memory
        self.gradients = gradients
    }

    var rows: Int { forward.rows }
    var sequences: [Range<Int>] { forward.sequences }

    /// A buffer of this shape; its content is whatever the last user left.
    func buffer(_ name: Buffers.Name, _ shape: [Int]) -> Tensor { memory.gradients(name, shape) }

    /// Whether the forward pass of a block must be done again to have the values inside it.
    func needsForward(block: Int) -> Bool { !memory.keeps(block: block) }

    /// The pass as a mixer of a block sees it.
    ///
    /// - Parameter mixer: 1 or 2 in a differential block, else nil.
    func inside(_ block: Int, mixer: Int? = nil) -> MixerBackwardPass {
        MixerBackwardPass(pass: self, inside: forward.inside(block, mixer: mixer).buffers)
    }
}

extension Buffers.Name {
    static let streams = Self("streams")
    static let u = Self("u")
    static let du = Self("du")
    static let dx = Self("dx")
    static let dMixed = Self("d_mixed")
    static let dSubln = Self("d_subln")
}

/// A backward pass as one mixer sees it.
struct MixerBackwardPass {
    private let pass: BackwardPass
    /// The values inside the mixer that its forward pass left.
    let inside: Buffers

    fileprivate init(pass: BackwardPass, inside: Buffers) {
        self.pass = pass
        self.inside = inside
    }

    var gradients: Gradients { pass.gradients }
    var rows: Int { pass.rows }
    var sequences: [Range<Int>] { pass.sequences }

    /// A buffer for a gradient in values between the parameters; every block writes it anew.
    func buffer(_ name: Buffers.Name, _ shape: [Int]) -> Tensor { pass.buffer(name, shape) }
}
