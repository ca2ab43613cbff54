import Corpora
import Foundation
import StateSpaceModels
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
        var random = RandomNumbers(seed: seed, scales: scales)
        try self.init(configuration) { name, shape in
            random.initial(name, shape, configuration)
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
        guard model.configuration.family == .mamba2 else {
            throw LanguageModelingError.cannotConvert(
                path: model.folder, found: model.configuration.family.rawValue)
        }
        var configuration = model.configuration
        configuration.family = .diffMamba2
        configuration.placement = placement
        let source = try Parameters(copying: model)
        let values = Dictionary(uniqueKeysWithValues: source.named.map { ($0.name, $0.value) })
        var random = RandomNumbers(seed: seed)
        try self.init(configuration) { name, shape in
            if let value = values[name] { return value }
            for (mixer, isLast) in [(".mixer_1.", false), (".mixer_2.", true)] {
                let original = name.replacingOccurrences(of: mixer, with: ".mixer.")
                if original != name, let value = values[original] {
                    return slice(value, shape, last: isLast)
                }
            }
            return random.initial(name, shape, configuration)
        }
    }
}

/// The first or last entries of every axis.
private func slice(_ source: Tensor, _ shape: [Int], last: Bool) -> Tensor {
    let result = Tensor(shape)
    let offsets = zip(source.shape, shape).map { last ? $0 - $1 : 0 }
    for index in 0..<result.count {
        var (rest, place, step) = (index, 0, 1)
        for axis in shape.indices.reversed() {
            place += (rest % shape[axis] + offsets[axis]) * step
            rest /= shape[axis]
            step *= source.shape[axis]
        }
        result.pointer[index] = source.pointer[place]
    }
    return result
}

/// Numbers of several distributions fixed by a seed.
struct RandomNumbers {
    private var generator: SplitMix64
    private let scales: InitialScales

    init(seed: UInt64, scales: InitialScales = InitialScales()) {
        generator = SplitMix64(seed: seed)
        self.scales = scales
    }

    /// In 0..<1.
    mutating func uniform() -> Double { Double(generator.next() >> 11) * 0x1p-53 }

    mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    /// Mean 0, variance 1 (Box & Muller 1958).
    mutating func normal() -> Double {
        (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
    }

    mutating func initial(
        _ name: String, _ shape: [Int], _ configuration: ModelConfiguration
    ) -> Tensor {
        let inputs = shape.dropFirst().reduce(1, *)
        let spread = 1 / Double(inputs).squareRoot()
        func fill(_ value: () -> Double) -> Tensor {
            Tensor((0..<shape.reduce(1, *)).map { _ in Float(value()) }, shape: shape)
        }
        let parts = name.split(separator: ".").suffix(2)
        switch (parts.first ?? "", parts.last ?? "") {
        case ("embeddings", _): return fill { scales.embedding * normal() }
        case ("out_proj", "weight"):
            let scale = scales.output * spread / Double(configuration.nLayers).squareRoot()
            return fill { uniform(-scale...scale) }
        case ("in_proj", "weight"), ("lm_head", "weight"), ("conv1d", "weight"):
            return fill { uniform(-spread...spread) }
        case ("conv1d", "bias"):
            let spread = 1 / Double(configuration.mixer.convKernel).squareRoot()
            return fill { uniform(-spread...spread) }
        case (_, "bias"): return fill { 0 }
        case (_, "lambda_q1"): return fill { normal() }
        case (_, "A_log"): return fill { log(uniform(1...scales.largestA)) }
        case (_, "dt_bias"):
            return fill {
                let dt = max(1e-4, exp(uniform(log(0.001)...log(0.1))))
                return dt + log(-expm1(-dt))
            }
        default: return fill { 1 }
        }
    }
}
