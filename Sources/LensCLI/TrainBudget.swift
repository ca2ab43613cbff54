import ArgumentParser
import Corpora
import Files
import Foundation
import Lenses
import StateSpaceModels

/// What a training may take, as `--budget` says: `10m`, `250k tokens`, `3e15 operations`.
enum TrainBudget: Equatable, ExpressibleByArgument {
    case seconds(Double)
    case tokens(Double)
    case operations(Double)

    init?(argument: String) {
        let argument = argument.replacing(" ", with: "")
        guard let match = argument.wholeMatch(of: /([0-9.]+(?:e[0-9]+)?)([a-zA-Z]+)/),
            let number = Double(match.1), number > 0
        else { return nil }
        let prefixes: [Substring: Double] = [
            "": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15,
        ]
        func scale(of unit: String) -> Double? {
            match.2.hasSuffix(unit) ? prefixes[match.2.dropLast(unit.count)] : nil
        }
        switch match.2 {
        case "s": self = .seconds(number)
        case "m", "min": self = .seconds(60 * number)
        case "h": self = .seconds(3600 * number)
        default:
            if let scale = scale(of: "tokens") {
                self = .tokens(scale * number)
            } else if let scale = scale(of: "operations") {
                self = .operations(scale * number)
            } else {
                return nil
            }
        }
    }
}

/// What a training by the fast recipe is to do with a text.
struct Planner {
    let model: LanguageModel
    let options: LensTrainingOptions
    let recipe: RecipeOptions
    /// Where the training writes.
    let folder: String

    /// The plan of an unfinished training, to be resumed: a speed measured anew would give another.
    func resumed(_ windows: TokenWindows, heldOut: Int) throws -> LensTrainingPlan {
        guard case .seconds = recipe.budget else { return try plan(windows, heldOut: heldOut) }
        return try LensSnapshot.plan(in: folder, window: windows.window)
    }

    /// - Parameters:
    ///   - windows: of the text, to train on; `heldOut`: to measure on.
    func plan(_ windows: TokenWindows, heldOut: Int) throws -> LensTrainingPlan {
        let length = windows.window
        switch recipe.budget {
        case .tokens, nil:
            if let tokens = recipe.tokensPerStep, !tokens.isMultiple(of: length) {
                throw LensError.tokensPerStep(tokens: tokens, window: length)
            }
            return LensTrainingPlan(
                windows: windows.count, of: length,
                positionsPerWindow: recipe.positionsPerWindow ?? max(1, 3 * length / 4),
                steps: recipe.steps, windowsPerStep: recipe.tokensPerStep.map { $0 / length })
        case .operations(let operations):
            return try largest(windows, heldOut, budget: operations, rates: .one)
        case .seconds(let seconds):
            let rates = try LensTrainingPlan.Rates(measuring: model, on: windows, options)
            return try largest(windows, heldOut, budget: seconds, rates: rates)
        }
    }

    private func largest(
        _ windows: TokenWindows, _ heldOut: Int, budget: Double, rates: LensTrainingPlan.Rates
    ) throws -> LensTrainingPlan {
        let plan = LensTrainingPlan.largest(
            windows: windows.count, of: windows.window, budget: budget, heldOut: heldOut,
            model.configuration, rates: rates)
        guard let plan else { throw CommandError.budgetTooSmall(window: windows.window) }
        let cost = plan.cost(model.configuration, heldOut: heldOut, rates: rates)
        let unit: (Double) -> String =
            if case .seconds = recipe.budget {
                { ProgressDisplay.duration($0) }
            } else {
                { String(format: "%.2g operations", $0) }
            }
        say(
            """
            plan: closed form from \(plan.windows) windows of \(plan.window) tokens \
            (\(unit(cost.closedForm))), then \(plan.steps) steps of \
            \(plan.windowsPerStep * plan.positionsPerWindow) positions, \
            \(plan.positionsPerWindow) of each window (\(unit(cost.steps))); measurements on \
            \(heldOut) windows held out (\(unit(cost.measuring))): \(unit(cost.total)) in all
            """)
        return plan
    }

    private func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}

extension LensTrainingPlan.Rates {
    /// Measures both on the first window of a text, twice, of which the second counts.
    init(
        measuring model: LanguageModel, on windows: TokenWindows, _ options: LensTrainingOptions
    ) throws {
        var options = options
        options.steps = 1
        options.window = windows.window
        options.tokensPerStep = windows.window
        options.patience = nil
        options.keep = .last
        let positions = min(windows.window, 256)
        options.positionsPerWindow = positions
        let trainer = try LensTrainer(
            model, lens: Lens(zeroFor: model.configuration),
            windows: windows.part(0..<1), options: options)
        let batch = TokenBatch([windows[0]])
        let clock = ContinuousClock()
        var (forward, lens) = (Duration.zero, Duration.zero)
        for _ in 0..<2 {
            var streams = try model.capturedStreams(batch)
            forward = try clock.measure { streams = try model.capturedStreams(batch) }
            lens = clock.measure { trainer.accumulate(batch, streams: streams) }
        }
        let configuration = model.configuration
        self.init(
            forward: configuration.forwardOperations(tokens: windows.window)
                / (forward / .seconds(1)),
            lens: configuration.lensStepOperations(
                positions: positions, layers: configuration.nLayers) / (lens / .seconds(1)))
    }
}
