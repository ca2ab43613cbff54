import ArgumentParser
import Base
import CommandSupport
import Corpora
import Lenses
import Models

extension LensRecipe.Name: ExpressibleByArgument {}
extension LensLoss: ExpressibleByArgument {}
extension LensTrainingOptions.Fit: ExpressibleByArgument {}
extension LensOptimizer.Kind: ExpressibleByArgument {}
extension LensMeasuring.Keep: ExpressibleByArgument {}

/// Which recipe, and what of it is changed.
package struct RecipeOptions: ParsableArguments {
    package init() {}

    @Option(
        name: .customLong("recipe"),
        help: """
            What the options under RECIPE are unless they are given. published: 250 steps of 262,144 \
            tokens by SGD, as tuned-lens 0.2. fast: the closed form, then up to 300 steps of Muon \
            from there, each at random positions of the text, half of them in all (of little text \
            11 of 16), of at most 6.5 million tokens; the best translator of every block on what \
            is held out. (default: published, with --budget fast)
            """)
    package var name: LensRecipe.Name?

    @Option(
        help: ArgumentHelp(
            """
            What training by the fast recipe may take: time (90s, 10 min, 2 hours), tokens (250k tokens) or \
            operations (3e15 operations). What it will do is said before it starts.
            """, valueName: "amount"))
    package var budget: TrainBudget?

    @OptionGroup(title: .recipe) package var details: RecipeDetails

    package func validate() throws {
        let recipe = recipe()
        let (steps, perStep) = (recipe.stepsOrPublished, recipe.tokensOrPublished)
        let (tokens, overflow) = steps.multipliedReportingOverflow(by: perStep)
        try require(
            !overflow && tokens <= 1 << 48,
            "--steps \(steps) of --tokens-per-step \(perStep) are more than"
                + " any text has, expected 1 to \(1 << 48) tokens in all.")
        guard let budget else { return }
        if case .unitless(let number) = budget {
            throw ValidationError(
                "--budget \(number): \(number) what? Say '\(number)m', '\(number)h',"
                    + " '\(number) tokens' or '\(number) operations'.")
        }
        try require(
            recipe.name == .fast, "--budget plans the fast recipe; the published one is as it is.")
        try require(
            details.steps == nil && details.tokensPerStep == nil
                && details.positionsPerWindow == nil,
            "--budget chooses --steps, --tokens-per-step and --positions-per-window itself.")
        if case .amount(.tokens) = budget { return }
        try require(
            details.fit == nil && details.optimizer == nil,
            "--budget knows what the closed form and Muon take; leave out --fit and --optimizer.")
    }

    /// As given, with what is measured on the way left to `MeasuringOptions`.
    package func recipe() -> LensRecipe {
        var recipe = LensRecipe(name ?? (budget == nil ? .published : .fast))
        if case .amount(let budget) = budget { recipe.budget = budget }
        details.apply(to: &recipe)
        return recipe
    }
}

