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
        let block = configuration.blocks[index]
        func mixer(_ name: String) throws -> any Mixer {
            try block.mixer.load(weights, prefix: "\(prefix).\(name)")
        }
        kind =
            block.isDifferential
            ? .differential(
                try mixer("mixer_1"), try mixer("mixer_2"),
                try Differential(
                    weights, prefix: prefix, index: index, dModel: configuration.dModel))
            : .ordinary(try mixer("mixer"))
    }

    /// λ_init and λ of a differential block; nil for an ordinary one.
    package var differential: Differential? {
        if case .differential(_, _, let differential) = kind { differential } else { nil }
    }

    /// A copy of what hooks get at a point inside the block whose value does not depend on the text, as
    /// `A` or `D`; nil where there is no such point.
    ///
    /// - Parameter index: 1 or 2 in a differential block, else nil.
    package func parameter(_ part: MixerPart, mixer index: Int? = nil) -> Tensor? {
        let mixer: (any Mixer)? =
            switch (kind, index) {
            case (.ordinary(let mixer), nil): mixer
            case (.differential(let mixer, _, _), 1): mixer
            case (.differential(_, let mixer, _), 2): mixer
            default: nil
            }
        return mixer?.parameters[part]?.copy()
    }

    /// Adds the block's output to `stream` `[pos, d_model]`.
    ///
    /// - Returns: whether the sums are finite.
    func forward(_ stream: Tensor, pass: ForwardPass) throws -> Bool {
        try pass.visit(.residPre(block: index), stream)
        let u = pass.buffer(.normed, stream.shape)
        rmsNorm(stream, weight: norm, epsilon: epsilon, into: u)
        try pass.visit(.normed(block: index), u)

        let isFinite: Bool
        switch kind {
        case .ordinary(let mixer):
            let out = pass.buffer(.mixed1, stream.shape)
            try mixer.forward(u, pass: pass.inside(index), into: out)
            isFinite = add(out, into: stream)
        case .differential(let mixer1, let mixer2, let differential):
            let (difference, other) = differenceBuffers(pass, stream.shape)
            try mixer1.forward(u, pass: pass.inside(index, mixer: 1), into: difference)
            try mixer2.forward(u, pass: pass.inside(index, mixer: 2), into: other)

            let lambda = Tensor([differential.lambdaFull], shape: [1])
            try pass.visit(.lambda(block: index), lambda)
            add(other, into: difference, scale: -lambda.values[0])
            try pass.visit(.difference(block: index), difference)
            let out = pass.isTraining ? pass.buffer(.subln, stream.shape) : difference
            rmsNorm(
                difference, weight: differential.subln,
                epsilon: Differential.epsilon, into: out)
            try pass.visit(.subln(block: index), out)
            isFinite = add(out, into: stream, scale: 1 - differential.lambdaInit)
        }
        try pass.visit(.residPost(block: index), stream)
        return isFinite
    }

    /// Of a differential block: where the output of mixer 1, later the difference, stands, and where
    /// that of mixer 2.
    func differenceBuffers(_ pass: ForwardPass, _ shape: [Int]) -> (Tensor, Tensor) {
        (
            pass.inside(index, mixer: 1).buffers(.mixed1, shape),
            pass.inside(index, mixer: 2).buffers(.mixed2, shape)
        )
    }
}
