import Tensors

/// What all parts of one forward pass share: the rows of the sequences, the hooks, the carried
/// state and the buffers.
final class ForwardPass {
    let sequences: [Range<Int>]
    let rows: Int
    let hooks: Hooks
    private let state: RecurrentState?
    private let shared: Buffers<Buffer>
    /// Where a backward pass looks for the values inside the blocks; nil if there will be none.
    private let memory: TrainingMemory?

    enum Buffer {
        case normed, mixed1, mixed2, subln
        case projected, convolved, timeStep, bcdt, scanned, gated, convState, ssmState
    }

    init(
        _ batch: TokenBatch, hooks: Hooks, state: RecurrentState?, memory: TrainingMemory? = nil
    ) {
        self.memory = memory
        shared = memory?.shared ?? Buffers()
        sequences = batch.sequences
        rows = batch.ids.count
        self.hooks = hooks
        self.state = state
        precondition(
            state.map { $0.sequenceCount == batch.sequences.count } ?? true,
            "a state of \(state?.sequenceCount ?? 0) sequences for \(batch.sequences.count)")
    }

    /// Whether values that a gradient needs must not be overwritten by what is made of them.
    var isTraining: Bool { memory != nil }

    /// A buffer that every block writes anew; its content is whatever the last user left.
    func buffer(_ name: Buffer, _ shape: [Int]) -> Tensor { shared(name, shape) }

    /// Buffers for the values inside a mixer; the same for all unless they are kept for training.
    func buffers(block: Int, mixer: Int?) -> Buffers<Buffer> {
        memory?.inside(block: block, mixer: mixer) ?? shared
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
