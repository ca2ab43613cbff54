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
        outProj.backward(normed.matrix, dy: dOut.matrix, gradients, into: dy.matrix)
        gatedRMSNormBackward(
            y.matrix, with: projected.matrix.columns(ofZ), weight: innerNorm.pointer,
            epsilon: shape.epsilon, groups: shape.innerNormGroups, dy: dy.matrix,
            into: dProjected.matrix.columns(ofZ), weightGradient: gradients[innerNorm].pointer)

        // y = ssd(x, B, C, dt), A = −exp(A_log), whose derivative in A_log is A
        let dA = Tensor(shape.nHeads)
        ssdScanBackward(
            SSDInput(
                x: convolved.matrix.columns(ofX), B: convolved.matrix.columns(ofB),
                C: convolved.matrix.columns(ofC), dt: dt.matrix, A: A.pointer, D: D.pointer,
                headDim: shape.headDim, dState: shape.dState),
            sequences: pass.sequences, dy: dy.matrix,
            into: SSDGradient(
                x: dConvolved.matrix.columns(ofX), B: dConvolved.matrix.columns(ofB),
                C: dConvolved.matrix.columns(ofC), dt: dStep.matrix, A: dA.pointer,
                D: gradients[D].pointer))
        let dALog = gradients[aLog]
        for head in 0..<shape.nHeads {
            dALog.pointer[head] += dA.pointer[head] * A.pointer[head]
        }

        // [x, B, C] = silu(conv1d([x, B, C])), dt = clamp(softplus(dt + dt_bias))
        conv1d.backward(
            projected.matrix.columns(ofConv), pass, dy: dConvolved.matrix,
            into: dProjected.matrix.columns(ofConv))
        softplusBackward(
            projected.matrix.columns(ofRawStep), bias: dtBias.pointer, limits: shape.dtLimit,
            dy: dStep.matrix, into: dProjected.matrix.columns(ofRawStep),
            biasGradient: gradients[dtBias].pointer)

        inProj.backward(
            u.matrix, dy: dProjected.matrix, gradients, into: du.matrix, adding: adding)
    }
}
