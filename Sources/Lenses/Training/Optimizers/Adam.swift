import Kernels
import Tensors

/// Adam with AMSGrad, warmed up as upstream means to but never does.
struct Adam: LensUpdateRule {
    private let moments: TranslatorMoments

    static func rate(momentum: Double) -> Double { 1e-3 }
    static func warmup(steps: Int) -> Int { min(1000, steps / 5) }

    init(_ room: TranslatorRoom) { moments = room.moments(ofWeights: 3, ofBiases: 3) }

    var state: [(name: String, tensor: Tensor)] { moments.named }

    func update(_ update: LensUpdate) {
        update.forEach(moments) { parameters, gradient, moments in
            amsgrad(
                parameters, gradient: gradient, moments: AdamMoments(moments),
                step: update.step + 1, scale: update.scale,
                weightDecay: Float(update.options.weightDecay), rate: Float(update.rate))
        }
    }
}

extension AdamMoments {
    init(_ moments: [Tensor]) {
        self.init(first: moments[0], second: moments[1], largestSecond: moments[2])
    }
}
