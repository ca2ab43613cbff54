import Kernels
import Tensors

/// The dimensions and choices of a Mamba-1 mixer.
package struct Mamba1Configuration: MixerConfiguration {
    package var dModel: Int
    /// `expand · d_model`, `intermediate_size`.
    package var dInner: Int
    /// `state_size`, `d_state`.
    package var dState: Int
    /// `conv_kernel`, `d_conv`.
    package var convKernel: Int
    /// `time_step_rank`, `dt_rank`.
    package var dtRank: Int
    package var useBias: Bool
    package var useConvBias: Bool
    /// Of the norms without weights over each of δ, B and C, which FalconMamba has: `mixer_rms_eps`.
    package var selectionEpsilon: Float? = nil

    var name: String { selectionEpsilon == nil ? "Mamba-1" : "FalconMamba" }

    func sizes(count: Int) -> String { "d_inner \(count * dInner), d_state \(dState)" }

    var description: String {
        "d_inner \(dInner), d_state \(dState), conv \(convKernel), dt_rank \(dtRank)"
    }

    /// `in_proj` gives `[x, z]`; every channel is a head of its own.
    var hookPoints: [(part: MixerPart, axes: [ValueAxis])] {
        let (inner, state) = (ValueAxis("d_inner", dInner), ValueAxis("d_state", dState))
        return [
            (.inProj, [ValueAxis("d_in_proj", 2 * dInner)]), (.z, [inner]), (.conv1d, [inner]),
            (.x, [inner]), (.B, [state]), (.C, [state]), (.dt, [inner]), (.A, [inner, state]),
            (.D, [inner]), (.ssmOut, [inner]), (.finalState, [inner, state]),
            (.outProj, [ValueAxis("d_model", dModel)]),
        ]
    }

    var state: [(part: StatePart, shape: [Int])] {
        [(.conv, [convKernel - 1, dInner]), (.ssm, [dInner, dState])]
    }

    /// δ, B and C in what `x_proj` gives.
    var selection: [Range<Int>] {
        [0..<dtRank, dtRank..<dtRank + dState, dtRank + dState..<dtRank + 2 * dState]
    }

    /// Of the projections, and what reads and writes the state; its scan has no products of chunks.
    func forwardOperations(tokens: Int) -> Double {
        let projections = dInner * (2 * dModel + dtRank + 2 * dState + dtRank + dModel)
        return Double(2 * tokens * projections + 4 * tokens * dInner * dState)
    }

    func load(_ weights: WeightReader, prefix: String) throws -> any Mixer {
        try Mamba1Mixer(weights, prefix: prefix, configuration: self)
    }
}

/// The Mamba-1 mixer:
///
///     [x, z] = in_proj(u),  x = silu(conv1d(x))
///     [δ, B, C] = x_proj(x), in FalconMamba each normed,  dt = softplus(dt_proj(δ)),  A = −exp(A_log)
///     S_t = exp(dt A) ∘ S_{t−1} + dt x_t B_t,  y_t = S_t · C_t + D x_t     (channel by channel)
///     out = out_proj(y ∘ silu(z))
///
/// - SeeAlso: Gu & Dao 2023, arXiv:2312.00752, sections 3.2 to 3.4.
struct Mamba1Mixer: Mixer {
    let configuration: Mamba1Configuration
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
    /// What norms without weights multiply by.
    let ones: Tensor

    init(
        _ weights: WeightReader, prefix: String, configuration shape: Mamba1Configuration
    ) throws {
        configuration = shape
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
        ones = Tensor(max(shape.dtRank, shape.dState))
        ones.fill(1)
    }

    var parameters: [MixerPart: Tensor] { [.A: A, .D: D] }

    func forward(_ u: Tensor, pass: MixerPass, into out: Tensor?) throws {
        let (dInner, dState, dtRank) = (
            configuration.dInner, configuration.dState, configuration.dtRank
        )
        let (buffers, state) = (pass.buffers, pass.state(configuration))

        let projected = buffers(.projected, [pass.rows, 2 * dInner])
        inProj(u, into: projected)
        try pass.visit(.inProj, projected)
        let z = projected.columns(dInner..<2 * dInner)
        try pass.visit(.z, columns: z, shape: [dInner])

        let x = buffers(.convolved, [pass.rows, dInner])
        conv1d(
            projected.columns(0..<dInner), sequences: pass.sequences, state: state,
            into: x)
        try pass.visit(.conv1d, x)
        try pass.visit(.x, x)

        let selected = buffers(.selected, [pass.rows, dtRank + 2 * dState])
        xProj(x, into: selected)
        if let epsilon = configuration.selectionEpsilon {
            for part in configuration.selection.map(selected.columns) {
                rmsNorm(
                    part, weight: ones[0..<part.shape[1]], epsilon: epsilon, into: part)
            }
        }
        let B = selected.columns(configuration.selection[1])
        let C = selected.columns(configuration.selection[2])
        try pass.visit(.B, columns: B, shape: [dState])
        try pass.visit(.C, columns: C, shape: [dState])

        let dt = buffers(.timeStep, [pass.rows, dInner])
        dtProj(selected.columns(0..<dtRank), into: dt)
        softplus(dt, into: dt)
        try pass.visit(.dt, dt)
        try pass.visit(.A, A.copy())
        try pass.visit(.D, D.copy())

        let y = buffers(.scanned, [pass.rows, dInner])
        selectiveScan(
            x: x, dt: dt, B: B, C: C, A: A, D: D,
            sequences: pass.sequences, states: state?[.ssm], into: y)
        try pass.visit(.ssmOut, y)
        if let state { try pass.visit(.finalState, state[.ssm]) }

        let gated = pass.isTraining ? buffers(.gated, y.shape) : y
        if pass.isTraining { copy(y, into: gated) }
        gate(gated, with: z)
        guard let out else { return }
        outProj(gated, into: out)
        try pass.visit(.outProj, out)
    }
}

extension Buffers.Name {
    static let selected = Self("selected")
}
