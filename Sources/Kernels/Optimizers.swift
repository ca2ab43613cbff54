import Foundation
import Tensors

/// One update of SGD with Nesterov momentum, in place, as `torch.optim.SGD(nesterov=True)`:
/// `g ← scale·gradient + weightDecay·w`, `v ← momentum·v + g`, `w ← w − rate·(g + momentum·v)`.
///
/// All tensors have the same count; `velocity` starts at zero.
package func sgdNesterov(
    _ parameters: Tensor, gradient: Tensor, velocity: Tensor, scale: Float, weightDecay: Float,
    momentum: Float, rate: Float
) {
    parallelRanges(parameters.count, grain: 4096) { range in
        let i = range.lowerBound
        loops.sgd_nesterov(
            parameters.pointer + i, gradient.pointer + i, velocity.pointer + i, range.count, scale,
            weightDecay, momentum, rate)
    }
}

/// Moments of Adam for one tensor, all zero at first.
package struct AdamMoments: Sendable {
    package let first: Tensor
    package let second: Tensor
    package let largestSecond: Tensor

    package init(first: Tensor, second: Tensor, largestSecond: Tensor) {
        self.first = first
        self.second = second
        self.largestSecond = largestSecond
    }
}

/// One update of AMSGrad, in place, as `torch.optim.Adam(amsgrad=True)` with betas 0.9 and 0.999
/// and epsilon 1e-8.
///
/// - Parameters:
///   - step: number of this update, from 1.
///   - scale: factor on the gradient (clipping).
///   - weightDecay: added to the gradient times the parameters.
/// - SeeAlso: Reddi, Kale & Kumar 2018, arXiv:1904.09237, Algorithm 2.
package func amsgrad(
    _ parameters: Tensor, gradient: Tensor, moments: AdamMoments, step: Int, scale: Float,
    weightDecay: Float, rate: Float
) {
    let correction1 = 1 - pow(0.9, Double(step))
    let correction2 = (1 - pow(0.999, Double(step))).squareRoot()
    parallelRanges(parameters.count, grain: 4096) { range in
        let i = range.lowerBound
        loops.amsgrad(
            parameters.pointer + i, gradient.pointer + i, moments.first.pointer + i,
            moments.second.pointer + i, moments.largestSecond.pointer + i, range.count, scale,
            weightDecay, 0.9, 0.999, Float(Double(rate) / correction1), Float(correction2), 1e-8)
    }
}

/// One update of AdamW, in place, as `torch.optim.AdamW`: Adam on the gradient alone, and the
/// parameters shrink by `rate · weightDecay` of themselves apart from it.
///
/// - Parameters:
///   - step: number of this update, from 1.
///   - scale: factor on the gradient (clipping, mean over tokens).
/// - SeeAlso: Loshchilov & Hutter 2019, arXiv:1711.05101, Algorithm 2.
package func adamW(
    _ parameters: Tensor, gradient: Tensor, first: Tensor, second: Tensor, step: Int, scale: Float,
    weightDecay: Double, beta1: Double, beta2: Double, rate: Double
) {
    let correction1 = 1 - pow(beta1, Double(step))
    let correction2 = (1 - pow(beta2, Double(step))).squareRoot()
    parallelRanges(parameters.count, grain: 4096) { range in
        let i = range.lowerBound
        loops.adamw(
            parameters.pointer + i, gradient.pointer + i, first.pointer + i, second.pointer + i,
            range.count, scale, Float(1 - rate * weightDecay), beta1, beta2,
            Float(rate / correction1), Float(correction2), 1e-8)
    }
}
