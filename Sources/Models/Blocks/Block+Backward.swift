import Kernels
import Tensors

extension Block {
    /// Turns the gradient in the stream after the block into that in the stream before it, in
    /// place, and adds the gradients of the block's parameters.
    ///
    /// - Parameters:
    ///   - stream: what the block read; both `[pos, d_model]`.
    func backward(
        _ stream: Tensor, dStream: Tensor, pass: BackwardPass, dropout: Dropout?
    ) throws {
        let gradients = pass.gradients
        let u = pass.buffer(.u, stream.shape)
        let du = pass.buffer(.du, stream.shape)
        rmsNorm(stream, weight: norm, epsilon: epsilon, into: u)
        switch kind {
        case .ordinary(let mixer):
            if pass.needsForward(block: index) {
                try mixer.forward(u, pass: pass.forward.inside(index), into: nil)
            }
            var dOut = dStream
            if let dropout {
                dOut = pass.buffer(.dMixed, stream.shape)
                copy(dStream, into: dOut)
                dropout.apply(to: dOut, block: index, pass.sequences)
            }
            mixer.backward(u, dOut: dOut, pass: pass.inside(index), into: du, adding: false)
        case .differential(let mixer1, let mixer2, let differential):
            let forward = pass.forward
            let (difference, mixed2) = differenceBuffers(forward, stream.shape)
            if pass.needsForward(block: index) {
                try mixer1.forward(u, pass: forward.inside(index, mixer: 1), into: difference)
                try mixer2.forward(u, pass: forward.inside(index, mixer: 2), into: mixed2)
                add(mixed2, into: difference, scale: -differential.lambdaFull)
            }

            // stream += (1 − λ_init) · subln(mixer_1 − λ · mixer_2)
            let dSubln = pass.buffer(.dSubln, stream.shape)
            let dMixed = pass.buffer(.dMixed, stream.shape)
            scale(dStream, by: 1 - differential.lambdaInit, into: dSubln)
            dropout?.apply(to: dSubln, block: index, pass.sequences)
            rmsNormBackward(
                difference, weight: differential.subln,
                epsilon: Differential.epsilon, dy: dSubln, into: dMixed,
                weightGradient: gradients[differential.subln])
            let dLambda = -Float(dot(dMixed, mixed2)) * differential.lambdaSlope
            add(dLambda, to: gradients[differential.q1])
            mixer1.backward(
                u, dOut: dMixed, pass: pass.inside(index, mixer: 1), into: du, adding: false)
            scale(dMixed, by: -differential.lambdaFull, into: dMixed)
            mixer2.backward(
                u, dOut: dMixed, pass: pass.inside(index, mixer: 2), into: du, adding: true)
        }
        let dx = pass.buffer(.dx, stream.shape)
        rmsNormBackward(
            stream, weight: norm, epsilon: epsilon, dy: du, into: dx,
            weightGradient: gradients[norm])
        add(dx, into: dStream)
    }
}
