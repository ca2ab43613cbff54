import Models

/// How much of what the fast recipe does with so many windows of text.
package struct LensTrainingPlan: Equatable, Sendable {
    /// More steps gain little, fewer lose.
    private static let usualSteps = 300
    /// A step with fewer tokens learns too little, and one whose positions cost less than eight times
    /// its orthogonalizations costs too much.
    private static let fewestTokens = 192
    private static let leastShare = 8.0
    /// Fewer steps than these achieve less than the closed form alone on the text that their time allows.
    private static let fewestSteps = 12
    /// Of less text, in tokens, nearly every position tells something new.
    private static let littleText = 150_000

    /// Windows to train on, and to measure on.
    package let windows, heldOut: Int
    package let window: Int
    package let tokensPerStep: Int
    /// With none the closed form is all.
    package let steps: Int
    package let positionsPerWindow: Int

    /// - Parameters:
    ///   - windows: how many there are to train on; a whole number of steps may take fewer.
    ///   - positionsPerWindow, steps, tokensPerStep, heldOut: as a user wants them; the plan's own choice if nil.
    package init(
        windows: Int, of window: Int, _ configuration: ModelConfiguration,
        positionsPerWindow: Int? = nil, steps: Int? = nil, tokensPerStep: Int? = nil,
        heldOut: Int? = nil
    ) {
        precondition(windows > 0, "a plan for no window")
        let tokens = windows * window
        self.window = window
        let share = tokens < Self.littleText ? window * 11 / 16 : window / 2
        self.positionsPerWindow = min(positionsPerWindow ?? max(1, share), window)
        let layers = configuration.nLayers
        let position = configuration.lensStepOperations(positions: 1, layers: layers)
        let worthwhile = Self.leastShare * configuration.muonOperations(layers: layers) / position
        let usual = max(
            Self.fewestTokens, tokens / Self.usualSteps,
            Int(worthwhile) * window / self.positionsPerWindow)
        self.tokensPerStep =
            tokensPerStep ?? min(tokens, max(1, steps.map { tokens / $0 } ?? usual))
        self.steps = steps ?? max(1, tokens / self.tokensPerStep)
        self.windows = (self.steps * self.tokensPerStep + window - 1) / window
        self.heldOut = heldOut ?? Self.heldOut(besides: self.windows)
    }

    /// The closed form alone.
    private init(closedFormOf windows: Int, of window: Int, heldOut: Int?) {
        self.windows = windows
        self.window = window
        self.heldOut = heldOut ?? Self.heldOut(besides: windows)
        (tokensPerStep, steps, positionsPerWindow) = (0, 0, window)
    }

    package var isClosedFormAlone: Bool { steps == 0 }

    /// How many windows to measure on, beside so many to train on.
    package static func heldOut(besides windows: Int) -> Int { min(16, (windows + 19) / 20) }

    /// Positions whose gradient is taken.
    package var positions: Int { windows * positionsPerWindow }

    /// How many windows the closed form reads: of more than 64 tokens for each of the translator's
    /// columns it learns little that steps do not learn better.
    package static func closedFormWindows(of window: Int, dModel: Int) -> Int {
        max(1, 64 * dModel / window)
    }

    /// `options` with the plan's sizes; the closed form takes all positions of its windows. What is held
    /// out is measured every hundred steps, at so many positions that this takes less than a twentieth
    /// of the training.
    package func apply(to options: inout LensTrainingOptions) {
        options.window = window
        options.heldOutPositions = min(2048, max(256, positions / 64))
        if isClosedFormAlone {
            options.fit = .closedForm
        } else {
            options.steps = steps
            options.tokensPerStep = tokensPerStep
            options.evalEvery = 100
        }
        guard options.fit != .closedForm else { return }
        options.positionsPerWindow = positionsPerWindow < window ? positionsPerWindow : nil
        options.mixesPositions = true
    }

    /// What the parts of a training take: operations, or seconds.
    package struct Cost: Sendable {
        package var closedForm, steps, measuring: Double
        package var total: Double { closedForm + steps + measuring }
    }

    /// - Parameter rates: operations a second, to get seconds.
    package func cost(_ configuration: ModelConfiguration, rates: Rates = .one) -> Cost {
        var options = LensTrainingOptions()
        apply(to: &options)
        let layers = configuration.nLayers - 1
        let forward = configuration.forwardOperations(tokens: window) / rates.forward
        let enough = Self.closedFormWindows(of: window, dModel: configuration.dModel)
        let moments = configuration.secondMomentOperations(tokens: window) / rates.algebra
        let losses = configuration.lensLossOperations(positions: options.heldOutPositions)
        if isClosedFormAlone {
            return Cost(
                closedForm: Double(windows) * (forward + moments), steps: 0,
                measuring: Double(heldOut) * forward + 2 * losses / rates.lens)
        }
        let read = min(windows, enough)
        let gradients = configuration.lensStepOperations(positions: positions, layers: layers)
        let updates = Double(steps) * configuration.muonOperations(layers: layers)
        // Of the logit lens, the closed form, the steps on the way and the last.
        let measurements = Double(3 + (steps - 1) / options.evalEvery)
        let held = TrainingText.windowsPerRound(
            positionsPerWindow: positionsPerWindow, configuration)
        return Cost(
            closedForm: Double(max(0, read - held)) * forward + Double(read) * moments,
            steps: Double(windows) * forward + gradients / rates.lens + updates / rates.algebra,
            measuring: Double(heldOut) * forward + measurements * losses / rates.lens)
    }

    /// Operations a second of the forward pass, of the passes over the vocabulary, and of products
    /// of translators with one layer a thread.
    package struct Rates: Sendable {
        package static let one = Rates(forward: 1, lens: 1, algebra: 1)
        package let forward, lens, algebra: Double

        package init(forward: Double, lens: Double, algebra: Double) {
            self.forward = forward
            self.lens = lens
            self.algebra = algebra
        }
    }

    /// More windows than any plan takes with a budget: each at a quarter of its positions.
    ///
    /// - Parameter operations: the budget.
    package static func windowLimit(
        of window: Int, operations: Double, _ configuration: ModelConfiguration
    ) -> Int {
        let least =
            configuration.forwardOperations(tokens: window)
            + configuration.lensStepOperations(
                positions: max(1, window / 4), layers: configuration.nLayers - 1)
        // The closed form alone takes more windows, but no more than it needs.
        let closedForm = closedFormWindows(of: window, dModel: configuration.dModel)
        return max(closedForm, Int(min(1e12, operations / least)))
    }

    /// The plan that makes the most of a budget: as much of the text as fits with a quarter of each
    /// window's positions, and if all of it does, more of the positions; where that leaves but a few
    /// steps, the closed form alone.
    ///
    /// - Parameters:
    ///   - windows: how many the text has, for training and measuring.
    ///   - budget: in the unit of `cost` with these `rates`.
    ///   - heldOut: as a user wants it; the plan's own choice if nil.
    /// - Returns: nil if not even one window fits.
    package static func largest(
        windows: Int, of window: Int, budget: Double, heldOut: Int? = nil,
        _ configuration: ModelConfiguration, rates: Rates = .one
    ) -> LensTrainingPlan? {
        let left = windows - (heldOut ?? Self.heldOut(besides: windows))
        func affordable(_ plan: LensTrainingPlan) -> LensTrainingPlan? {
            plan.cost(configuration, rates: rates).total <= budget ? plan : nil
        }
        func plan(_ count: Int, quarters: Int) -> LensTrainingPlan? {
            affordable(
                LensTrainingPlan(
                    windows: count, of: window, configuration,
                    positionsPerWindow: max(1, quarters * window / 4), heldOut: heldOut))
        }
        /// The cost grows with the windows, but for rounding to whole steps.
        func largest(
            atMost limit: Int, _ plan: (Int) -> LensTrainingPlan?
        ) -> LensTrainingPlan? {
            var (fits, tooMany) = (0, limit + 1)
            while tooMany - fits > 1 {
                let middle = (fits + tooMany) / 2
                if plan(middle) != nil { fits = middle } else { tooMany = middle }
            }
            return fits > 0 ? plan(fits) : nil
        }
        guard left > 0 else { return nil }
        for quarters in [4, 3, 2] {
            if let all = plan(left, quarters: quarters) { return all }
        }
        let part = largest(atMost: left) { plan($0, quarters: 1) }
        if let part, part.steps >= fewestSteps { return part }
        let enough = closedFormWindows(of: window, dModel: configuration.dModel)
        return largest(atMost: min(left, enough)) {
            affordable(LensTrainingPlan(closedFormOf: $0, of: window, heldOut: heldOut))
        } ?? part
    }
}
