import Kernels
import Tensors

extension Linear {
    /// The gradient in `x`, overwritten or added to; adds those of weight and bias.
    func backward(
        _ x: Matrix, dy: Matrix, _ gradients: Gradients, into dx: Matrix, adding: Bool = false
    ) {
        let weight = trainedWeight
        linearBackward(
            x, weight: weight.matrix, dy: dy, into: dx, adding: adding,
            weightGradient: gradients[weight].matrix,
            biasGradient: bias.map { gradients[$0].pointer })
    }
}

extension CausalConv1d {
    /// The gradient in `x`, overwritten; adds those of weight and bias. `dy` is overwritten.
    func backward(_ x: Matrix, pass: BackwardPass, dy: Matrix, into dx: Matrix) {
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
