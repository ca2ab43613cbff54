import Kernels
import Tensors

/// The Mamba-1 mixer:
///
///     [x, z] = in_proj(u),  x = silu(conv1d(x))
///     [δ, B, C] = x_proj(x),  dt = softplus(dt_proj(δ)),  A = −exp(A_log)
///     S_t = exp(dt A) ∘ S_{t−1} + dt x_t B_t,  y_t = S_t · C_t + D x_t     (channel by channel)
///     out = out_proj(y ∘ silu(z))
///
/// - SeeAlso: Gu & Dao 2023, arXiv:2312.00752, sections 3.2 to 3.4.
struct Mamba1Mixer: Mixer {
    let shape: MixerShape
    let inProj: Linear
    let conv1d: CausalConv1d
    /// `x_proj`, `[dt_rank + 2 d_state, d_inner]`.
    let xProj: Linear
    /// `dt_proj`, `[d_inner, dt_rank]`; its bias is always there.
    let dtProj: Linear
    /// `A_log`, `[d_inner, d_state]`.
    let aLog: Tensor
    /// `−exp(A_log)`, `[d_inner, d_state]`.
    let A: Tensor
    /// `D`, `[d_inner]`.
    let D: Tensor
    let outProj: Linear

    init(_ weights: WeightReader, prefix: String, shape: MixerShape) throws {
        self.shape = shape
        inProj = try Linear(
            weights, "\(prefix).in_proj", out: 2 * shape.dInner, in: shape.dModel,
            bias: shape.useBias)
        conv1d = try CausalConv1d(
            weights, "\(prefix).conv1d", channels: shape.dInner, width: shape.convKernel,
            bias: shape.useConvBias)
        xProj = try Linear(
            weights, "\(prefix).x_proj", out: shape.dtRank + 2 * shape.dState, in: shape.dInner,
            bias: false)
        dtProj = try Linear(
            weights, "\(prefix).dt_proj", out: shape.dInner, in: shape.dtRank, bias: true,
            biasRole: ParameterRole(.timeStep))
        aLog = try weights.tensor(
            "\(prefix).A_log", [shape.dInner, shape.dState], ParameterRole(.logCounting))
        A = negativeExponential(aLog)
        D = try weights.tensor("\(prefix).D", [shape.dInner], ParameterRole(.ones))
        outProj = try Linear(
            weights, "\(prefix).out_proj", out: shape.dModel, in: shape.dInner,
            bias: shape.useBias, role: .output(inputs: shape.dInner))
    }

    func convStateShape(sequences: Int) -> [Int] {
        [sequences, shape.convKernel - 1, shape.dInner]
    }

    func ssmStateShape(sequences: Int) -> [Int] {
        [sequences, shape.dInner, shape.dState]
    }

    func forward(
        _ u: Tensor, pass: ForwardPass, block: Int, index: Int?, into out: Tensor?
    ) throws {
        let hooks = pass.hooks
        func point(_ part: MixerPart) -> HookPoint { .mixer(part, block: block, index: index) }
        let state = pass.state(of: self, block: block, index: index)
        let (dInner, dState, dtRank) = (shape.dInner, shape.dState, shape.dtRank)

        let buffers = pass.buffers(block: block, mixer: index)
        let projected = buffers(.projected, [pass.rows, 2 * dInner])
        inProj(u.matrix, into: projected.matrix)
        try hooks.visit(point(.inProj), projected)
        let z = projected.matrix.columns(dInner..<2 * dInner)
        try hooks.visit(point(.z), columns: z, shape: [dInner])

        let x = buffers(.convolved, [pass.rows, dInner])
        conv1d(projected.matrix.columns(0..<dInner), pass: pass, state: state, into: x.matrix)
        try hooks.visit(point(.conv1d), x)
        try hooks.visit(point(.x), x)

        let selected = buffers(.bcdt, [pass.rows, dtRank + 2 * dState])
        xProj(x.matrix, into: selected.matrix)
        let B = selected.matrix.columns(dtRank..<dtRank + dState)
        let C = selected.matrix.columns(dtRank + dState..<dtRank + 2 * dState)
        try hooks.visit(point(.B), columns: B, shape: [dState])
        try hooks.visit(point(.C), columns: C, shape: [dState])

        let dt = buffers(.timeStep, [pass.rows, dInner])
        dtProj(selected.matrix.columns(0..<dtRank), into: dt.matrix)
        softplus(dt.matrix, into: dt.matrix)
        try hooks.visit(point(.dt), dt)

        let y = buffers(.scanned, [pass.rows, dInner])
        selectiveScan(
            x: x.matrix, dt: dt.matrix, B: B, C: C, A: A.pointer, D: D.pointer,
            sequences: pass.sequences, states: state?.ssmRows, into: y.matrix)
        try hooks.visit(point(.ssmOut), y)
        if let state { try hooks.visit(point(.finalState), state.ssm) }

        let gated = pass.isTraining ? buffers(.gated, y.shape) : y
        if pass.isTraining { copy(y, into: gated) }
        gate(gated.matrix, with: z)
        guard let out else { return }
        outProj(gated.matrix, into: out.matrix)
        try hooks.visit(point(.outProj), out)
    }
}
