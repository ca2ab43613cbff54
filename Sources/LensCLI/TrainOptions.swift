import CommandSupport
import Base
import ArgumentParser
import Corpora
import Lenses
import Models

extension LensObjective: ExpressibleByArgument {}
extension LensTrainingOptions.Fit: ExpressibleByArgument {}
extension LensTrainingOptions.Optimizer: ExpressibleByArgument {}
extension LensTrainingOptions.Keep: ExpressibleByArgument {}

/// Which recipe, and what of it is changed.
struct RecipeOptions: ParsableArguments {
    enum Name: String, ExpressibleByArgument, CaseIterable {
        case fast, published
    }

    /// The published recipe's sizes, and how many tokens the fast one takes unless it is told.
    private static let published = LensTrainingOptions()
    private static let publishedTokens = published.steps * published.tokensPerStep
    private static let fastTokens = publishedTokens / 10

    private var stepsOrPublished: Int { steps ?? Self.published.steps }
    private var tokensOrPublished: Int { tokensPerStep ?? Self.published.tokensPerStep }

    @Option(
        name: .customLong("recipe"),
        help: """
            What the options below are unless they are given. published: 250 steps of 262,144 \
            tokens by SGD, as tuned-lens 0.2. fast: the closed form, then up to 300 steps of Muon \
            from there, each at random positions of the text, half of them in all (of little text \
            11 of 16), of at most 6.5 million tokens; the best translator of every block on what \
            is held out. (default: published, with --budget fast)
            """)
    var chosenRecipe: Name?

    var recipe: Name { chosenRecipe ?? (budget == nil ? .published : .fast) }

    @Option(
        help: ArgumentHelp(
            """
            What training by the fast recipe may take: time (90s, 10 min, 2 hours), tokens (250k tokens) or \
            operations (3e15 operations). What it will do is said before it starts.
            """, valueName: "amount"))
    var budget: TrainBudget?

    @Option(
        help: """
            gradient: steps along the gradient of the loss. closed-form: least squares towards the \
            last stream, one pass over the text, none over the vocabulary, the ridge of each \
            block chosen on what is held out. both: the latter on a part of the text, then the \
            former. (default: both with fast, else gradient)
            """)
    var fit: LensTrainingOptions.Fit?

    @Option(help: "What the lens is trained towards: the model's own output, or the next token.")
    var loss = LensObjective.kl

    @Option(
        help: """
            SGD with Nesterov momentum, Adam with AMSGrad, or Muon for the weights and Adam for \
            the biases. (default: muon with fast, else sgd)
            """)
    var optimizer: LensTrainingOptions.Optimizer?

    @Option(
        help: "Updates of the translators. (default: up to 300 with fast, else 250)")
    var steps: Int?

    @Option(
        help: """
            Tokens in a step; with published a multiple of --window. (default: what the text gives \
            with fast, else 262144)
            """)
    var tokensPerStep: Int?

    @Option(
        help: """
            Positions of each window, evenly spaced, at which steps take the loss. Neighbours are \
            alike, and the vocabulary costs most. (default: with fast 11 of 16 of little text, half \
            of more, for a time or operations a quarter or more; else all)
            """)
    var positionsPerWindow: Int?

    @Option(
        help: """
            Factor on the learning rate, 0.1 for SGD, 0.001 for Adam and 0.005 for Muon, where every \
            block's then adapts to its gradients.
            """)
    var lrScale = 1.0

    @Option(
        help: """
            Pull of the translators towards zero, that is, of the lens towards the identity. \
            (default: 0.03 with fast, else 0.001)
            """)
    var weightDecay: Double?

    @Option(help: "Momentum of SGD and Muon. (default: 0.8 with fast, else 0.9)")
    var momentum: Double?

    @Option(
        help: """
            Steps over which the learning rate rises. (default: a fifth of the steps for \
            Adam, else 0)
            """)
    var warmupSteps: Int?

    @Flag(help: "Train only the translators' biases.")
    var biasOnly = false

    @Option(help: "Seed of the order of the windows.")
    var seed: UInt64 = 42

    @Option(
        help: """
            Positions by which labels are ahead of the state; --token-shift=-1 for behind. \
            (default: 0 for kl, 1 for ce)
            """)
    var tokenShift: Int?

    @Flag(inversion: .prefixedNo, help: "Shuffle the windows instead of taking them in text order.")
    var shuffle = true