/// What of a recipe is changed.
package struct RecipeDetails: ParsableArguments {
    package init() {}

    @Option(
        help: """
            gradient: steps along the gradient of the loss. closed-form: least squares towards the \
            last stream, one pass over the text, none over the vocabulary, the ridge of each \
            block chosen on what is held out. both: the latter on a part of the text, then the \
            former. (default: both with fast, else gradient)
            """)
    package var fit: LensTrainingOptions.Fit?

    @Option(help: "What the lens is trained towards: the model's own output, or the next token.")
    package var loss = LensLoss.kl

    @Option(
        help: """
            SGD with Nesterov momentum, Adam with AMSGrad, or Muon for the weights and Adam for \
            the biases. (default: muon with fast, else sgd)
            """)
    package var optimizer: LensOptimizer.Kind?

    @Option(
        help: ArgumentHelp(
            "Updates of the translators. (default: up to 300 with fast, else 250)", valueName: "n"))
    package var steps: Int?

    @Option(
        help: ArgumentHelp(
            """
            Tokens in a step; with published a multiple of --window. (default: what the text gives \
            with fast, else 262144)
            """, valueName: "n"))
    package var tokensPerStep: Int?

    @Option(
        help: ArgumentHelp(
            """
            Positions of each window, evenly spaced, at which steps take the loss. Neighbours are \
            alike, and the vocabulary costs most. (default: with fast 11 of 16 of little text, half \
            of more, for a time or operations a quarter or more; else all)
            """, valueName: "n"))
    package var positionsPerWindow: Int?

    @Option(
        help: ArgumentHelp(
            """
            Factor on the learning rate, 0.1 for SGD, 0.001 for Adam and 0.005 for Muon, where every \
            block's then adapts to its gradients.
            """, valueName: "x"))
    package var lrScale = 1.0

    @Option(
        help: ArgumentHelp(
            """
            Pull of the translators towards zero, that is, of the lens towards the identity. \
            (default: 0.03 with fast, else 0.001)
            """, valueName: "x"))
    package var weightDecay: Double?

    @Option(
        help: ArgumentHelp(
            "Momentum of SGD and Muon. (default: 0.8 with fast, else 0.9)", valueName: "x"))
    package var momentum: Double?

    @Option(
        help: ArgumentHelp(
            """
            Steps over which the learning rate rises. (default: a fifth of the steps for \
            Adam, else 0)
            """, valueName: "n"))
    package var warmupSteps: Int?

    @Flag(help: "Train only the translators' biases.")
    package var biasOnly = false

    @Option(help: ArgumentHelp("Seed of the order of the windows.", valueName: "n"))
    package var seed: UInt64 = 42

    @Option(
        help: ArgumentHelp(
            """
            Positions by which labels are ahead of the state; --token-shift=-1 for behind. \
            (default: 0 for kl, 1 for ce)
            """, valueName: "n"))
    package var tokenShift: Int?

    @Flag(inversion: .prefixedNo, help: "Shuffle the windows instead of taking them in text order.")
    package var shuffle = true

    package func validate() throws {
        try requireNumber(steps, "--steps")
        try requireNumber(tokensPerStep, "--tokens-per-step", 1...1 << 40)
        try requireNumber(warmupSteps, "--warmup-steps", 0...Bounds.many)
        try requireNumber(tokenShift, "--token-shift", -Bounds.tokens...Bounds.tokens)
        try requireNumber(positionsPerWindow, "--positions-per-window", 1...Bounds.tokens)
        try requirePositive(lrScale, "--lr-scale")
        try requireNumber(weightDecay, "--weight-decay", 0...)
        try requireNumber(momentum, "--momentum", 0..<1)
    }

    func apply(to recipe: inout LensRecipe) {
        recipe.fit = fit
        recipe.loss = loss
        recipe.tokenShift = tokenShift
        recipe.optimizer = optimizer
        recipe.steps = steps
        recipe.tokensPerStep = tokensPerStep
        recipe.positionsPerWindow = positionsPerWindow
        recipe.learningRateScale = lrScale
        recipe.weightDecay = weightDecay
        recipe.momentum = momentum
        recipe.warmupSteps = warmupSteps
        recipe.biasOnly = biasOnly
        recipe.seed = seed
        recipe.shuffle = shuffle
    }
}

/// What a lens is measured on while it is trained.
package struct MeasuringOptions: ParsableArguments {
    package init() {}

    @Option(
        help: ArgumentHelp(
            """
            Windows to measure the lens on, the next ones after those that training takes; with \
            --fit gradient also 0 for none. (default: 16; with fast one for twenty to train on, at \
            most 16)
            """, valueName: "n"))
    package var heldOut: Int?

    @Option(
        help: ArgumentHelp(
            """
            Steps between measurements on what is held out; there is always one before the first \
            step and one after the last, with 0 no other. (default: a tenth of --steps, with fast \
            100)
            """, valueName: "n"))
    package var evalEvery: Int?

    @Option(
        help: """
            Which translators to write: those of the last step, or for every block the best on what \
            is held out among those measured, none where the logit lens is never surpassed. \
            (default: last, with fast best)
            """)
    package var keep: LensMeasuring.Keep?

    @Option(
        help: ArgumentHelp(
            """
            With --keep best: measurements in a row without a better translator after which a block is \
            trained no more. As the learning rate falls to the end, most still get better \
            after many. (default: none stops)
            """, valueName: "n"))
    package var patience: Int?

    package func validate() throws {
        try require(
            keep != .best || heldOut != 0,
            "--keep best needs windows to measure on; --held-out is 0.")
        try requireNumber(heldOut, "--held-out", 0...1 << 24)
        try requireNumber(evalEvery, "--eval-every", 0...Bounds.many)
        try requireNumber(patience, "--patience")
    }

    /// Says how many windows were held out, unless none were asked for.
    package func sentence(_ count: Int?) -> String {
        switch (count, heldOut) {
        case (_, 0): ""
        case (nil, _): " (no text was left to hold out)"
        case (let count?, _): ", and on \(counted(count, "window")) held out"
        }
    }

    package func apply(to recipe: inout LensRecipe) {
        recipe.heldOut = heldOut
        recipe.evalEvery = evalEvery
        recipe.keep = keep
        recipe.patience = patience
    }
}
