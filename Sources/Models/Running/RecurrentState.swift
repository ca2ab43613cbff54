import Tensors

/// A part of what a mixer carries from one position to the next. Mixers declare theirs
/// (`MixerConfiguration.state`).
struct StatePart: Hashable {
    private let name: String

    init(_ name: String) { self.name = name }

    /// The inputs of conv1d before the next position.
    static let conv = StatePart("conv")
    /// The recurrent state S.
    static let ssm = StatePart("ssm")
}

/// What a mixer carries from one position to the next, for every sequence of a batch.
struct MixerState: Sendable {
    /// Each `[sequences, …]`.
    private let parts: [StatePart: Tensor]

    /// The state before the first position: zeros.
    init(of configuration: any MixerConfiguration, sequences: Int) {
        parts = Dictionary(
            uniqueKeysWithValues: configuration.state.map { part, shape in
                (part, Tensor([sequences] + shape))
            })
    }

    subscript(part: StatePart) -> Tensor {
        guard let tensor = parts[part] else { preconditionFailure("a state without \(part)") }
        return tensor
    }
}

/// The state of a whole model between two calls of `run`: a text may be given in pieces of any
/// length, down to single tokens, with the same result as all at once.
package final class RecurrentState {
    /// For each block its one or two mixers.
    let mixers: [[MixerState]]
    package let sequenceCount: Int
    /// How many positions of each sequence it has seen.
    package private(set) var positions: [Int]

    /// The state before the first position: zeros.
    package init(for model: LanguageModel, sequences: Int) {
        sequenceCount = sequences
        positions = Array(repeating: 0, count: sequences)
        mixers = model.configuration.blocks.map { block in
            block.mixerIndices.map { _ in MixerState(of: block.mixer, sequences: sequences) }
        }
    }

    func advance(by counts: [Int]) {
        for (sequence, count) in counts.enumerated() { positions[sequence] += count }
    }
}
