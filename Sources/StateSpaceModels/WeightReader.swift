import Checkpoints
import Kernels
import Tensors

/// Takes tensors of known shapes out of a checkpoint and remembers which were taken.
final class WeightReader {
    enum Mode {
        /// The first problem is thrown.
        case load
        /// Problems are collected, and matrices are checked but not read: they come back as zeros.
        case inspect
    }

    private let checkpoint: Checkpoint
    private let mode: Mode
    /// Of the products that the weights take part in.
    let precision: Precision
    private var taken: Set<String> = []
    /// Names and shapes of what was asked for, in order.
    private(set) var shapes: [(name: String, shape: [Int])] = []
    private(set) var problems: [CheckpointError] = []

    init(_ checkpoint: Checkpoint, mode: Mode, precision: Precision = .fp32) {
        self.checkpoint = checkpoint
        self.precision = precision
        self.mode = mode
    }

    var parameterCount: Int { shapes.reduce(0) { $0 + $1.shape.reduce(1, *) } }

    func contains(_ name: String) -> Bool { checkpoint.contains(name) }

    /// - Throws: `CheckpointError` if the tensor is missing, of another shape or not numbers.
    func tensor(_ name: String, _ shape: [Int]) throws -> Tensor {
        taken.insert(name)
        shapes.append((name, shape))
        guard mode == .inspect else { return try checkpoint.float32(name, shape: shape) }
        do {
            let stored = try checkpoint.stored(name)
            guard stored.shape == shape, shape.count > 1, stored.dtype.isFloatingPoint else {
                return try checkpoint.float32(name, shape: shape)
            }
        } catch let error as CheckpointError {
            problems.append(error)
        }
        return Tensor(shape)
    }

    /// Says that a tensor is known though it is not read.
    func ignore(_ name: String) { taken.insert(name) }

    /// - Throws: `ModelError.unexpectedTensors` if the checkpoint holds parts of a model that is not
    ///   this one: more blocks, or blocks of another kind.
    func refuseSurplus(path: String) throws {
        let surplus = unexpected.filter { $0.hasPrefix("backbone.") }
        guard surplus.isEmpty else {
            throw ModelError.unexpectedTensors(path: path, names: surplus)
        }
    }

    /// Tensors of the checkpoint that nothing asked for.
    var unexpected: [String] { checkpoint.names.filter { !taken.contains($0) } }
}
