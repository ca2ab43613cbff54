extension TrainingText {
    /// Which positions of a text each step takes.
    package struct Options: Codable, Equatable, Sendable {
        package var steps = 250
        package var tokensPerStep = 1 << 18
        package var window = 2048
        /// Positions of each window whose gradient is taken, evenly spaced; all if nil.
        package var positionsPerWindow: Int?
        /// Whether a step takes positions of many windows at random, instead of whole windows.
        package var mixesPositions = false
        /// Of the order of the windows and positions.
        package var seed: UInt64 = 42
        package var shuffle = true

        enum CodingKeys: String, CodingKey {
            case steps, window, seed, shuffle
            case tokensPerStep = "tokens_per_step"
            case positionsPerWindow = "positions_per_window"
            case mixesPositions = "mixes_positions"
        }

        package init() {}

        package var windowsPerStep: Int { tokensPerStep / window }

        package func windowsNeeded(for objective: LensObjective) -> Int {
            guard mixesPositions else { return windowsPerStep * steps }
            let perWindow = takenPerWindow(for: objective)
            return (positionsPerStep(for: objective) * steps + perWindow - 1) / perWindow
        }

        /// How many positions of a window, of those with a label inside it.
        func takenPerWindow(for objective: LensObjective) -> Int {
            min(positionsPerWindow ?? window, window - Int(objective.tokenShift.magnitude))
        }

        func positionsPerStep(for objective: LensObjective) -> Int {
            max(1, tokensPerStep * takenPerWindow(for: objective) / window)
        }
    }
}
