import Kernels
import Tensors
import Training

/// Translators, the gradient that is being summed up for them, and the rule that moves them along it.
package struct LensOptimizer: Sendable {
    /// Which rule, at which rates.
    package struct Options: Codable, Equatable, Sendable {
        package var kind = Kind.sgd
        package var learningRateScale = 1.0
        package var momentum = 0.9
        package var weightDecay = 1e-3
        /// Steps over which the rate rises from 0; nil is the rule's own choice.
        package var warmupSteps: Int?
        package var biasOnly = false

        enum CodingKeys: String, CodingKey {
            case momentum
            case kind = "optimizer"
            case learningRateScale = "lr_scale"
            case weightDecay = "weight_decay"
            case warmupSteps = "warmup_steps"
            case biasOnly = "bias_only"
        }

        package init() {}

        /// Of a training of so many steps.
        package func schedule(steps: Int) -> LearningRateSchedule {
            LearningRateSchedule(
                .triangle, peak: kind.rule.rate(momentum: momentum) * learningRateScale,
                warmup: warmupSteps ?? kind.rule.warmup(steps: steps), steps: steps)
        }
    }

    /// The largest norm of the gradient of all translators together.
    private static let maximumNorm = 1.0

    package let lens: Lens
    private let gradient: TranslatorGradient
    private let rule: any LensUpdateRule
    private let options: Options
    private let steps: Int
    private let precision: Precision

    init(_ lens: Lens, options: Options, steps: Int, precision: Precision) {
        self.lens = lens
        self.options = options
        self.steps = steps
        self.precision = precision
        let room = TranslatorRoom(lens, biasOnly: options.biasOnly)
        gradient = room.gradient()
        rule = options.kind.rule.init(room)
    }

    /// What a snapshot holds, by name.
    var tensors: [(name: String, tensor: Tensor)] {
        [("lens.weight", lens.weight), ("lens.bias", lens.bias)] + rule.state
    }
    var gradients: [(name: String, tensor: Tensor)] { gradient.named }

    /// Adds the gradients of some layers: `translatedGradient` is the loss's in the translated state,
    /// `h` the stream that the translator read, both `[pos, d_model]`.
    func accumulate(_ pieces: [(translatedGradient: Tensor, h: Tensor, layer: Int)]) {
        addColumnSums(
            of: pieces.map { ($0.translatedGradient, gradient.bias[$0.layer]) })
        guard !options.biasOnly else { return }
        addProducts(
            pieces.map { translatedGradient, h, layer in
                TensorProduct(
                    .transposed(translatedGradient), .plain(h), into: gradient.weight[layer])
            }, precision: precision)
    }

    /// One update of the translators of `layers` with the mean of what was accumulated over `count`
    /// positions, clipped over all together; then the gradient is zero again.
    ///
    /// - Parameters:
    ///   - step: from 0.
    ///   - streamRMS: root mean square of the last stream's elements, the unit of the biases.
    /// - Returns: the norm of the mean gradient before clipping.
    func update(_ layers: [Int], step: Int, count: Int, streamRMS: Double) -> Double {
        let squares = dot(gradient.weight, gradient.weight) + dot(gradient.bias, gradient.bias)
        let norm = squares.squareRoot() / Double(count)
        let clip = min(1, Self.maximumNorm / (norm + 1e-6))
        rule.update(
            LensUpdate(
                lens: lens, gradient: gradient, layers: layers, step: step, steps: steps,
                rate: options.schedule(steps: steps).rate(step: step),
                scale: Float(clip / Double(count)), streamRMS: streamRMS, options: options))
        parallel(lens.layerCount) { layer in
            gradient.weight[layer].fill(0)
            gradient.bias[layer].fill(0)
        }
        return norm
    }
}
