import Checkpoints
import Corpora
import Foundation
import Kernels
import Lenses
import StateSpaceModels
import Tensors

/// A model in memory with random weights, distributed as at the start of a real training, so that
/// activations stay finite whatever the number of blocks.
///
/// The same seed gives the same weights, on any number of threads.
package func randomModel(
    _ configuration: ModelConfiguration, name: String, seed: UInt64 = 1,
    precision: Precision = .fp32
) throws -> LanguageModel {
    var seeds = SplitMix64(seed: seed)
    var tensors: [String: StoredTensor] = [:]
    for (name, shape) in try configuration.tensorShapes() {
        let tensor = Tensor(shape)
        initialize(tensor, name, nLayers: configuration.nLayers, seed: seeds.next())
        tensors[name] = StoredTensor(tensor)
    }
    return try LanguageModel(
        folder: name, configuration, Checkpoint(tensors, path: name),
        precision: precision)
}

/// Translators near zero for the last layers of a model.
func randomLens(_ configuration: ModelConfiguration, layers: Int) -> Lens {
    let d = configuration.dModel
    let (weight, bias) = (Tensor(layers, d, d), Tensor(layers, d))
    let bound = 0.01 / Float(d).squareRoot()
    fillUniformly(weight, -bound...bound, seed: 3)
    fillUniformly(bias, -bound...bound, seed: 4)
    return Lens(weight: weight, bias: bias)
}

/// Fills a tensor by the law that mamba_ssm has for its name; normal laws become uniform ones of the
/// same deviation.
///
/// - SeeAlso: `Mamba2.__init__` and `_init_weights` in mamba_ssm 2.2.
private func initialize(_ tensor: Tensor, _ name: String, nLayers: Int, seed: UInt64) {
    func fill(within bound: Float) { fillUniformly(tensor, -bound...bound, seed: seed) }
    let fanIn = Float(tensor.shape.dropFirst().reduce(1, *))
    let parts = name.split(separator: ".").suffix(2)
    switch (parts.first, parts.last) {
    case ("embeddings", "weight"): fill(within: 0.02 * Float(3).squareRoot())
    case ("in_proj", "weight"): fill(within: 1 / fanIn.squareRoot())
    // Smaller, so that the stream does not grow with the number of blocks that add to it.
    case ("out_proj", "weight"): fill(within: 1 / (fanIn * Float(nLayers)).squareRoot())
    case ("conv1d", _): fill(within: 0.5)
    case (_, "lambda_q1"): fill(within: 0.1 * Float(3).squareRoot())
    case (_, "A_log"):
        fillUniformly(tensor, 1...16, seed: seed)
        for i in 0..<tensor.count { tensor.pointer[i] = log(tensor.pointer[i]) }
    case (_, "dt_bias"):
        // softplus(dt_bias) lies between 0.001 and 0.1, evenly on a logarithmic scale.
        fillUniformly(tensor, log(0.001)...log(0.1), seed: seed)
        for i in 0..<tensor.count { tensor.pointer[i] = log(expm1(exp(tensor.pointer[i]))) }
    case (_, "D"), ("norm", _), ("norm_f", _), ("subln", _): tensor.fill(1)
    default: preconditionFailure("no law for the first values of \(name)")
    }
}

/// Numbers equally likely anywhere in `range`, each piece of the tensor from a seed of its own.
private func fillUniformly(_ tensor: Tensor, _ range: ClosedRange<Float>, seed: UInt64) {
    let piece = 1 << 16
    let width = range.upperBound - range.lowerBound
    parallel((tensor.count + piece - 1) / piece) { index in
        var random = SplitMix64(seed: seed &+ UInt64(index) &* 0xD1B5_4A32_D192_ED03)
        for i in index * piece..<min((index + 1) * piece, tensor.count) {
            tensor.pointer[i] = range.lowerBound + width * Float(random.next() >> 40) * 0x1p-24
        }
    }
}
