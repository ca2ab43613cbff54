import Kernels
import Tensors

/// What all parts of one forward pass share: the rows of the sequences, the hooks, the carried
/// state and the buffers.
final class ForwardPass {
    let sequences: [Range<Int>]
    let rows: Int
    private let hooks: Hooks
    /// The rows as hooks see them.
    private let spans: [TextSpan]
    private let state: RecurrentState?
    private let shared: Buffers
    /// Where a backward pass looks for the values inside the blocks; nil if there will be none.
    private let memory: TrainingMemory?

    init(
        _ batch: TokenBatch, hooks: Hooks, state: RecurrentState?, memory: TrainingMemory? = nil
    ) {
        precondition(
            state.map { $0.sequenceCount == batch.sequences.count } ?? true,
            "a state of \(state?.sequenceCount ?? 0) sequences for \(batch.sequences.count)")
        self.memory = memory
        shared = memory?.shared ?? Buffers()
        sequences = batch.sequences
        rows = batch.ids.count
        spans = batch.sequences.enumerated().map { index, rows in
            TextSpan(
                sequence: batch.firstSequence + index, rows: rows,
                start: state?.positions[index] ?? 0)
        }
        self.hooks = hooks
        self.state = state
    }

    /// A training's pass as its backward pass does parts of it again: with the same values, without
    /// hooks.
    init(again pass: ForwardPass) {
        (sequences, rows, spans) = (pass.sequences, pass.rows, pass.spans)
        (state, shared, memory) = (pass.state, pass.shared, pass.memory)
        hooks = Hooks()
    }

    func wants(_ point: HookPoint) -> Bool { hooks[point] != nil }

    func visit(_ point: HookPoint, _ value: @autoclosure () -> Tensor) throws {
        if let hook = hooks[point] { try hook(value(), HookContext(point: point, spans: spans)) }
    }

    /// For a value that stands in columns of a wider buffer: the hook gets a copy, which is
    /// written back.
    func visit(_ point: HookPoint, columns: Tensor, shape: [Int]) throws {
        guard wants(point) else { return }
        let value = columns.copy()
        try visit(point, value.reshaped([columns.shape[0]] + shape))
        columns.assign(value)
    }

    /// The carried state has seen the rows.
    func advanceState() { state?.advance(by: sequences.map(\.count)) }

    /// Whether values that a gradient needs must not be overwritten by what is made of them.
    var isTraining: Bool { memory != nil }

    /// A buffer that every block writes anew; its content is whatever the last user left.
    func buffer(_ name: Buffers.Name, _ shape: [Int]) -> Tensor { shared(name, shape) }

    /// The pass as a mixer of a block sees it.
    ///
    /// - Parameter mixer: 1 or 2 in a differential block, else nil.
    func inside(_ block: Int, mixer: Int? = nil) -> MixerPass {
        MixerPass(
            pass: self, block: block, mixer: mixer,
            // The same for all unless they are kept for training.
            buffers: memory?.inside(block: block, mixer: mixer) ?? shared,
            carried: state?.mixers[block][(mixer ?? 1) - 1])
    }
}

extension Buffers.Name {
    static let normed = Self("normed")
    static let mixed1 = Self("mixed_1")
    static let mixed2 = Self("mixed_2")
    static let subln = Self("subln")
}

/// A forward pass as one mixer sees it.
struct MixerPass {
    private let pass: ForwardPass
    private let block: Int
    private let mixer: Int?
    /// For the values inside the mixer.
    let buffers: Buffers
    private let carried: MixerState?

    fileprivate init(
        pass: ForwardPass, block: Int, mixer: Int?, buffers: Buffers, carried: MixerState?
    ) {
        self.pass = pass
        self.block = block
        self.mixer = mixer
        self.buffers = buffers
        self.carried = carried
    }

    var sequences: [Range<Int>] { pass.sequences }
    var rows: Int { pass.rows }
    var isTraining: Bool { pass.isTraining }

    private func point(_ part: MixerPart) -> HookPoint { .mixer(part, block: block, index: mixer) }

    /// The state, read and replaced; nil if it starts at zero and nobody asks how it ends.
    func state(_ configuration: some MixerConfiguration) -> MixerState? {
        if let carried { return carried }
        guard pass.wants(point(.finalState)) else { return nil }
        return MixerState(of: configuration, sequences: sequences.count)
    }

    func visit(_ part: MixerPart, _ value: @autoclosure () -> Tensor) throws {
        try pass.visit(point(part), value())
    }

    /// For a value that stands in columns of a wider buffer.
    func visit(_ part: MixerPart, columns: Tensor, shape: [Int]) throws {
        try pass.visit(point(part), columns: columns, shape: shape)
    }
}
