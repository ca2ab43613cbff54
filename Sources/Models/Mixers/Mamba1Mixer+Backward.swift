import Kernels
import Tensors

extension Mamba1Mixer {
    func backward(
        _ u: Tensor, dOut: Tensor, pass: MixerBackwardPass, into du: Tensor, adding: Bool
    ) {
        let (gradients, rows) = (pass.gradients, pass.rows)
        let (dInner, dState, dtRank) = (
            configuration.dInner, configuration.dState, configuration.dtRank
        )
        let inside = pass.inside
        let projected = inside(.projected, [rows, 2 * dInner])
        let x = inside(.convolved, [rows, dInner])
        let selected = inside(.selected, [rows, dtRank + 2 * dState])
        let dt = inside(.timeStep, [rows, dInner])
        let y = inside(.scanned, [rows, dInner])
        let gated = inside(.gated, y.shape)

        // [x, z] and [δ, B, C], and the same parts of their gradients.
        let (ofX, ofZ, ofDelta) = (0..<dInner, dInner..<2 * dInner, 0..<dtRank)
        let (ofB, ofC) = (dtRank..<dtRank + dState, dtRank + dState..<dtRank + 2 * dState)
        let dProjected = pass.buffer(.dProjected, projected.shape)
        let dx = pass.buffer(.dConvolved, x.shape)
        let dSelected = pass.buffer(.dSelected, selected.shape)
        let dStep = pass.buffer(.dStep, dt.shape)

        // out = out_proj(y ∘ silu(z))
        let dy = pass.buffer(.dScanned, y.shape)
        outProj.backward(gated.matrix, dy: dOut.matrix, gradients, into: dy.matrix)
        gateBackward(
            y.matrix, with: projected.matrix.columns(ofZ), dy: dy.matrix,
            into: dProjected.matrix.columns(ofZ))

        // y = scan(x, B, C, dt), A = −exp(A_log), whose derivative in A_log is A
        let dA = Tensor(A.shape)
        selectiveScanBackward(
            x: x.matrix, dt: dt.matrix, B: selected.matrix.columns(ofB),
            C: selected.matrix.columns(ofC), A: A.pointer, D: D.pointer,
            sequences: pass.sequences, dy: dy.matrix, into: dx.matrix, dt: dStep.matrix,
            B: dSelected.matrix.columns(ofB), C: dSelected.matrix.columns(ofC), A: dA.pointer,
            D: gradients[D].pointer)
        multiply(dA, by: A, addingTo: gradients[aLog])

        // dt = softplus(dt_proj(δ)), whose argument is computed anew
        let (raw, dRaw) = (pass.buffer(.rawStep, dt.shape), pass.buffer(.dRawStep, dt.shape))
        dtProj(selected.matrix.columns(ofDelta), into: raw.matrix)
        let (noBias, unused) = (Tensor(dInner), Tensor(dInner))
        softplusBackward(
            raw.matrix, bias: noBias.pointer, limits: 0...Float.infinity, dy: dStep.matrix,
            into: dRaw.matrix, biasGradient: unused.pointer)
        dtProj.backward(
            selected.matrix.columns(ofDelta), dy: dRaw.matrix, gradients,
            into: dSelected.matrix.columns(ofDelta))

        // [δ, B, C] = x_proj(x), x = silu(conv1d(x))
        xProj.backward(x.matrix, dy: dSelected.matrix, gradients, into: dx.matrix, adding: true)
        conv1d.backward(
            projected.matrix.columns(ofX), pass, dy: dx.matrix,
            into: dProjected.matrix.columns(ofX))
        inProj.backward(
            u.matrix, dy: dProjected.matrix, gradients, into: du.matrix, adding: adding)
        withExtendedLifetime((dA, noBias, unused)) {}
    }
}

extension Buffers.Name {
    static let rawStep = Self("raw_step")
    static let dRawStep = Self("d_raw_step")
    static let dSelected = Self("d_selected")
}
