import Tensors

/// What all parts of one forward pass share: the rows of the sequences, the hooks, the carried
/// state and the buffers.
final class ForwardPass {
    let sequences: [Range<Int>]
    let rows: Int
    let hooks: Hooks
    private let state: RecurrentState?
    private var buffers: [Buffer: Tensor] = [:]

    /// Buffers that every block writes anew; each is as large as the largest block needs.
    enum Buffer {
        case normed, mixed1, mixed2
        case projected, convolved, timeStep, bcdt, scanned, convState, ssmState
    }

    init(_ batch: TokenBatch, hooks: Hooks, state: RecurrentState?) {
        sequences = batch.sequences
        rows = batch.ids.count
        self.hooks = hooks
        self.state = state
        precondition(
            state.map { $0.sequenceCount == batch.sequences.count } ?? true,
            "a state of \(state?.sequenceCount ?? 0) sequences for \(batch.sequences.count)")
    }

    /// A buffer of this shape; its content is whatever the last user left.
    func buffer(_ name: Buffer, _ shape: [Int]) -> Tensor {
        let count = shape.reduce(1, *)
        if let tensor = buffers[name], tensor.count >= count {
            return tensor.reshaped([tensor.count])[0..<count].reshaped(shape)
        }
        let tensor = Tensor(shape)
        buffers[name] = tensor
        return tensor
    }

    /// The state of a mixer, read and replaced; nil if it starts at zero and nobody asks how it ends.
    func state(of mixer: some Mixer, block: Int, index: Int?) -> MixerState? {
        if let state { return state.mixers[block][(index ?? 1) - 1] }
        guard hooks.wants(.mixer(.finalState, block: block, index: index)) else { return nil }
        let conv = buffer(.convState, mixer.convStateShape(sequences: sequences.count))
        let ssm = buffer(.ssmState, mixer.ssmStateShape(sequences: sequences.count))
        conv.fill(0)
        ssm.fill(0)
        return MixerState(conv: conv, ssm: ssm)
    }
}
