import Kernels
import Tensors

/// Dropout, in training, of what every block adds to the stream: of the mixer's output in an
/// ordinary block, of the normed difference in a differential one.
package struct Dropout: Sendable {
    private let probability: Double
    private let keys: [UInt64]

    /// - Parameter keys: one for each sequence of the batch. Which elements fall out follows from it,
    ///   the block and the place in the sequence.
    package init(probability: Double, keys: [UInt64]) {
        self.probability = probability
        self.keys = keys
    }

    /// The forward pass drops out through hooks.
    func add(to hooks: inout Hooks, _ blocks: [Block], _ sequences: [Range<Int>]) {
        for block in blocks {
            let isDifferential = block.differential != nil
            let point: HookPoint =
                isDifferential
                ? .subln(block: block.index) : .mixer(.outProj, block: block.index)
            hooks.add(point) { apply(to: $0, block: block.index, sequences) }
        }
    }

    /// Drops elements of a block's output or, by the same factors, of the gradient in it.
    func apply(to tensor: Tensor, block: Int, _ sequences: [Range<Int>]) {
        precondition(
            keys.count == sequences.count, "\(keys.count) keys, \(sequences.count) sequences")
        for (key, rows) in zip(keys, sequences) {
            dropOut(tensor[rows], probability: probability, key: key, stream: block)
        }
    }
}
