import Corpora
import Models
import Training

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

    /// What is done with the windows to train on.
    package enum Work: Equatable, Sendable {
        /// The closed form of all of them, and nothing more.
        case closedForm
        /// The closed form of the first of them, then steps from there.
        case closedFormThenSteps(Steps)
        case steps(Steps)
    }

    package struct Steps: Equatable, Sendable {
        package let count: Int
        package let tokensPerStep: Int
        package let positionsPerWindow: Int
    }

    /// Windows to train on, and to measure on.
    package let windows, heldOut: Int
    package let window: Int
    package private(set) var work: Work

    package var steps: Steps? {
        switch work {
        case .closedForm: nil
        case .closedFormThenSteps(let steps), .steps(let steps): steps
        }
    }

    /// The closed form, then steps.
    ///
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
        let share = tokens < Self.littleText ? window * 11 / 16 : window / 2
        let positions = min(positionsPerWindow ?? max(1, share), window)
        let layers = configuration.nLayers
        let position = configuration.lensStepOperations(positions: 1, layers: layers)
        let worthwhile = Self.leastShare * configuration.muonOperations(layers: layers) / position
        let usual = max(
            Self.fewestTokens, tokens / Self.usualSteps, Int(worthwhile) * window / positions)
        let size = tokensPerStep ?? min(tokens, max(1, steps.map { tokens / $0 } ?? usual))
        let count = steps ?? max(1, tokens / size)
        let taken = (count * size + window - 1) / window
        self.init(
            windows: taken, heldOut: heldOut ?? Self.heldOut(besides: taken), window: window,
            .closedFormThenSteps(
                Steps(count: count, tokensPerStep: size, positionsPerWindow: positions)))
    }

    /// The sizes of the training that left the newest snapshot.
    ///
    /// - Throws: `SnapshotError`; `CheckpointError` for a damaged file.
    init(
        resuming snapshots: SnapshotFolder, window: Int, heldOut: Int?,
        _ configuration: ModelConfiguration
    ) throws {
        let positions = try? snapshots.option("positions_per_window", in: 1...window)
        self.init(
            windows: 1, of: window, configuration, positionsPerWindow: positions ?? window,
            steps: try snapshots.option("steps", in: 1...1 << 32),
            tokensPerStep: try snapshots.option("tokens_per_step", in: 1...1 << 40),
            heldOut: heldOut)
    }

    /// What `options` say, of so many windows.
    init(
        windows: Int, heldOut: Int, _ options: LensTrainingOptions, fit: LensTrainingOptions.Fit
    ) {
        let text = options.text
        self.init(
            windows: windows, heldOut: heldOut, window: text.window,
            .closedFormThenSteps(
                Steps(
                    count: text.steps, tokensPerStep: text.tokensPerStep,
                    positionsPerWindow: text.positionsPerWindow ?? text.window)))
        self = limited(to: fit)
    }

    private init(windows: Int, heldOut: Int, window: Int, _ work: Work) {
        (self.windows, self.heldOut, self.window, self.work) = (windows, heldOut, window, work)
    }

    /// The closed form alone.
    private init(closedFormOf windows: Int, of window: Int, heldOut: Int?) {
        self.init(
            windows: windows, heldOut: heldOut ?? Self.heldOut(besides: windows), window: window,
            .closedForm)
    }

    /// The plan with the closed form alone, or without it, as a user wants it.
    func limited(to fit: LensTrainingOptions.Fit) -> LensTrainingPlan {
        var plan = self
        switch (fit, steps) {
        case (.closedForm, _): plan.work = .closedForm
        case (.gradient, let steps?): plan.work = .steps(steps)
        case (.both, _), (.gradient, nil): break
        }
        return plan
    }

    /// The windows to train on, and those to measure on, or as many as are left.
    ///
    /// If the text has fewer than training takes, all are for that.
    ///
    /// - Parameter isWanted: whether a user has said how many to measure on.
    /// - Throws: `LensError.tooLittleHeldOut` if the text has fewer than that.
    func split(
        _ text: TokenWindows, isWanted: Bool
    ) throws -> (training: TokenWindows, heldOut: TokenWindows) {
        let trained = min(windows, text.count)
        let rest = trained..<min(text.count, trained + heldOut)
        if isWanted, trained == windows, rest.count < heldOut {
            throw LensError.tooLittleHeldOut(windows: rest.count, wanted: heldOut)
        }
        return (text.part(0..<trained), text.part(rest))
    }

    /// How many windows to measure on, beside so many to train on.
    package static func heldOut(besides windows: Int) -> Int { min(16, (windows + 19) / 20) }

    /// Positions that are learnt from.
    package var positions: Int { windows * (steps?.positionsPerWindow ?? window) }

    /// At how many positions what is held out is measured: so many that this takes less than a twentieth of
    /// the training.
    private var measuredPositions: Int { min(2048, max(256, positions / 64)) }

    /// How many windows the closed form reads: of more than 64 tokens for each of the translator's
    /// columns it learns little that steps do not learn better.
    package static func closedFormWindows(of window: Int, dModel: Int) -> Int {
        max(1, 64 * dModel / window)
    }

    private static let stepsBetweenMeasurements = 100

    /// Puts the plan's sizes into `options`; the closed form takes all positions of its windows.
    package func apply(to options: inout LensTrainingOptions) {
        options.text.window = window
        options.measuring.positions = measuredPositions
        guard let steps else {
            options.fit = .closedForm
            return
        }
        options.text.steps = steps.count
        options.text.tokensPerStep = steps.tokensPerStep
        options.measuring.every = Self.stepsBetweenMeasurements
        guard options.fit != .closedForm else { return }
        options.text.positionsPerWindow =
            steps.positionsPerWindow < window ? steps.positionsPerWindow : nil
        options.text.mixesPositions = true
    }

    /// What the parts of a training take: operations, or seconds.
    package struct Cost: Sendable {
        package var closedForm, steps, measuring: Double
        package var total: Double { closedForm + steps + measuring }
    }

    /// What a training is expected to take.
    package enum Forecast: Sendable {
        case operations(Cost)
        case seconds(Cost)
    }

    /// - Parameter rates: operations a second, to get seconds.
    package func cost(_ configuration: ModelConfiguration, rates: Rates = .one) -> Cost {
        let layers = configuration.nLayers - 1
        let forward = configuration.forwardOperations(tokens: window) / rates.forward
        let moments = configuration.secondMomentOperations(tokens: window) / rates.algebra
        let losses =
            configuration.lensLossOperations(positions: measuredPositions) / rates.lens
        guard let steps else {
            return Cost(
                closedForm: Double(windows) * (forward + moments), steps: 0,
                measuring: Double(heldOut) * forward + 2 * losses)
        }
        let gradients = configuration.lensStepOperations(positions: positions, layers: layers)
        let updates = Double(steps.count) * configuration.muonOperations(layers: layers)
        // Of the logit lens, the closed form, the steps on the way and the last.
        let measurements = Double(3 + (steps.count - 1) / Self.stepsBetweenMeasurements)
        var closedForm = 0.0
        if case .closedFormThenSteps = work {
            let enough = Self.closedFormWindows(of: window, dModel: configuration.dModel)
            let read = min(windows, enough)
            let held = TrainingText.windowsPerRound(
                positionsPerWindow: steps.positionsPerWindow, configuration)
            closedForm = Double(max(0, read - held)) * forward + Double(read) * moments
        }
        return Cost(
            closedForm: closedForm,
            steps: Double(windows) * forward + gradients / rates.lens + updates / rates.algebra,
            measuring: Double(heldOut) * forward + measurements * losses)
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
        if let part, let steps = part.steps, steps.count >= fewestSteps { return part }
        let enough = closedFormWindows(of: window, dModel: configuration.dModel)
        return largest(atMost: min(left, enough)) {
            affordable(LensTrainingPlan(closedFormOf: $0, of: window, heldOut: heldOut))
        } ?? part
    }
}
