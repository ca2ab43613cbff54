import Base
import Kernels
import Models
import Tensors

/// All translators of a model. Translator `i` reads the stream after `i + 1` blocks and makes of it
/// a guess of the stream after the last block: `h + A_i h + b_i`.
///
/// - SeeAlso: Belrose et al. 2023, arXiv:2303.08112, equation 8.
package final class Lens: Sendable {
    /// `A`, `[n_layers, d_model, d_model]` (`[layer, out, in]`).
    package let weight: Tensor
    /// `b`, `[n_layers, d_model]`.
    package let bias: Tensor
    /// Whether every weight is known to be zero, so that its product can be left out.
    package let isBiasOnly: Bool

    package init(weight: Tensor, bias: Tensor, isBiasOnly: Bool = false) {
        precondition(
            weight.shape == [bias.shape[0], bias.shape[1], bias.shape[1]],
            "translator weights \(weight.shape) and biases \(bias.shape)")
        self.weight = weight
        self.bias = bias
        self.isBiasOnly = isBiasOnly
    }

    /// Zero translators: the logit lens.
    package convenience init(zeroFor configuration: ModelConfiguration) {
        let (layers, d) = (configuration.nLayers, configuration.dModel)
        self.init(weight: Tensor(layers, d, d), bias: Tensor(layers, d), isBiasOnly: true)
    }

    package var layerCount: Int { bias.shape[0] }
    package var dModel: Int { bias.shape[1] }
    /// Of all parameters.
    package var byteCount: Int { 4 * layerCount * (dModel + 1) * dModel }

    /// SHA-256 of all parameters, weights first.
    package var sha256: String {
        let hash = SHA256()
        hash.update(weight)
        hash.update(bias)
        return hash.finalize()
    }

    /// Sum of the squares of a layer's parameters; not finite if one of them is not.
    func squaredNorm(layer: Int) -> Double {
        let (weight, bias) = (weight[layer], bias[layer])
        return dot(weight, weight) + dot(bias, bias)
    }

    /// What to throw where a layer's lens gives numbers that are not finite, though the model's stream is:
    /// the model's own fault where the translator is that of the logit lens.
    package func notFinite(layer: Int, of model: LanguageModel) -> any UserFacingError {
        squaredNorm(layer: layer) == 0
            ? model.outputNotFinite : LensError.notFinite(blocks: layer + 1)
    }

    /// Takes over each translator of `other` whose loss is below the layer's smallest, which follows.
    func takeBetter(of other: Lens, losses: [Double], smallest: inout [Double]) {
        for layer in losses.indices where losses[layer] < smallest[layer] {
            smallest[layer] = losses[layer]
            weight[layer].assign(other.weight[layer])
            bias[layer].assign(other.bias[layer])
        }
    }

    /// `translated = h + A h + b` with the translator of `layer`; both `[pos, d_model]`.
    package func translate(_ h: Tensor, layer: Int, into translated: Tensor) {
        translate([(h, layer, translated)])
    }

    /// The same for some layers, all with as many positions.
    func translate(
        _ pieces: [(h: Tensor, layer: Int, translated: Tensor)], precision: Precision = .fp32
    ) {
        addRow(pieces.map { (bias[$0.layer], $0.h, $0.translated) })
        guard !isBiasOnly else { return }
        addProducts(
            pieces.map { h, layer, translated in
                TensorProduct(
                    .plain(h), .transposed(weight[layer]), into: translated)
            }, precision: precision)
    }

    /// `y += A x` with the translator of `layer`; both `[pos, d_model]`.
    func addProduct(_ x: Tensor, layer: Int, to y: Tensor) {
        guard !isBiasOnly else { return }
        addProducts(
            [TensorProduct(.plain(x), .transposed(weight[layer]), into: y)], precision: .fp32)
    }
}
