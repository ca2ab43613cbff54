import Foundation

/// How the rate of a training's updates rises over its warm-up and falls to its end.
package struct LearningRateSchedule: Sendable, Equatable {
    package enum Shape: Sendable {
        /// Falls along half a cosine, or a line, that reaches 0 one step after the last; the first rate
        /// of a warm-up is 0, as of transformers.
        case cosine, linear
        /// Stays at its peak after such a warm-up.
        case constant
        /// Linear rise and fall, neither of which has a step of rate 0 inside the training, as in
        /// tuned-lens.
        case triangle
    }

    let shape: Shape
    let peak: Double
    let warmup: Int
    let steps: Int

    /// - Parameters:
    ///   - warmup: steps over which the rate rises.
    ///   - steps: of the whole training.
    package init(_ shape: Shape, peak: Double, warmup: Int, steps: Int) {
        (self.shape, self.peak, self.warmup, self.steps) = (shape, peak, warmup, steps)
    }

    /// Rate of the update that ends step `step`, from 0.
    ///
    /// - SeeAlso: `get_cosine_schedule_with_warmup`, `get_linear_schedule_with_warmup` of transformers.
    package func rate(step: Int) -> Double {
        if shape == .triangle {
            return step < warmup
                ? peak * Double(step + 1) / Double(warmup + 1)
                : peak * Double(steps - step) / Double(steps - warmup)
        }
        if step < warmup { return peak * Double(step) / Double(warmup) }
        let progress = Double(step - warmup) / Double(max(1, steps - warmup))
        return switch shape {
        case .cosine: peak * 0.5 * (1 + cos(.pi * progress))
        case .linear: peak * (1 - progress)
        case .constant, .triangle: peak
        }
    }
}
