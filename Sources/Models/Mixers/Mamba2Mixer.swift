import Base
import Foundation
import Kernels
import Tensors

/// The dimensions and choices of a Mamba-2 mixer; the defaults are those of the released models.
package struct Mamba2Configuration: MixerConfiguration {
    package var dModel: Int
    /// `n_heads · head_dim`; `expand · d_model`.
    package var dInner: Int
    /// `head_dim`.
    package var headDim = 64
    /// `state_size`, `d_state`.
    package var dState = 128
    /// `n_groups`: B and C are shared by the heads of a group.
    package var nGroups = 1
    /// `conv_kernel`, `d_conv`.
    package var convKernel = 4
    package var useBias = false
    package var useConvBias = true
    /// `time_step_limit`.
    package var dtLimit = 0...Float.infinity
    /// Parts of the inner norm, each normed by itself: `n_groups`, or 1 for models that were trained by
    /// transformers before 5.23.
    package var innerNormGroups = 1
    /// Of the inner norm.
    package var epsilon: Float = 1e-5

    package var nHeads: Int { dInner / headDim }
    /// Channels of conv1d: `[x, B, C]`.
    package var convChannels: Int { dInner + 2 * nGroups * dState }
    /// Rows of `in_proj`: `[z, x, B, C, dt]`.
    package var inProjRows: Int { dInner + convChannels + nHeads }

    let name = "Mamba-2"

    func sizes(count: Int) -> String { "d_inner \(count * dInner), d_state \(dState)" }

    var gatedNorm: String? {
        nGroups == 1 ? nil : innerNormGroups == 1 ? "over the whole width" : "group by group"
    }

    var description: String {
        let limits = dtLimit == Self.unlimited ? "" : ", dt in \(dtLimit)"
        return "\(counted(nHeads, "head")) of \(headDim), d_inner \(dInner), d_state \(dState), "
            + "conv \(convKernel), \(counted(nGroups, "group"))"
            + (gatedNorm.map { ", gated norm \($0)" } ?? "")
            + (useBias ? ", projection biases" : "")
            + (useConvBias ? "" : ", no conv bias") + limits
    }

    static let unlimited = 0...Float.infinity

    /// Limits of the time step are spelled in numbers that JSON has, and left out where there are none,
    /// which is what every reader takes a missing key for: each line of transformers spells infinity in a
    /// way of its own.
    var configurationKeys: [(key: String, value: String?)] {
        let limits = (dtLimit.lowerBound, min(dtLimit.upperBound, Float.greatestFiniteMagnitude))
        let norm = innerNormGroups == 1 ? "1" : nil
        return (nGroups > 1 ? [("gated_norm_groups", norm)] : []) + [
            ("time_step_limit", dtLimit == Self.unlimited ? nil : "[\(limits.0), \(limits.1)]")
        ]
    }

    /// `in_proj` gives `[z, x, B, C, dt]` before conv1d and softplus; conv1d `[x, B, C]`.
    var hookPoints: [(part: MixerPart, axes: [ValueAxis])] {
        let (inner, state) = (ValueAxis("d_inner", dInner), ValueAxis("d_state", dState))
        let heads = ValueAxis("n_heads", nHeads)
        let channels = [heads, ValueAxis("head_dim", headDim)]
        let groups = [ValueAxis("n_groups", nGroups), state]
        return [
            (.inProj, [ValueAxis("d_in_proj", inProjRows)]), (.z, [inner]),
            (.conv1d, [ValueAxis("conv_dim", convChannels)]), (.x, channels), (.B, groups),
            (.C, groups), (.dt, [heads]), (.A, [heads]), (.D, [heads]), (.ssmOut, channels),
            (.finalState, channels + [state]), (.innerNorm, [inner]),
            (.outProj, [ValueAxis("d_model", dModel)]),
        ]
    }

    var state: [(part: StatePart, shape: [Int])] {
        [(.conv, [convKernel - 1, convChannels]), (.ssm, [nHeads, headDim, dState])]
    }

    /// Length of the chunks for which the scan's products are counted.
    private static let countedChunk = 64

    /// Of the projections and, for every chunk of q positions (64, fewer at the end), the products of Dao
    /// & Gu 2024, section 6: `2 q² d_state` a group for `C Bᵀ`, and for each head `2 q² head_dim` for its
    /// product with `dt x`, `2 q head_dim d_state` for `C Sᵀ`, and as much for the next state.
    func forwardOperations(tokens: Int) -> Double {
        let projections = dModel * (inProjRows + dInner)
        let (chunks, rest) = tokens.quotientAndRemainder(dividingBy: Self.countedChunk)
        let squares = chunks * Self.countedChunk * Self.countedChunk + rest * rest
        let inside = 2 * squares * (nGroups * dState + dInner)
        let across = 4 * tokens * dInner * dState
        return Double(2 * tokens * projections + inside + across)
    }

    func load(_ weights: WeightReader, prefix: String) throws -> any Mixer {
        try Mamba2Mixer(weights, prefix: prefix, configuration: self)
    }

    /// Each of the two mixers of a differential block that takes the place of one with this mixer: half
    /// the width, half the head dimension.
    var half: Mamba2Configuration {
        var half = self
        half.dInner = dModel
        half.headDim /= 2
        return half
    }

    /// Blocks with this mixer, the differential ones with two halves of it.
    func blocks(_ count: Int, _ placement: DifferentialPlacement?) -> [BlockConfiguration] {
        (0..<count).map { index in
            placement?.contains(block: index, of: count) == true
                ? .differential(half) : .ordinary(self)
        }
    }
}

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
    let configuration: Mamba2Configuration
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

    init(
        _ weights: WeightReader, prefix: String, configuration shape: Mamba2Configuration
    ) throws {
        configuration = shape
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

    var parameters: [MixerPart: Tensor] { [.A: A, .D: D] }

    func forward(_ u: Tensor, pass: MixerPass, into out: Tensor?) throws {
        let shape = configuration
        let headShape = [shape.nHeads, shape.headDim]
        let groupShape = [shape.nGroups, shape.dState]
        let (buffers, state) = (pass.buffers, pass.state(configuration))

        let projected = buffers(.projected, [pass.rows, shape.inProjRows])
        inProj(u, into: projected)
        try pass.visit(.inProj, projected)
        let z = projected.columns(0..<shape.dInner)
        try pass.visit(.z, columns: z, shape: [shape.dInner])

        let convolved = buffers(.convolved, [pass.rows, shape.convChannels])
        conv1d(
            projected.columns(shape.dInner..<shape.dInner + shape.convChannels),
            sequences: pass.sequences, state: state, into: convolved)
        try pass.visit(.conv1d, convolved)
        let groupWidth = shape.nGroups * shape.dState
        let x = convolved.columns(0..<shape.dInner)
        let B = convolved.columns(shape.dInner..<shape.dInner + groupWidth)
        let C = convolved.columns(shape.dInner + groupWidth..<shape.convChannels)
        try pass.visit(.x, columns: x, shape: headShape)
        try pass.visit(.B, columns: B, shape: groupShape)
        try pass.visit(.C, columns: C, shape: groupShape)

        let dt = buffers(.timeStep, [pass.rows, shape.nHeads])
        softplus(
            projected.columns(shape.inProjRows - shape.nHeads..<shape.inProjRows),
            bias: dtBias, limits: shape.dtLimit, into: dt)
        try pass.visit(.dt, dt)
        try pass.visit(.A, A.copy())
        try pass.visit(.D, D.copy())

        let y = buffers(.scanned, [pass.rows, shape.dInner])
        ssdScan(
            SSDInput(
                x: x, B: B, C: C, dt: dt, A: A, D: D,
                headDim: shape.headDim, dState: shape.dState),
            sequences: pass.sequences, states: state?[.ssm], into: y)
        try pass.visit(.ssmOut, y.reshaped([pass.rows] + headShape))
        if let state { try pass.visit(.finalState, state[.ssm]) }

        let gated = pass.isTraining ? buffers(.gated, y.shape) : y
        gatedRMSNorm(
            y, with: z, weight: innerNorm, epsilon: shape.epsilon,
            groups: shape.innerNormGroups, into: gated)
        try pass.visit(.innerNorm, gated)
        guard let out else { return }
        outProj(gated, into: out)
        try pass.visit(.outProj, out)
    }
}

/// `−exp(x)`, element by element: the decay rates from `A_log`.
func negativeExponential(_ x: Tensor) -> Tensor {
    Tensor(x.values.map { -exp($0) }, shape: x.shape)
}
