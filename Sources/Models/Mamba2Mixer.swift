import Foundation
import Kernels
import Tensors

/// The Mamba-2 mixer:
///
///     [z, x, B, C, dt] = in_proj(u)
///     [x, B, C] = silu(conv1d([x, B, C]))
///     dt = clamp(softplus(dt + dt_bias)),  A = −exp(A_log)
///     S_t = exp(dt A) S_{t−1} + dt x_t ⊗ B_t,  y_t = S_t C_t + D x_t     (head by head)
///     out = out_proj(norm(y ∘ silu(z)))
///
/// - SeeAlso: Dao & Gu 2024, arXiv:2405.21060, sections 6 and 7.1.
struct Mamba2Mixer: Mixer {
    let shape: MixerShape
    let epsilon: Float
    let inProj: Linear
    let conv1d: CausalConv1d
    /// `dt_bias`, `[n_heads]`.
    let dtBias: Tensor
    /// `A_log`, `[n_heads]`.
    let aLog: Tensor
    /// `−exp(A_log)`, `[n_heads]`.
    let A: Tensor
    /// `D`, `[n_heads]`.
    let D: Tensor
    /// `norm.weight`, `[d_inner]`.
    let innerNorm: Tensor
    let outProj: Linear

    init(_ weights: WeightReader, prefix: String, shape: MixerShape, epsilon: Float) throws {
        self.shape = shape
        self.epsilon = epsilon
        inProj = try Linear(
            weights, "\(prefix).in_proj", out: shape.inProjRows, in: shape.dModel,
            bias: shape.useBias)
        conv1d = try CausalConv1d(
            weights, "\(prefix).conv1d", channels: shape.convChannels, width: shape.convKernel,
            bias: shape.useConvBias)
        dtBias = try weights.tensor("\(prefix).dt_bias", [shape.nHeads], ParameterRole(.timeStep))
        aLog = try weights.tensor("\(prefix).A_log", [shape.nHeads], ParameterRole(.logDecay))
        A = negativeExponential(aLog)
        D = try weights.tensor("\(prefix).D", [shape.nHeads], ParameterRole(.ones))
        innerNorm = try weights.tensor("\(prefix).norm.weight", [shape.dInner], .norm)
        outProj = try Linear(
            weights, "\(prefix).out_proj", out: shape.dModel, in: shape.dInner,
            bias: shape.useBias, role: .output(inputs: shape.dInner))
    }

    func convStateShape(sequences: Int) -> [Int] {
        [sequences, shape.convKernel - 1, shape.convChannels]
    }

    func ssmStateShape(sequences: Int) -> [Int] {
        [sequences, shape.nHeads, shape.headDim, shape.dState]
    }

    func forward(
        _ u: Tensor, pass: ForwardPass, block: Int, index: Int?, into out: Tensor?
    ) throws {
        let hooks = pass.hooks
        func point(_ part: MixerPart) -> HookPoint { .mixer(part, block: block, index: index) }
        let state = pass.state(of: self, block: block, index: index)
        let headShape = [shape.nHeads, shape.headDim]
        let groupShape = [shape.nGroups, shape.dState]

        let buffers = pass.buffers(block: block, mixer: index)
        let projected = buffers(.projected, [pass.rows, shape.inProjRows])
        inProj(u.matrix, into: projected.matrix)
        try hooks.visit(point(.inProj), projected)
        let z = projected.matrix.columns(0..<shape.dInner)
        try hooks.visit(point(.z), columns: z, shape: [shape.dInner])

        let convolved = buffers(.convolved, [pass.rows, shape.convChannels])
        conv1d(
            projected.matrix.columns(shape.dInner..<shape.dInner + shape.convChannels),
            pass: pass, state: state, into: convolved.matrix)
        try hooks.visit(point(.conv1d), convolved)
        let groupWidth = shape.nGroups * shape.dState
        let x = convolved.matrix.columns(0..<shape.dInner)
        let B = convolved.matrix.columns(shape.dInner..<shape.dInner + groupWidth)
        let C = convolved.matrix.columns(shape.dInner + groupWidth..<shape.convChannels)
        try hooks.visit(point(.x), columns: x, shape: headShape)
        try hooks.visit(point(.B), columns: B, shape: groupShape)
        try hooks.visit(point(.C), columns: C, shape: groupShape)

        let dt = buffers(.timeStep, [pass.rows, shape.nHeads])
        softplus(
            projected.matrix.columns(shape.inProjRows - shape.nHeads..<shape.inProjRows),
            bias: dtBias.pointer, limits: shape.dtLimit, into: dt.matrix)
        try hooks.visit(point(.dt), dt)

        let y = buffers(.scanned, [pass.rows, shape.dInner])
        ssdScan(
            SSDInput(
                x: x, B: B, C: C, dt: dt.matrix, A: A.pointer, D: D.pointer,
                headDim: shape.headDim, dState: shape.dState),
            sequences: pass.sequences, states: state?.ssmRows, into: y.matrix)
        try hooks.visit(point(.ssmOut), y.reshaped([pass.rows] + headShape))
        if let state { try hooks.visit(point(.finalState), state.ssm) }

        let gated = pass.isTraining ? buffers(.gated, y.shape) : y
        gatedRMSNorm(
            y.matrix, with: z, weight: innerNorm.pointer, epsilon: epsilon,
            groups: shape.innerNormGroups, into: gated.matrix)
        try hooks.visit(point(.innerNorm), gated)
        guard let out else { return }
        outProj(gated.matrix, into: out.matrix)
        try hooks.visit(point(.outProj), out)
    }
}

/// `−exp(x)`, element by element: the decay rates from `A_log`.
func negativeExponential(_ x: Tensor) -> Tensor {
    Tensor(x.elements.map { -exp($0) }, shape: x.shape)
}
