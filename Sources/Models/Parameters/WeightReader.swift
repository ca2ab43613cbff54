import Base
import Checkpoints
import Kernels
import Tensors

/// The largest number there is where it would be larger.
private func elementCount(_ shape: [Int]) -> Int {
    shape.reduce(1) { product, dimension in
        let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
        return overflow ? .max : next
    }
}

extension Checkpoint {
    /// - Throws: `CheckpointError.notFinite` with the first number of `tensor`, whose name is `name`,
    ///   that is NaN or infinite.
    package func requireFinite(_ tensor: Tensor, _ name: String) throws {
        guard let found = firstNonFinite(tensor) else { return }
        throw CheckpointError.notFinite(
            tensor: name, path: file(of: name), found: spelledNumber(found))
    }
}

/// Takes tensors of known shapes out of a checkpoint and remembers which were taken.
final class WeightReader {
    enum Mode {
        /// The first problem is thrown.
        case load
        /// Problems are collected, and matrices are checked but not kept: they come back as memory
        /// that cannot be touched.
        case inspect
        /// Nothing is read: only the declarations are wanted.
        case declare
    }

    /// Too much is wrong to go on collecting.
    struct Stop: Error {}

    /// So many problems tell what is wrong.
    private static let problemLimit = 100
    /// Elements of a vector or a convolution that may be made without a tensor to back them.
    private static let unbackedLimit = 1 << 24

    private let checkpoint: Checkpoint
    private let mode: Mode
    /// Of the products that the weights take part in.
    let precision: Precision
    private var taken: Set<String> = []
    /// What was asked for, in order.
    private(set) var declarations: [ParameterDeclaration] = []
    private(set) var problems: [CheckpointError] = []

    init(_ checkpoint: Checkpoint, mode: Mode, precision: Precision = .fp32) {
        self.checkpoint = checkpoint
        self.precision = precision
        self.mode = mode
    }

    /// The largest number there is where it would be larger.
    var parameterCount: Int {
        declarations.reduce(0) { sum, tensor in
            let (total, overflow) = sum.addingReportingOverflow(elementCount(tensor.shape))
            return overflow ? .max : total
        }
    }

    func contains(_ name: String) -> Bool { checkpoint.contains(name) }

    /// - Parameter isMatrix: whether the model only ever multiplies with it: where it is not to be read,
    ///   nothing is made for it.
    /// - Throws: `CheckpointError` if the tensor is missing, of another shape or not all finite numbers.
    func tensor(
        _ name: String, _ shape: [Int], _ role: ParameterRole, isMatrix: Bool = false
    ) throws -> Tensor {
        taken.insert(name)
        declarations.append(ParameterDeclaration(name: name, shape: shape, role: role))
        switch mode {
        case .load: return try finite(name, shape)
        case .declare: break
        case .inspect:
            do {
                let tensor = try finite(name, shape)
                if !isMatrix { return tensor }
            } catch let error as CheckpointError {
                problems.append(error)
                guard problems.count < Self.problemLimit else { throw Stop() }
            }
        }
        if isMatrix, let place = Tensor(untouchable: shape) { return place }
        guard elementCount(shape) <= Self.unbackedLimit else { throw Stop() }
        return Tensor(shape)
    }

    /// Some numbers that are not finite leave no trace in what a model makes of them, a limited time
    /// step for one; so all are looked at.
    private func finite(_ name: String, _ shape: [Int]) throws -> Tensor {
        let tensor = try checkpoint.float32(name, shape: shape)
        try checkpoint.requireFinite(tensor, name)
        return tensor
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

    /// Tensors of the checkpoint in element types that nothing here reads, and that nothing asked for.
    var unusedForeign: [(name: String, dtype: String)] {
        checkpoint.foreign.filter { !taken.contains($0.name) }
    }

    /// Tensors of the checkpoint that nothing asked for.
    var unexpected: [String] { checkpoint.names.filter { !taken.contains($0) } }
}
