import Kernels
import Tensors

/// SGD with Nesterov momentum, as upstream.
struct SGD: LensUpdateRule {
    /// One velocity.
    private let moments: TranslatorMoments

    static func rate(momentum: Double) -> Double { 1 - momentum }

    init(_ room: TranslatorRoom) { moments = room.moments(ofWeights: 1, ofBiases: 1) }

    var state: [(name: String, tensor: Tensor)] { moments.named }

    func update(_ update: LensUpdate) {
        let options = update.options
        update.forEach(moments) { parameters, gradient, moments in
            sgdNesterov(
                parameters, gradient: gradient, velocity: moments[0], scale: update.scale,
                weightDecay: Float(options.weightDecay), momentum: Float(options.momentum),
                rate: Float(update.rate))
        }
    }
}
