import Checkpoints
import Corpora
import Foundation
import Kernels
import Lenses
import Models
import Randomness
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
    for parameter in try configuration.parameters() {
        let tensor = Tensor(parameter.shape)
        initialize(
            tensor, parameter.role.law, nLayers: configuration.nLayers, seed: seeds.next())
        tensors[parameter.name] = StoredTensor(tensor)
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

/// Fills a tensor by its law; normal laws become uniform ones of the same deviation.
private func initialize(_ tensor: Tensor, _ law: InitialLaw, nLayers: Int, seed: UInt64) {
    func fill(within bound: Float) { fillUniformly(tensor, -bound...bound, seed: seed) }
    func spread(_ inputs: Int) -> Float { 1 / Float(inputs).squareRoot() }
    func map(_ value: (Float) -> Float) {
        tensor.withElements { for i in $0.indices { $0[i] = value($0[i]) } }
    }
    switch law {
    case .embedding: fill(within: 0.02 * Float(3).squareRoot())
    case .normal: fill(within: Float(3).squareRoot())
    case .uniform(let inputs): fill(within: spread(inputs))
    case .output(let inputs): fill(within: spread(inputs * nLayers))
    case .zeros: tensor.fill(0)
    case .ones: tensor.fill(1)
    case .logDecay:
        fillUniformly(tensor, 1...16, seed: seed)
        map { log($0) }
    case .logCounting:
        let columns = tensor.shape.last ?? 1
        tensor.withElements { for i in $0.indices { $0[i] = log(Float(i % columns + 1)) } }
    case .timeStep:
        fillUniformly(tensor, log(0.001)...log(0.1), seed: seed)
        map { log(expm1(exp($0))) }
    }
}

/// Numbers equally likely anywhere in `range`, each piece of the tensor from a seed of its own.
private func fillUniformly(_ tensor: Tensor, _ range: ClosedRange<Float>, seed: UInt64) {
    let piece = 1 << 16
    let width = range.upperBound - range.lowerBound
    tensor.withElements { elements in
        parallel((elements.count + piece - 1) / piece) { index in
            var random = SplitMix64(seed: seed &+ UInt64(index) &* 0xD1B5_4A32_D192_ED03)
            for i in index * piece..<min((index + 1) * piece, elements.count) {
                elements[i] = range.lowerBound + width * Float(random.next() >> 40) * 0x1p-24
            }
        }
    }
}
