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
    func callAsFunction(
        _ x: Matrix, sequences: [Range<Int>], state: MixerState?, into y: Matrix
    ) {
        let history = state?.rows(.conv)
        causalConv1dSiLU(
            x, sequences: sequences, taps: taps.matrix, bias: bias?.pointer,
            history: history, into: y)
        guard let history else { return }
        updateHistory(history, with: x, sequences: sequences, width: taps.shape[0])
    }
}

extension CausalConv1d {
    /// The gradient in `x`, overwritten; adds those of weight and bias. `dy` is overwritten.
    func backward(_ x: Matrix, _ pass: MixerBackwardPass, dy: Matrix, into dx: Matrix) {
        let (width, channels) = (taps.shape[0], taps.shape[1])
        let gradient = Tensor(width + (bias == nil ? 0 : 1), channels)
        causalConv1dSiLUBackward(
            x, sequences: pass.sequences, taps: taps.matrix, bias: bias?.pointer, dy: dy, into: dx,
            gradient: gradient.matrix)
        let stored = pass.gradients[weight]
        for tap in 0..<width {
            for channel in 0..<channels {
                stored.pointer[channel * width + tap] += gradient[tap].pointer[channel]
            }
        }
        if let bias { add(gradient[width], into: pass.gradients[bias]) }
    }
}
