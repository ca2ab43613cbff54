import Foundation
import Kernels

/// Everything that decides what a training does: two runs with equal options, data and kernels
/// give equal bytes. The defaults are upstream's recipe.
package struct LensTrainingOptions: Codable, Equatable, Sendable {
    package enum Fit: String, Codable, Sendable, CaseIterable {
        /// Steps along the loss's gradient, as upstream.
        case gradient
        /// Least squares towards the last stream, see `ClosedFormFit`.
        case closedForm = "closed-form"
        /// The closed form, and steps from there.
        case both
    }

    package enum Optimizer: String, Codable, Sendable, CaseIterable {
        /// SGD with Nesterov momentum, rate `0.1 · lr_scale`.
        case sgd
        /// Adam with AMSGrad, rate `0.001 · lr_scale`, warmed up as upstream means to but never does.
        case adam
        /// Muon, first rate `0.005 · lr_scale`: by so much of the size that it has, `|I + A|/√d_model`,
        /// a step turns every direction of a translator. Over the first half of the steps each
        /// translator's rate follows the agreement of its gradients. Biases by Adam with AMSGrad,
        /// which moves each by a tenth of the first rate as it falls, times the last stream's root mean square.
        case muon

        fileprivate func baseRate(momentum: Double) -> Double {
            switch self {
            case .sgd: 1 - momentum
            case .adam: 1e-3
            case .muon: 0.005
            }
        }
    }

    /// Which translators training hands out.
    package enum Keep: String, Codable, Sendable, CaseIterable {
        /// Those of the last step, as upstream.
        case last
        /// In every layer those with the smallest loss on what is held out, at the steps at which it
        /// was measured; zero if none does better than the logit lens.
        case best
    }

    /// Name of the recipe that the other options come from, and what a user changed of it.
    package var recipe = "published"
    /// What training may take, which decides what a plan does: a resumed one must have the same.
    package var budget: String?
    package var fit = Fit.gradient
    package var loss = LensObjective.kl
    package var tokenShift = 0
    package var optimizer = Optimizer.sgd
    package var steps = 250
    package var tokensPerStep = 1 << 18
    package var window = 2048
    package var learningRateScale = 1.0
    package var momentum = 0.9
    package var weightDecay = 1e-3
    /// Steps over which the rate rises from 0; nil is the optimizer's own choice.
    package var warmupSteps: Int?
    package var biasOnly = false
    /// Steps between measurements on what is held out; with 0 only where training starts and ends.
    package var evalEvery = 0
    /// Positions of the held-out windows to measure at, all windows together.
    package var heldOutPositions = 2048
    package var keep = Keep.last
    /// After so many measurements without a smaller loss a layer is not trained any more; nil trains
    /// all to the end.
    package var patience: Int?
    /// Positions of each window whose gradient is taken, evenly spaced; all if nil.
    package var positionsPerWindow: Int?
    /// Whether a step takes positions of many windows at random, instead of whole windows.
    package var mixesPositions = false
    package var seed: UInt64 = 42
    package var shuffle = true
    /// Of the translators' products and the vocabulary pass.
    package var precision = Precision.fp32

    enum CodingKeys: String, CodingKey {
        case recipe, fit, loss, optimizer, steps, window, momentum, seed, shuffle, precision, keep
        case patience, budget
        case tokenShift = "token_shift"
        case tokensPerStep = "tokens_per_step"
        case learningRateScale = "lr_scale"
        case weightDecay = "weight_decay"
        case warmupSteps = "warmup_steps"
        case biasOnly = "bias_only"
        case evalEvery = "eval_every"
        case heldOutPositions = "held_out_positions"
        case positionsPerWindow = "positions_per_window"
        case mixesPositions = "mixes_positions"
    }

    package init() {}

    package var windowsPerStep: Int { tokensPerStep / window }
    package var windowsNeeded: Int {
        guard mixesPositions else { return windowsPerStep * steps }
        let perWindow = takenPositionsPerWindow
        return (positionsPerStep * steps + perWindow - 1) / perWindow
    }

    func checkTokenShift() throws {
        guard tokenShift.magnitude < window.magnitude else {
            throw LensError.tokenShift(shift: tokenShift, window: window)
        }
    }

    /// Of those with a label inside their window.
    var takenPositionsPerWindow: Int {
        min(positionsPerWindow ?? window, window - Int(tokenShift.magnitude))
    }
    var positionsPerStep: Int { max(1, tokensPerStep * takenPositionsPerWindow / window) }

    /// Whether the lens is measured on what is held out once so many steps are complete.
    func isMeasured(after step: Int) -> Bool {
        step == 0 || step == steps || evalEvery > 0 && step.isMultiple(of: evalEvery)
    }

    /// SGD starts at its full rate; Adam warms up over a fifth of the steps, at most 1000.
    package var effectiveWarmup: Int {
        warmupSteps ?? (optimizer == .adam ? min(1000, steps / 5) : 0)
    }

    /// Rate of the update that ends step `step`, from 0: linear rise over the warm-up, then linear
    /// fall that would reach 0 one step after the last.
    package func learningRate(step: Int) -> Double {
        let peak = optimizer.baseRate(momentum: momentum) * learningRateScale
        let warmup = effectiveWarmup
        if step < warmup { return peak * Double(step + 1) / Double(warmup + 1) }
        return peak * Double(steps - step) / Double(steps - warmup)
    }
}
