import Foundation
import Kernels
import Tensors

/// Translators, the gradient that is being summed up for them, and the optimizer's own numbers.
package struct LensOptimizer: Sendable {
    /// The largest norm of the gradient of all translators together.
    private static let maximumNorm = 1.0

    package let lens: Lens
    let weightGradient: Tensor
    let biasGradient: Tensor
    /// Of SGD one velocity, of Muon that and the last step's direction, of Adam three moments. Biases
    /// under Muon have Adam's.
    private let weightMoments: [Tensor]
    private let biasMoments: [Tensor]
    /// Under Muon by what factor each layer's rate has been adapted, `[n_layers]`.
    private let rateFactors: Tensor
    private let options: LensTrainingOptions

    init(_ lens: Lens, options: LensTrainingOptions) {
        // Without training of the weights nothing of their size is kept.
        let weightShape = options.biasOnly ? [lens.layerCount, 0, 0] : lens.weight.shape
        self.lens = lens
        self.options = options
        weightGradient = Tensor(weightShape)
        biasGradient = Tensor(lens.bias.shape)
        let (ofWeights, ofBiases) =
            switch options.optimizer {
            case .sgd: (1, 1)
            case .adam: (3, 3)
            case .muon: (2, 3)
            }
        weightMoments = (0..<ofWeights).map { _ in Tensor(weightShape) }
        biasMoments = (0..<ofBiases).map { _ in Tensor(lens.bias.shape) }
        rateFactors = Tensor(lens.layerCount)
        rateFactors.fill(1)
    }

    /// The tensors that a snapshot holds, by name.
    var tensors: [(name: String, tensor: Tensor)] {
        [
            ("lens.weight", lens.weight), ("lens.bias", lens.bias),
            ("gradient.weight", weightGradient), ("gradient.bias", biasGradient),
        ]
            + (options.optimizer == .muon ? [("rate_factors", rateFactors)] : [])
            + weightMoments.enumerated().map { ("moments.\($0).weight", $1) }
            + biasMoments.enumerated().map { ("moments.\($0).bias", $1) }
    }

    /// Adds the gradients of some layers: `translatedGradient` is the loss's in the translated state,
    /// `h` the stream that the translator read, both `[pos, d_model]`.
    func accumulate(_ pieces: [(translatedGradient: Tensor, h: Tensor, layer: Int)]) {
        addColumnSums(
            of: pieces.map { ($0.translatedGradient, biasGradient[$0.layer]) })
        guard !options.biasOnly else { return }
        addProducts(
            pieces.map { gradient, h, layer in
                TensorProduct(
                    .transposed(gradient), .plain(h),
                    into: weightGradient[layer])
            }, precision: options.precision)
    }

    /// One update of the translators of `layers` with the mean of what was accumulated over `count`
    /// positions, clipped over all together; then the gradient is zero again.
    ///
    /// - Parameters:
    ///   - step: from 0.
    ///   - streamRMS: root mean square of the last stream's elements, the unit of the biases.
    /// - Returns: the norm of the mean gradient before clipping.
    func update(_ layers: [Int], step: Int, count: Int, streamRMS: Double) -> Double {
        let squares = dot(weightGradient, weightGradient) + dot(biasGradient, biasGradient)
        let norm = squares.squareRoot() / Double(count)
        let clip = min(1, Self.maximumNorm / (norm + 1e-6))
        let scale = Float(clip / Double(count))
        if options.optimizer == .muon {
            updateByMuon(layers, step: step, scale: scale, streamRMS: streamRMS)
        } else {
            for layer in layers {
                if !options.biasOnly {
                    update(
                        lens.weight[layer], weightGradient[layer], weightMoments.map { $0[layer] },
                        step: step, scale: scale)
                }
                update(
                    lens.bias[layer], biasGradient[layer], biasMoments.map { $0[layer] },
                    step: step, scale: scale)
            }
        }
        parallel(lens.layerCount) { layer in
            weightGradient[layer].fill(0)
            biasGradient[layer].fill(0)
        }
        return norm
    }

    private func update(
        _ parameters: Tensor, _ gradient: Tensor, _ moments: [Tensor], step: Int, scale: Float
    ) {
        let decay = Float(options.weightDecay)
        let rate = Float(options.learningRate(step: step))
        if options.optimizer == .sgd {
            sgdNesterov(
                parameters, gradient: gradient, velocity: moments[0], scale: scale,
                weightDecay: decay, momentum: Float(options.momentum), rate: rate)
        } else {
            amsgrad(
                parameters, gradient: gradient, moments: AdamMoments(moments), step: step + 1,
                scale: scale, weightDecay: decay, rate: rate)
        }
    }

    /// Leaves out layers whose gradient is but rounding, as that of the last layer towards the model's
    /// own output: Muon and Adam would make whole steps of it.
    private func updateByMuon(_ layers: [Int], step: Int, scale: Float, streamRMS: Double) {
        let squares = layers.map { layer in
            dot(weightGradient[layer], weightGradient[layer])
                + dot(biasGradient[layer], biasGradient[layer])
        }
        let largest = squares.max() ?? 0
        let layers = zip(layers, squares).filter { $1 > 1e-8 * largest }.map(\.0)
        if !options.biasOnly {
            if step < options.steps / 2 { adaptRates(of: layers) }
            let factor = muonFactor(rows: lens.dModel, columns: lens.dModel)
            let rate = options.learningRate(step: step) / factor
            let factors = rateFactors.values
            muon(
                layers.map { lens.weight[$0] }, gradients: layers.map { weightGradient[$0] },
                velocities: layers.map { weightMoments[0][$0] }, scale: scale,
                weightDecay: options.weightDecay * factor, momentum: options.momentum,
                rates: layers.map { rate * Double(factors[$0]) * size(of: $0) },
                orthogonalization: lensOrthogonalization,
                directions: layers.map { weightMoments[1][$0] })
        }
        for layer in layers {
            amsgrad(
                lens.bias[layer], gradient: biasGradient[layer],
                moments: AdamMoments(biasMoments.map { $0[layer] }), step: step + 1, scale: scale,
                weightDecay: Float(options.weightDecay),
                rate: Float(0.1 * options.learningRate(step: step) * streamRMS))
        }
    }

    /// Raises the rate of a layer whose gradient still points where the last step went, and lowers that
    /// of one which turned back: by the exponential of the cosine between them. The steps that end
    /// lowest overshoot a little on the way, hence the constant.
    ///
    /// - SeeAlso: Baydin et al. 2018, arXiv:1703.04782, where the rate follows the same product.
    private func adaptRates(of layers: [Int]) {
        for layer in layers {
            let (gradient, direction) = (weightGradient[layer], weightMoments[1][layer])
            let sizes = dot(gradient, gradient) * dot(direction, direction)
            guard sizes > 0 else { continue }
            let agreement = dot(gradient, direction) / sizes.squareRoot()
            rateFactors.withElements { $0[layer] *= Float(exp(agreement + 0.01)) }
        }
    }

    /// By how much a layer's translator stretches what it reads: the root mean square of the singular
    /// values of I + A. A step is a share of it, whatever the sizes of the streams.
    private func size(of layer: Int) -> Double {
        let weight = lens.weight[layer]
        let d = lens.dModel
        let trace = weight.withElements { weight in
            (0..<d).reduce(0) { $0 + Double(weight[$1 * (d + 1)]) }
        }
        return (1 + (2 * trace + dot(weight, weight)) / Double(d)).squareRoot()
    }
}

extension AdamMoments {
    fileprivate init(_ moments: [Tensor]) {
        self.init(first: moments[0], second: moments[1], largestSecond: moments[2])
    }
}
