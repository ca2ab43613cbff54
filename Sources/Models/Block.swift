import Foundation
import Kernels
import Tensors

/// One block of the residual stream: it reads the stream through a norm and adds to it.
package struct Block: Sendable {
    enum Kind: Sendable {
        /// `stream += mixer(u)`.
        case ordinary(any Mixer)
        /// `stream += (1 − λ_init) · subln(mixer_1(u) − λ · mixer_2(u))`.
        case differential(any Mixer, any Mixer, Differential)
    }

    package let index: Int
    let kind: Kind
    /// `norm.weight`, `[d_model]`.
    let norm: Tensor
    let epsilon: Float

    init(_ weights: WeightReader, index: Int, configuration: ModelConfiguration) throws {
        let prefix = "backbone.layers.\(index)"
        self.index = index
        epsilon = configuration.epsilon
        norm = try weights.tensor("\(prefix).norm.weight", [configuration.dModel], .norm)
        if configuration.isDifferential(index) {
            func half(_ name: String) throws -> Mamba2Mixer {
                try Mamba2Mixer(
                    weights, prefix: "\(prefix).\(name)", shape: configuration.differentialMixer,
                    epsilon: configuration.epsilon)
            }
            kind = .differential(
                try half("mixer_1"), try half("mixer_2"),
                try Differential(
                    weights, prefix: prefix, index: index, dModel: configuration.dModel))
        } else if configuration.family == .mamba1 {
            kind = .ordinary(
                try Mamba1Mixer(weights, prefix: "\(prefix).mixer", shape: configuration.mixer))
        } else {
            kind = .ordinary(
                try Mamba2Mixer(
                    weights, prefix: "\(prefix).mixer", shape: configuration.mixer,
                    epsilon: configuration.epsilon))
        }
    }

    /// λ_init and λ of a differential block; nil for an ordinary one.
    package var differential: Differential? {
        if case .differential(_, _, let differential) = kind { differential } else { nil }
    }

    var mixers: [any Mixer] {
        switch kind {
        case .ordinary(let mixer): [mixer]
        case .differential(let mixer1, let mixer2, _): [mixer1, mixer2]
        }
    }

    /// Adds the block's output to `stream` `[pos, d_model]`.
    ///
    /// - Returns: whether the sums are finite.
    func forward(_ stream: Tensor, pass: ForwardPass) throws -> Bool {
        try pass.hooks.visit(.residPre(block: index), stream)
        let u = pass.buffer(.normed, stream.shape)
        rmsNorm(stream.matrix, weight: norm.pointer, epsilon: epsilon, into: u.matrix)
        try pass.hooks.visit(.normed(block: index), u)

        let isFinite: Bool
        switch kind {
        case .ordinary(let mixer):
            let out = pass.buffer(.mixed1, stream.shape)
            try mixer.forward(u, pass: pass, block: index, index: nil, into: out)
            isFinite = add(out, into: stream)
        case .differential(let mixer1, let mixer2, let differential):
            let (difference, other) = differenceBuffers(pass, stream.shape)
            try mixer1.forward(u, pass: pass, block: index, index: 1, into: difference)
            try mixer2.forward(u, pass: pass, block: index, index: 2, into: other)

            let lambda = Tensor([differential.lambdaFull], shape: [1])
            try pass.hooks.visit(.lambda(block: index), lambda)
            add(other, into: difference, scale: -lambda.pointer[0])
            try pass.hooks.visit(.difference(block: index), difference)
            let out = pass.isTraining ? pass.buffer(.subln, stream.shape) : difference
            rmsNorm(
                difference.matrix, weight: differential.subln.pointer,
                epsilon: Differential.epsilon, into: out.matrix)
            try pass.hooks.visit(.subln(block: index), out)
            isFinite = add(out, into: stream, scale: 1 - differential.lambdaInit)
        }
        try pass.hooks.visit(.residPost(block: index), stream)
        return isFinite
    }

    /// Of a differential block: where the output of mixer 1, later the difference, stands, and where
    /// that of mixer 2.
    func differenceBuffers(_ pass: ForwardPass, _ shape: [Int]) -> (Tensor, Tensor) {
        (
            pass.buffers(block: index, mixer: 1)(.mixed1, shape),
            pass.buffers(block: index, mixer: 2)(.mixed2, shape)
        )
    }
}

/// What a differential block has besides its two mixers.
///
/// - SeeAlso: arXiv:2507.06204, section 3; λ as in the Differential Transformer, arXiv:2410.05258.
package struct Differential: Sendable {
    static let epsilon: Float = 1e-5

    /// `0.8 − 0.6 exp(−0.3 l)` with `l` the index of the block among all blocks, from 0.
    package let lambdaInit: Float
    /// `σ(Σ lambda_q1) + λ_init`.
    package let lambdaFull: Float
    /// Derivative of λ in each element of `lambda_q1`: σ (1 − σ).
    let lambdaSlope: Float
    /// `lambda_q1`, `[d_model]`.
    let q1: Tensor
    /// `subln.weight`, `[d_model]`.
    let subln: Tensor

    init(_ weights: WeightReader, prefix: String, index: Int, dModel: Int) throws {
        q1 = try weights.tensor("\(prefix).lambda_q1", [dModel], ParameterRole(.normal))
        let sum = q1.elements.reduce(0.0) { $0 + Double($1) }
        let initial = 0.8 - 0.6 * exp(-0.3 * Double(index))
        lambdaInit = Float(initial)
        lambdaFull = Float(1 / (1 + exp(-sum)) + initial)
        lambdaSlope = Float(1 / (1 + exp(-sum)) / (1 + exp(sum)))
        subln = try weights.tensor("\(prefix).subln.weight", [dModel], .norm)
    }
}
