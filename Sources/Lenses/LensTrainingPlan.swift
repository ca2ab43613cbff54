import StateSpaceModels

/// How much of what the fast recipe does with so many windows of text.
package struct LensTrainingPlan: Codable, Equatable, Sendable {
    /// More steps gain little, fewer lose.
    private static let usualSteps = 200

    /// Windows to train on.
    package let windows: Int
    package let window: Int
    package let windowsPerStep: Int
    package let steps: Int
    package let positionsPerWindow: Int

    /// - Parameters:
    ///   - steps, windowsPerStep: as a user wants them; the plan's own choice if nil.
    package init(
        windows: Int, of window: Int, positionsPerWindow: Int, steps: Int? = nil,
        windowsPerStep: Int? = nil
    ) {
        precondition(windows > 0, "a plan for no window")
        self.window = window
        self.positionsPerWindow = positionsPerWindow
        let wanted = steps ?? Self.usualSteps
        self.windowsPerStep = windowsPerStep ?? (windows + wanted - 1) / wanted
        self.steps = steps ?? max(1, windows / self.windowsPerStep)
        self.windows = self.windowsPerStep * self.steps
    }

    /// Positions whose gradient is taken.
    package var positions: Int { windows * positionsPerWindow }

    /// `options` with the plan's sizes. What is held out is measured at the start and three or four
    /// times more, at so many positions that this takes less than a tenth of the training.
    package func apply(to options: inout LensTrainingOptions) {
        options.window = window
        options.steps = steps
        options.tokensPerStep = windowsPerStep * window
        options.positionsPerWindow = positionsPerWindow < window ? positionsPerWindow : nil
        options.evalEvery = max(1, steps / 3)
        options.heldOutPositions = min(2048, max(256, positions / 32))
    }

    /// What the parts of a training take: operations, or seconds.
    package struct Cost: Sendable {
        package var closedForm, steps, measuring: Double
        package var total: Double { closedForm + steps + measuring }
    }

    /// - Parameters:
    ///   - heldOut: windows to measure on.
    ///   - rates: operations a second, to get seconds.
    package func cost(
        _ configuration: ModelConfiguration, heldOut: Int, rates: Rates = .one
    ) -> Cost {
        var options = LensTrainingOptions()
        apply(to: &options)
        let layers = configuration.nLayers - 1
        let forward = configuration.forwardOperations(tokens: window) / rates.forward
        let moments = configuration.secondMomentOperations(tokens: window) / rates.lens
        let gradients = configuration.lensStepOperations(positions: positions, layers: layers)
        let updates = Double(steps) * configuration.muonOperations(layers: layers)
        let losses = configuration.lensLossOperations(positions: options.heldOutPositions)
        let measurements = Double(2 + steps / options.evalEvery)
        return Cost(
            closedForm: Double(windows) * (forward + moments),
            steps: Double(windows) * forward + (gradients + updates) / rates.lens,
            measuring: Double(heldOut) * forward + measurements * losses / rates.lens)
    }

    /// Operations a second of the forward pass, and of what the lens does on top.
    package struct Rates: Sendable {
        package static let one = Rates(forward: 1, lens: 1)
        package let forward, lens: Double

        package init(forward: Double, lens: Double) {
            self.forward = forward
            self.lens = lens
        }
    }

    /// The plan that makes the most of a budget: as much of the text as fits with a quarter of each
    /// window's positions, and if all of it does, more of the positions.
    ///
    /// - Parameters:
    ///   - windows: how many there are to train on.
    ///   - budget: in the unit of `cost` with these `rates`.
    /// - Returns: nil if not even one window fits.
    package static func largest(
        windows: Int, of window: Int, budget: Double, heldOut: Int,
        _ configuration: ModelConfiguration, rates: Rates = .one
    ) -> LensTrainingPlan? {
        func plan(_ count: Int, quarters: Int) -> LensTrainingPlan? {
            let plan = LensTrainingPlan(
                windows: count, of: window, positionsPerWindow: max(1, quarters * window / 4))
            let cost = plan.cost(configuration, heldOut: heldOut, rates: rates).total
            return cost <= budget ? plan : nil
        }
        for quarters in [4, 3, 2] {
            if let all = plan(windows, quarters: quarters) { return all }
        }
        // The cost grows with the windows, but for rounding to whole steps.
        var (fits, tooMany) = (0, windows + 1)
        while tooMany - fits > 1 {
            let middle = (fits + tooMany) / 2
            if plan(middle, quarters: 1) != nil { fits = middle } else { tooMany = middle }
        }
        return fits > 0 ? plan(fits, quarters: 1) : nil
    }
}
