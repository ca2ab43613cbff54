import Kernels
import Tensors

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
        taps = transposed(weight.reshaped([channels, width]))
        self.bias =
            bias
            ? try weights.tensor("\(name).bias", [channels], .convolutionBias(width: width)) : nil
    }

    /// The convolution and SiLU of `x` into `y`; `state` becomes that after the last position.
    func callAsFunction(
        _ x: Tensor, sequences: [Range<Int>], state: MixerState?, into y: Tensor
    ) {
        let history = state?[.conv]
        causalConv1dSiLU(
            x, sequences: sequences, taps: taps, bias: bias,
            history: history, into: y)
        guard let history else { return }
        updateHistory(history, with: x, sequences: sequences, width: taps.shape[0])
    }
}

extension CausalConv1d {
    /// The gradient in `x`, overwritten; adds those of weight and bias. `dy` is overwritten.
    func backward(_ x: Tensor, _ pass: MixerBackwardPass, dy: Tensor, into dx: Tensor) {
        let (width, channels) = (taps.shape[0], taps.shape[1])
        let gradient = Tensor(width + (bias == nil ? 0 : 1), channels)
        causalConv1dSiLUBackward(
            x, sequences: pass.sequences, taps: taps, bias: bias, dy: dy, into: dx,
            gradient: gradient)
        add(transposed(gradient[0..<width]), into: pass.gradients[weight])
        if let bias { add(gradient[width], into: pass.gradients[bias]) }
    }
}
