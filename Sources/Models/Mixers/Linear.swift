import Kernels
import Tensors

/// A PyTorch `Linear`.
struct Linear: Sendable {
    private enum Weight: Sendable {
        /// `[out, in]`.
        case fp32(Tensor)
        /// Its transpose in bfloat16 tiles; the float32 numbers are not kept.
        case bf16(PackedFactor)
    }

    private let weight: Weight
    /// `[out]`.
    let bias: Tensor?

    /// The weight as a parameter of a model in training, which is float32.
    var trainedWeight: Tensor {
        guard case .fp32(let weight) = weight else {
            preconditionFailure("a model with packed weights is not trained")
        }
        return weight
    }

    /// Reads `name.weight` and, with `bias`, `name.bias`.
    ///
    /// - Parameter role: of the weight; by default that of any layer inside a block.
    init(
        _ weights: WeightReader, _ name: String, out: Int, in columns: Int, bias: Bool,
        role: ParameterRole? = nil, biasRole: ParameterRole = .bias
    ) throws {
        let weight = try weights.tensor(
            "\(name).weight", [out, columns], role ?? .projection(inputs: columns), isMatrix: true)
        switch weights.precision {
        case .fp32: self.weight = .fp32(weight)
        case .bf16:
            self.weight = .bf16(PackedFactor(.transposed(weight)))
            weight.forget()
        }
        self.bias = bias ? try weights.tensor("\(name).bias", [out], biasRole) : nil
    }

    /// `y = x · weightᵀ + bias`.
    func callAsFunction(_ x: Tensor, into y: Tensor) {
        switch weight {
        case .fp32(let weight): linear(x, weight: weight, bias: bias, into: y)
        case .bf16(let weight): linear(x, weight: weight, bias: bias, into: y)
        }
    }
}

extension Linear {
    /// The gradient in `x`, overwritten or added to; adds those of weight and bias.
    func backward(
        _ x: Tensor, dy: Tensor, _ gradients: Gradients, into dx: Tensor, adding: Bool = false
    ) {
        let weight = trainedWeight
        linearBackward(
            x, weight: weight, dy: dy, into: dx, adding: adding,
            weightGradient: gradients[weight],
            biasGradient: bias.map { gradients[$0] })
    }
}
