import Kernels
import Tensors

extension Mamba2Mixer {
    func backward(
        _ u: Tensor, dOut: Tensor, pass: MixerBackwardPass, into du: Tensor, adding: Bool
    ) {
        let (gradients, rows) = (pass.gradients, pass.rows)
        let (inside, shape) = (pass.inside, configuration)
        let projected = inside(.projected, [rows, shape.inProjRows])
        let convolved = inside(.convolved, [rows, shape.convChannels])
        let dt = inside(.timeStep, [rows, shape.nHeads])
        let y = inside(.scanned, [rows, shape.dInner])
        let normed = inside(.gated, y.shape)

        // [z, x, B, C, dt] and [x, B, C], and the same parts of their gradients.
        let (ofZ, ofConv, ofRawStep) = (
            0..<shape.dInner, shape.dInner..<shape.dInner + shape.convChannels,
            shape.inProjRows - shape.nHeads..<shape.inProjRows
        )
        let groupWidth = shape.nGroups * shape.dState
        let (ofX, ofB, ofC) = (
            0..<shape.dInner, shape.dInner..<shape.dInner + groupWidth,
            shape.dInner + groupWidth..<shape.convChannels
        )
        let dProjected = pass.buffer(.dProjected, projected.shape)
        let dConvolved = pass.buffer(.dConvolved, convolved.shape)
        let dStep = pass.buffer(.dStep, dt.shape)

        // out = out_proj(norm(y ∘ silu(z)))
        let dy = pass.buffer(.dScanned, y.shape)
        outProj.backward(normed, dy: dOut, gradients, into: dy)
        gatedRMSNormBackward(
            y, with: projected.columns(ofZ), weight: innerNorm,
            epsilon: shape.epsilon, groups: shape.innerNormGroups, dy: dy,
            into: dProjected.columns(ofZ), weightGradient: gradients[innerNorm])

        // y = ssd(x, B, C, dt), A = −exp(A_log), whose derivative in A_log is A
        let dA = Tensor(shape.nHeads)
        ssdScanBackward(
            SSDInput(
                x: convolved.columns(ofX), B: convolved.columns(ofB),
                C: convolved.columns(ofC), dt: dt, A: A, D: D,
                headDim: shape.headDim, dState: shape.dState),
            sequences: pass.sequences, dy: dy,
            into: SSDGradient(
                x: dConvolved.columns(ofX), B: dConvolved.columns(ofB),
                C: dConvolved.columns(ofC), dt: dStep, A: dA,
                D: gradients[D]))
        multiply(dA, by: A, addingTo: gradients[aLog])

        // [x, B, C] = silu(conv1d([x, B, C])), dt = clamp(softplus(dt + dt_bias))
        conv1d.backward(
            projected.columns(ofConv), pass, dy: dConvolved,
            into: dProjected.columns(ofConv))
        softplusBackward(
            projected.columns(ofRawStep), bias: dtBias, limits: shape.dtLimit,
            dy: dStep, into: dProjected.columns(ofRawStep),
            biasGradient: gradients[dtBias])

        inProj.backward(
            u, dy: dProjected, gradients, into: du, adding: adding)
    }
}
