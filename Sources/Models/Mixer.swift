import Kernels
import Tensors

/// The part of a block that mixes positions.
protocol Mixer: Sendable {
    /// Shape of `MixerState.conv`.
    func convStateShape(sequences: Int) -> [Int]
    /// Shape of `MixerState.ssm`.
    func ssmStateShape(sequences: Int) -> [Int]
    /// The mixer's output for normed input `u` `[pos, d_model]`, into `out` `[pos, d_model]`.
    ///
    /// `block` and `index` name the mixer at its hook points. Without `out` it ends before its last
    /// projection.
    func forward(
        _ u: Tensor, pass: ForwardPass, block: Int, index: Int?, into out: Tensor?) throws
    /// The gradient in `u` of what `forward` computed in `pass.forward`, for the gradient `dOut` of
    /// its output; adds the gradients of its parameters.
    ///
    /// - Parameters:
    ///   - u: what the mixer read; all `[pos, d_model]`.
    ///   - adding: whether `du` is added to or overwritten.
    func backward(
        _ u: Tensor, dOut: Tensor, pass: BackwardPass, block: Int, index: Int?, into du: Tensor,
        adding: Bool)
}

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
            self.weight = .bf16(PackedFactor(.transposed(weight.matrix)))
            weight.forget()
        }
        self.bias = bias ? try weights.tensor("\(name).bias", [out], biasRole) : nil
    }

    /// `y = x · weightᵀ + bias`.
    func callAsFunction(_ x: Matrix, into y: Matrix) {
        switch weight {
        case .fp32(let weight): linear(x, weight: weight.matrix, bias: bias?.pointer, into: y)
        case .bf16(let weight): linear(x, weight: weight, bias: bias?.pointer, into: y)
        }
    }
}

/// A depthwise causal convolution; its taps are turned so that channels run fastest.
struct CausalConv1d: Sendable {
    /// `[channels, 1, width]`, as stored.
    let weight: Tensor
    /// `[width, channels]`.
    let taps: Tensor
    /// `[channels]`.
    let bias: Tensor?

    /// Reads `name.weight` `[channels, 1, width]` and, with `bias`, `name.bias`.
    init(_ weights: WeightReader, _ name: String, channels: Int, width: Int, bias: Bool) throws {
        weight = try weights.tensor(
            "\(name).weight", [channels, 1, width], .convolution(width: width))
        taps = Tensor(width, channels)
        for channel in 0..<channels {
            for tap in 0..<width {
                taps.pointer[tap * channels + channel] = weight.pointer[channel * width + tap]
            }
        }
        self.bias =
            bias
            ? try weights.tensor("\(name).bias", [channels], .convolutionBias(width: width)) : nil
    }

    /// The convolution and SiLU of `x` into `y`; `state` becomes that after the last position.
    func callAsFunction(_ x: Matrix, pass: ForwardPass, state: MixerState?, into y: Matrix) {
        let history = state?.convRows
        causalConv1dSiLU(
            x, sequences: pass.sequences, taps: taps.matrix, bias: bias?.pointer,
            history: history, into: y)
        guard let history else { return }
        updateHistory(history, with: x, sequences: pass.sequences, width: taps.shape[0])
    }
}