    func validate() throws {
        try requireNumber(steps, "--steps")
        try requireNumber(tokensPerStep, "--tokens-per-step", 1...1 << 40)
        try requireNumber(warmupSteps, "--warmup-steps", 0...Bounds.many)
        try requireNumber(tokenShift, "--token-shift", -Bounds.tokens...Bounds.tokens)
        let (tokens, overflow) = stepsOrPublished.multipliedReportingOverflow(
            by: tokensOrPublished)
        try require(
            !overflow && tokens <= 1 << 48,
            "--steps \(stepsOrPublished) of --tokens-per-step \(tokensOrPublished) are more than"
                + " any text has, expected 1 to \(1 << 48) tokens in all.")
        try requireNumber(positionsPerWindow, "--positions-per-window", 1...Bounds.tokens)
        try requirePositive(lrScale, "--lr-scale")
        try requireNumber(weightDecay, "--weight-decay", 0...)
        try requireNumber(momentum, "--momentum", 0..<1)
        guard let budget else { return }
        if case .unitless(let number) = budget {
            throw ValidationError(
                "--budget \(number): \(number) what? Say '\(number)m', '\(number)h',"
                    + " '\(number) tokens' or '\(number) operations'.")
        }
        try require(
            recipe == .fast, "--budget plans the fast recipe; the published one is as it is.")
        try require(
            steps == nil && tokensPerStep == nil && positionsPerWindow == nil,
            "--budget chooses --steps, --tokens-per-step and --positions-per-window itself.")
        if case .tokens = budget { return }
        try require(
            fit == nil && optimizer == nil,
            "--budget knows what the closed form and Muon take; leave out --fit and --optimizer.")
    }

    /// More operations a second than any CPU does.
    private static let fastestCPU = 2e14

    /// How many windows there is work for.
    func windowLimit(of window: Int, _ configuration: ModelConfiguration) -> Int {
        if recipe == .published || steps != nil && tokensPerStep != nil {
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
        case .unitless, nil: Self.fastTokens / window
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
                lrScale == 1 ? nil : "learning rate times \(lrScale)",
            ].compactMap(\.self)
        options.recipe = ([recipe.rawValue] + changes).joined(separator: ", ")
        options.budget = budget.map { "\($0)" }
        if recipe == .fast {
            options.fit = .both
            options.optimizer = .muon
            options.keep = .best
            options.momentum = 0.8
            options.weightDecay = 0.03
        }
        options.fit = fit ?? options.fit
        options.optimizer = optimizer ?? options.optimizer
        options.loss = loss
        options.tokenShift = tokenShift ?? loss.defaultTokenShift
        options.steps = stepsOrPublished
        options.tokensPerStep = tokensOrPublished
        options.positionsPerWindow = positionsPerWindow
        options.window = window
        options.learningRateScale = lrScale
        options.momentum = momentum ?? options.momentum
        options.weightDecay = weightDecay ?? options.weightDecay
        options.warmupSteps = warmupSteps
        options.biasOnly = biasOnly
        options.seed = seed
        options.shuffle = shuffle
        return options
    }
}

/// What a lens is measured on while it is trained.
struct HeldOutOptions: ParsableArguments {
    @Option(
        help: """
            Windows to measure the lens on, the next ones after those that training takes; with \
            --fit gradient also 0 for none. (default: 16; with fast one for twenty to train on, at \
            most 16)
            """)
    var heldOut: Int?

    @Option(
        help: """
            Steps between measurements on what is held out; there is always one before the first \
            step and one after the last, with 0 no other. (default: a tenth of --steps, with fast \
            100)
            """)
    var evalEvery: Int?

    @Option(
        help: """
            Which translators to write: those of the last step, or for every block the best on what \
            is held out among those measured, none where the logit lens is never surpassed. \
            (default: last, with fast best)
            """)
    var keep: LensTrainingOptions.Keep?

    @Option(
        help: """
            With --keep best: measurements in a row without a better translator after which a block is \
            trained no more. As the learning rate falls to the end, most still get better \
            after many. (default: none stops)
            """)
    var patience: Int?

    func validate() throws {
        try require(
            keep != .best || heldOut != 0,
            "--keep best needs windows to measure on; --held-out is 0.")
        try requireNumber(heldOut, "--held-out", 0...1 << 24)
        try requireNumber(evalEvery, "--eval-every", 0...Bounds.many)
        try requireNumber(patience, "--patience")
    }

    /// The windows to train on, and `count` to measure on, or as many as are left.
    ///
    /// - Parameter needed: how many training takes; if the text has fewer, all are for training.
    /// - Throws: `LensError.tooLittleHeldOut` if the text has fewer than --held-out asks for.
    func split(
        _ windows: TokenWindows, after needed: Int, count: Int
    ) throws -> (training: TokenWindows, heldOut: TokenWindows) {
        let trained = min(needed, windows.count)
        let rest = trained..<min(windows.count, trained + count)
        if heldOut != nil, trained == needed, rest.count < count {
            throw LensError.tooLittleHeldOut(windows: rest.count, wanted: count)
        }
        return (windows.part(0..<trained), windows.part(rest))
    }

    /// Says how many windows were held out, unless none were asked for.
    func sentence(_ count: Int?) -> String {
        switch (count, heldOut) {
        case (_, 0): ""
        case (nil, _): " (no text was left to hold out)"
        case (let count?, _): ", and on \(counted(count, "window")) held out"
        }
    }

    func apply(to options: inout LensTrainingOptions) {
        options.evalEvery = evalEvery ?? options.evalEvery
        options.keep = keep ?? (heldOut == 0 ? .last : options.keep)
        options.patience = options.keep == .best ? patience ?? options.patience : nil
    }
}
