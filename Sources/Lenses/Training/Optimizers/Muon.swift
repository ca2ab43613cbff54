import Foundation
import Kernels
import Tensors

/// Muon, whose first rate is a share of the size that a translator has, `|I + A|/√d_model`: by so much a
/// step turns every direction of it. Over the first half of the steps each translator's rate follows
/// the agreement of its gradients. Biases by Adam with AMSGrad, which moves each by a tenth of the rate
/// times the last stream's root mean square.
struct Muon: LensUpdateRule {
    /// Of the weights the velocity and the last step's direction, of the biases Adam's.
    private let moments: TranslatorMoments
    /// By what factor each layer's rate has been adapted, `[n_layers]`.
    private let rateFactors: Tensor

    static func rate(momentum: Double) -> Double { 0.005 }

    init(_ room: TranslatorRoom) {
        moments = room.moments(ofWeights: 2, ofBiases: 3)
        rateFactors = Tensor(room.layerCount)
        rateFactors.fill(1)
    }

    var state: [(name: String, tensor: Tensor)] {
        [("rate_factors", rateFactors)] + moments.named
    }

    /// Leaves out layers whose gradient is but rounding, as that of the last layer towards the model's
    /// own output: Muon and Adam would make whole steps of it.
    func update(_ update: LensUpdate) {
        let (lens, gradient, options) = (update.lens, update.gradient, update.options)
        let squares = update.layers.map { layer in
            dot(gradient.weight[layer], gradient.weight[layer])
                + dot(gradient.bias[layer], gradient.bias[layer])
        }
        let largest = squares.max() ?? 0
        let layers = zip(update.layers, squares).filter { $1 > 1e-8 * largest }.map(\.0)
        if !options.biasOnly {
            if update.step < update.steps / 2 { adaptRates(of: layers, along: gradient.weight) }
            let factor = muonFactor(rows: lens.dModel, columns: lens.dModel)
            let rate = update.rate / factor
            let factors = rateFactors.values
            muon(
                layers.map { lens.weight[$0] }, gradients: layers.map { gradient.weight[$0] },
                velocities: layers.map { moments.weight[0][$0] }, scale: update.scale,
                weightDecay: options.weightDecay * factor, momentum: options.momentum,
                rates: layers.map {
                    rate * Double(factors[$0]) * lens.size(layer: $0)
                },
                orthogonalization: lensOrthogonalization,
                directions: layers.map { moments.weight[1][$0] })
        }
        for layer in layers {
            amsgrad(
                lens.bias[layer], gradient: gradient.bias[layer],
                moments: AdamMoments(moments.bias.map { $0[layer] }), step: update.step + 1,
                scale: update.scale, weightDecay: Float(options.weightDecay),
                rate: Float(0.1 * update.rate * update.streamRMS))
        }
    }

    /// Raises the rate of a layer whose gradient still points where the last step went, and lowers that
    /// of one which turned back: by the exponential of the cosine between them. The steps that end
    /// lowest overshoot a little on the way, hence the constant.
    ///
    /// - SeeAlso: Baydin et al. 2018, arXiv:1703.04782, where the rate follows the same product.
    private func adaptRates(of layers: [Int], along gradients: Tensor) {
        for layer in layers {
            let (gradient, direction) = (gradients[layer], moments.weight[1][layer])
            let sizes = dot(gradient, gradient) * dot(direction, direction)
            guard sizes > 0 else { continue }
            let agreement = dot(gradient, direction) / sizes.squareRoot()
            rateFactors.withElements { $0[layer] *= Float(exp(agreement + 0.01)) }
        }
    }
}

extension Lens {
    /// By how much a layer's translator stretches what it reads: the root mean square of the singular
    /// values of I + A. A step is a share of it, whatever the sizes of the streams.
    fileprivate func size(layer: Int) -> Double {
        let weight = weight[layer]
        let trace = weight.withElements { weight in
            (0..<dModel).reduce(0) { $0 + Double(weight[$1 * (dModel + 1)]) }
        }
        return (1 + (2 * trace + dot(weight, weight)) / Double(dModel)).squareRoot()
    }
}
