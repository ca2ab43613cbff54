import Tensors

/// Tensors by name, whose memory is used again and again.
final class Buffers {
    /// What a buffer holds; whoever needs one declares its name.
    struct Name: Hashable {
        private let name: String
        init(_ name: String) { self.name = name }
    }

    private var tensors: [Name: Tensor] = [:]

    /// A tensor of this shape; its content is whatever the last user left.
    func callAsFunction(_ name: Name, _ shape: [Int]) -> Tensor {
        let count = shape.reduce(1, *)
        if let tensor = tensors[name], tensor.count >= count {
            return tensor[0..<count].reshaped(shape)
        }
        let tensor = Tensor([count])
        tensors[name] = tensor
        return tensor.reshaped(shape)
    }

    var byteCount: Int { tensors.values.reduce(0) { $0 + 4 * $1.count } }
}
