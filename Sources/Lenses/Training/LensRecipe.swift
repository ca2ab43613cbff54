import Base
import Models

/// How a lens is to be trained: a recipe by its name, and what is changed of it.
package struct LensRecipe: Equatable, Sendable {
    package enum Name: String, Sendable, CaseIterable {
        /// The closed form, then steps of Muon from there as the text and a budget allow.
        case fast
        /// As tuned-lens 0.2.
        case published
    }

    package static let fast = LensRecipe(.fast)
    package static let published = LensRecipe(.published)

    package let name: Name
    /// What the fast recipe may take; nil for as much as its text is worth.
    package var budget: LensBudget?
    package var fit: LensTrainingOptions.Fit?
    package var loss = LensLoss.kl
    package var tokenShift: Int?
    package var optimizer: LensOptimizer.Kind?
    package var steps, tokensPerStep, positionsPerWindow: Int?
    package var learningRateScale = 1.0
    package var weightDecay, momentum: Double?
    package var warmupSteps: Int?
    package var biasOnly = false
    package var seed: UInt64 = 42
    package var shuffle = true
    /// Windows to measure on, the next ones after those that training takes.
    package var heldOut: Int?
    package var evalEvery: Int?
    package var keep: LensMeasuring.Keep?
    package var patience: Int?

    package init(_ name: Name) { self.name = name }

    /// The published recipe's sizes, and how many tokens the fast one takes unless it is told.
    private static let publishedSizes = TrainingText.Options()
    private static let publishedTokens = publishedSizes.steps * publishedSizes.tokensPerStep
    private static let fastTokens = publishedTokens / 10
    /// More operations a second than any CPU does.
    private static let fastestCPU = 2e14

    package var stepsOrPublished: Int { steps ?? Self.publishedSizes.steps }
    package var tokensOrPublished: Int { tokensPerStep ?? Self.publishedSizes.tokensPerStep }

    /// How translators are found, unless a budget leaves no time for steps.
    package var usedFit: LensTrainingOptions.Fit { fit ?? (name == .fast ? .both : .gradient) }

    /// Which translators are handed out.
    package var kept: LensMeasuring.Keep {
        keep ?? (heldOut == 0 || name == .published ? .last : .best)
    }

    /// How many windows of a text there is work for, those to measure on included.
    ///
    /// - Throws: `LensError.tokensPerStep`.
    package func windowsToRead(of window: Int, _ configuration: ModelConfiguration) throws -> Int {
        if name == .published, let tokensPerStep, !tokensPerStep.isMultiple(of: window) {
            throw LensError.tokensPerStep(tokens: tokensPerStep, window: window)
        }
        return max(1, windowLimit(of: window, configuration) + (heldOut ?? 16))
    }

    /// How many windows there is work for.
    func windowLimit(of window: Int, _ configuration: ModelConfiguration) -> Int {
        if name == .published || steps != nil && tokensPerStep != nil {
            return (stepsOrPublished * tokensOrPublished + window - 1) / window
        }
        func limit(operations: Double) -> Int {
            min(
                Self.publishedTokens / window,
                LensTrainingPlan.windowLimit(
                    of: window, operations: operations, configuration))
        }
        return switch budget {
        case .tokens(let tokens): max(1, Int(min(tokens, 1e15)) / window)
        case .operations(let operations): limit(operations: operations)
        case .seconds(let seconds): limit(operations: seconds * Self.fastestCPU)
        case nil: Self.fastTokens / window
        }
    }

    /// All options but, where they are planned, the sizes.
    func options(window: Int) -> LensTrainingOptions {
        var options = LensTrainingOptions()
        let changes =
            [
                fit.map { "fit \($0.rawValue)" }, optimizer.map { "optimizer \($0.rawValue)" },
                steps.map { counted($0, "step") },
                tokensPerStep.map { counted($0, "token") + " a step" },
                learningRateScale == 1 ? nil : "learning rate times \(learningRateScale)",
            ].compactMap(\.self)
        options.recipe = ([name.rawValue] + changes).joined(separator: ", ")
        options.budget = budget.map { "\($0)" }
        if name == .fast {
            options.optimizer.kind = .muon
            options.optimizer.momentum = 0.8
            options.optimizer.weightDecay = 0.03
        }
        options.fit = usedFit
        options.objective.loss = loss
        options.objective.tokenShift = tokenShift ?? loss.defaultTokenShift
        options.text.steps = stepsOrPublished
        options.text.tokensPerStep = tokensOrPublished
        options.text.positionsPerWindow = positionsPerWindow
        options.text.window = window
        options.text.seed = seed
        options.text.shuffle = shuffle
        options.optimizer.kind = optimizer ?? options.optimizer.kind
        options.optimizer.learningRateScale = learningRateScale
        options.optimizer.momentum = momentum ?? options.optimizer.momentum
        options.optimizer.weightDecay = weightDecay ?? options.optimizer.weightDecay
        options.optimizer.warmupSteps = warmupSteps
        options.optimizer.biasOnly = biasOnly
        options.measuring.keep = kept
        options.measuring.patience = kept == .best ? patience : nil
        return options
    }
}
