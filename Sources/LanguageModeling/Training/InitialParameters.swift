import Corpora
import Foundation
import Models
import Randomness
import Tensors

/// Sizes of the first parameters; the defaults are mamba_ssm's.
package struct InitialScales: Sendable {
    /// Standard deviation of the embeddings.
    package var embedding = 0.02
    /// Factor on the output projections. Blocks that at first add little beside the embeddings leave
    /// the tokens legible to the blocks above them.
    package var output = 1.0
    /// `A` begins uniform in 1 to this. With 1 the heads begin with memories of 10 to 1,000 tokens.
    package var largestA = 16.0

    package init() {}
}

extension Parameters {
    /// The start of training as upstream draws it.
    ///
    /// Embeddings N(0, σ²); linear and convolution weights uniform in ±1/√(inputs of one output),
    /// output projections divided by √n_layers more, so that the stream's variance does not grow with
    /// depth; `dt_bias` such that softplus gives steps log-uniform in 0.001...0.1, at least 1e-4;
    /// `A` uniform; `lambda_q1` N(0, 1); D and norms 1, biases of linear layers 0.
    ///
    /// - SeeAlso: `Mamba2.__init__` and `_init_weights` of mamba_ssm; PyTorch's `Linear`, `Conv1d`.
    package init(
        initialOf configuration: ModelConfiguration, seed: UInt64,
        scales: InitialScales = InitialScales()
    ) throws {
        var random = SplitMix64(seed: seed)
        try self.init(configuration) {
            random.initial($0, nLayers: configuration.nLayers, scales)
        }
    }

    /// The published warm start of a Diff-Mamba-2 model from a Mamba-2 model.
    ///
    /// Both mixers of a differential block get what fits of the block's one: a tensor of the same
    /// shape whole, of another the first rows or columns (`mixer_1`) or the last (`mixer_2`), by raw
    /// index, whatever parts `[z, x, B, C, dt]` those are. `lambda_q1` and `subln` start as ever.
    package init(
        converting model: LanguageModel, to placement: DifferentialPlacement, seed: UInt64
    ) throws {
        guard let configuration = model.configuration.converted(to: placement) else {
            throw LanguageModelingError.cannotConvert(
                path: model.folder, found: model.configuration.family)
        }
        let source = try Parameters(copying: model)
        let values = Dictionary(uniqueKeysWithValues: source.named.map { ($0.name, $0.value) })
        var random = SplitMix64(seed: seed)
        try self.init(configuration) { parameter in
            let (name, shape) = (parameter.name, parameter.shape)
            if let value = values[name] { return value }
            for (mixer, isLast) in [(".mixer_1.", false), (".mixer_2.", true)] {
                let original = name.replacingOccurrences(of: mixer, with: ".mixer.")
                if original != name, let value = values[original] {
                    return slice(value, shape, last: isLast)
                }
            }
            return random.initial(
                parameter, nLayers: configuration.nLayers, InitialScales())
        }
    }
}

/// The first or last entries of the first and last axis, of which the others are alike.
private func slice(_ source: Tensor, _ shape: [Int], last: Bool) -> Tensor {
    func range(_ axis: Int) -> Range<Int> {
        let start = last ? source.shape[axis] - shape[axis] : 0
        return start..<start + shape[axis]
    }
    let rows = source[range(0)]
    return (shape.count > 1 ? rows.columns(range(shape.count - 1)) : rows).copy()
}

extension SplitMix64 {
    /// The first value of a parameter in a model of so many blocks.
    fileprivate mutating func initial(
        _ parameter: ParameterDeclaration, nLayers: Int, _ scales: InitialScales
    ) -> Tensor {
        func fill(_ value: (_ index: Int) -> Double) -> Tensor {
            Tensor(
                (0..<parameter.shape.reduce(1, *)).map { Float(value($0)) }, shape: parameter.shape)
        }
        func spread(_ inputs: Int) -> Double { 1 / Double(inputs).squareRoot() }
        switch parameter.role.law {
        case .embedding: return fill { _ in scales.embedding * normal() }
        case .normal: return fill { _ in normal() }
        case .uniform(let inputs):
            let spread = spread(inputs)
            return fill { _ in uniform(-spread...spread) }
        case .output(let inputs):
            let scale = scales.output * spread(inputs) / Double(nLayers).squareRoot()
            return fill { _ in uniform(-scale...scale) }
        case .zeros: return fill { _ in 0 }
        case .ones: return fill { _ in 1 }
        case .logDecay: return fill { _ in log(uniform(1...scales.largestA)) }
        case .logCounting:
            let columns = parameter.shape.last ?? 1
            return fill { log(Double($0 % columns + 1)) }
        case .timeStep:
            return fill { _ in
                let dt = max(1e-4, exp(uniform(log(0.001)...log(0.1))))
                return dt + log(-expm1(-dt))
            }
        }
    }
}
