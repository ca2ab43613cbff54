import ArgumentParser
import Corpora
import Lenses

extension LensObjective: ExpressibleByArgument {}
extension LensTrainingOptions.Fit: ExpressibleByArgument {}
extension LensTrainingOptions.Optimizer: ExpressibleByArgument {}
extension LensTrainingOptions.Keep: ExpressibleByArgument {}

/// The training recipe.
struct RecipeOptions: ParsableArguments {
    @Option(
        help: """
            Steps along the gradient of the loss; or least squares towards the last stream, without \
            steps: one pass over at most --steps times --tokens-per-step tokens, none over the \
            vocabulary, the ridge of each block chosen on what is held out.
            """)
    var fit = LensTrainingOptions.Fit.gradient

    @Option(help: "What the lens is trained towards: the model's own output, or the next token.")
    var loss = LensObjective.kl

    @Option(
        help: """
            SGD with Nesterov momentum, Adam with AMSGrad, or Muon for the weights and Adam for \
            the biases.
            """)
    var optimizer = LensTrainingOptions.Optimizer.sgd

    @Option(help: "Updates of the translators.")
    var steps = 250

    @Option(help: "Tokens in a step; a multiple of --window.")
    var tokensPerStep = 1 << 18

    @Option(help: "Factor on the learning rate, 0.1 for SGD, 0.001 for Adam and 0.02 for Muon.")
    var lrScale = 1.0

    @Option(
        help: "Pull of the translators towards zero, that is, of the lens towards the identity.")
    var weightDecay = 1e-3

    @Option(help: "Momentum of SGD and Muon.")
    var momentum = 0.9

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
        try require(steps > 0, "--steps is \(steps), expected at least 1.")
        try require(tokensPerStep > 0, "--tokens-per-step is \(tokensPerStep), expected more.")
        let (tokens, overflow) = steps.multipliedReportingOverflow(by: tokensPerStep)
        try require(
            !overflow && tokens <= 1 << 48,
            "--steps \(steps) of --tokens-per-step \(tokensPerStep) are more than any text has.")
        try require(
            lrScale > 0 && lrScale.isFinite, "--lr-scale is \(lrScale), expected a positive number."
        )
        try require(
            weightDecay >= 0 && weightDecay.isFinite,
            "--weight-decay is \(weightDecay), expected 0 or more.")
        try require((0..<1).contains(momentum), "--momentum is \(momentum), expected 0 to 1.")
        try require(
            (0..<steps).contains(warmupSteps ?? 0),
            "--warmup-steps is \(warmupSteps ?? 0), expected 0 to \(steps - 1).")
    }

    func options(window: Int) -> LensTrainingOptions {
        var options = LensTrainingOptions()
        options.fit = fit
        options.loss = loss
        options.tokenShift = tokenShift ?? loss.defaultTokenShift
        options.optimizer = optimizer
        options.steps = steps
        options.tokensPerStep = tokensPerStep
        options.window = window
        options.learningRateScale = lrScale
        options.momentum = momentum
        options.weightDecay = weightDecay
        options.warmupSteps = warmupSteps
        options.biasOnly = biasOnly
        options.seed = seed
        options.shuffle = shuffle
        return options
    }
}

/// What a lens is measured on while it is trained.
struct HeldOutOptions: ParsableArguments {
    /// Without --held-out.
    private static let usual = 16

    @Option(
        help: """
            Windows to measure the lens on, the next ones after those that training takes; 0 for \
            none. (default: \(HeldOutOptions.usual), or as many as the text has left)
            """)
    var heldOut: Int?

    @Option(
        help: """
            Steps between measurements on what is held out; there is always one before the first \
            step and one after the last, with 0 no other. (default: a tenth of --steps)
            """)
    var evalEvery: Int?

    @Option(
        help: """
            Which translators to write: those of the last step, or for every block the best on what \
            is held out among those measured, none where the logit lens is never surpassed.
            """)
    var keep = LensTrainingOptions.Keep.last

    func validate() throws {
        guard keep == .last || heldOut != 0 else {
            throw ValidationError("--keep best needs windows to measure on; --held-out is 0.")
        }
        guard (0...1 << 32).contains(heldOut ?? 0) else {
            throw ValidationError("--held-out is \(heldOut ?? 0), expected 0 or more.")
        }
        guard evalEvery ?? 0 >= 0 else {
            throw ValidationError("--eval-every is \(evalEvery ?? 0), expected 0 or more.")
        }
    }

    /// Windows to read for measuring.
    var atMost: Int { heldOut ?? Self.usual }

    func every(of steps: Int) -> Int { evalEvery ?? max(1, steps / 10) }

    /// The windows to train on, and those to measure on.
    ///
    /// - Parameter needed: how many training takes; if the text has fewer, all are for training.
    /// - Throws: `LensError.tooLittleHeldOut` if the text has fewer than --held-out asks for.
    func split(
        _ windows: TokenWindows, after needed: Int
    ) throws -> (training: TokenWindows, heldOut: TokenWindows) {
        let trained = min(needed, windows.count)
        let rest = trained..<min(windows.count, trained + atMost)
        if let heldOut, trained == needed, rest.count < heldOut {
            throw LensError.tooLittleHeldOut(windows: rest.count, wanted: heldOut)
        }
        return (windows.part(0..<trained), windows.part(rest))
    }

    /// Says how many windows were held out, unless none were asked for.
    func sentence(_ count: Int) -> String {
        switch (count, atMost) {
        case (_, 0): ""
        case (0, _): " (no text was left to hold out)"
        default: ", and on \(count) windows held out"
        }
    }
}
