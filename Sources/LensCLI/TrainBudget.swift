import CommandSupport
import ArgumentParser
import Corpora
import Base
import Foundation
import Lenses
import Models

/// What a training may take, as `--budget` says: `10m`, `250k tokens`, `3e15 operations`.
enum TrainBudget: Equatable, ExpressibleByArgument, CustomStringConvertible {
    case seconds(Double)
    case tokens(Double)
    case operations(Double)
    /// A number of which nobody said what it counts; refused by `RecipeOptions`.
    case unitless(String)

    var description: String {
        switch self {
        case .seconds(let number): "\(spelled(number)) s"
        case .tokens(let number): "\(spelled(number)) token\(number == 1 ? "" : "s")"
        case .operations(let number): "\(spelled(number)) operation\(number == 1 ? "" : "s")"
        case .unitless(let number): number
        }
    }

    init?(argument: String) {
        let argument = argument.replacing(" ", with: "")
        guard let match = argument.wholeMatch(of: /([0-9.]+(?:e[0-9]+)?)([a-zA-Z]*)/),
            let number = Double(match.1), number > 0, number < 1e30
        else { return nil }
        let prefixes: [Substring: Double] = [
            "": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15,
        ]
        func scale(of unit: String) -> Double? {
            match.2.hasSuffix(unit) ? prefixes[match.2.dropLast(unit.count)] : nil
        }
        switch match.2 {
        case "": self = .unitless(argument)
        case "s", "sec", "secs", "second", "seconds": self = .seconds(number)
        case "m", "min", "mins", "minute", "minutes": self = .seconds(60 * number)
        case "h", "hour", "hours": self = .seconds(3600 * number)
        case "d", "day", "days": self = .seconds(86400 * number)
        case "token": self = .tokens(number)
        case "operation": self = .operations(number)
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
    /// Windows to measure on, if the user says how many.
    let heldOut: Int?
    /// When the time of a budget began to run.
    let began: ContinuousClock.Instant

    /// - Parameter windows: of the text, to train and to measure on.
    func plan(_ windows: TokenWindows) throws -> LensTrainingPlan {
        switch recipe.budget {
        case .tokens, .unitless, nil: return try whole(windows)
        case .operations(let operations):
            return try largest(windows, budget: operations, rates: .one) {
                String(format: "%.2g operations", $0)
            }
        case .seconds(let seconds):
            let rates = try LensTrainingPlan.Rates(measuring: model, on: windows, options)
            return try largest(
                windows, budget: seconds - (ContinuousClock.now - began) / .seconds(1),
                rates: rates, spell: ProgressDisplay.duration)
        }
    }

    /// As much as there is, or as the user says.
    private func whole(_ windows: TokenWindows) throws -> LensTrainingPlan {
        let length = windows.window
        if case .tokens(let tokens) = recipe.budget, tokens < Double(length) {
            throw CommandError.budgetTooSmall(window: length)
        }
        let held = heldOut ?? LensTrainingPlan.heldOut(besides: windows.count)
        let limit = min(windows.count - held, recipe.windowLimit(of: length, model.configuration))
        guard limit > 0 else {
            throw LensError.nothingHeldOut(windows: windows.count, window: length)
        }
        let plan = LensTrainingPlan(
            windows: limit, of: length, model.configuration,
            positionsPerWindow: recipe.positionsPerWindow, steps: recipe.steps,
            tokensPerStep: recipe.tokensPerStep, heldOut: heldOut)
        if recipe.budget != nil {
            say(plan, plan.cost(model.configuration)) { String(format: "%.2g operations", $0) }
        }
        return plan
    }

    private func largest(
        _ windows: TokenWindows, budget: Double, rates: LensTrainingPlan.Rates,
        spell: (Double) -> String
    ) throws -> LensTrainingPlan {
        let plan = LensTrainingPlan.largest(
            windows: windows.count, of: windows.window, budget: budget, heldOut: heldOut,
            model.configuration, rates: rates)
        guard let plan else { throw CommandError.budgetTooSmall(window: windows.window) }
        say(plan, plan.cost(model.configuration, rates: rates), spell: spell)
        return plan
    }

    private func say(
        _ plan: LensTrainingPlan, _ cost: LensTrainingPlan.Cost, spell: (Double) -> String
    ) {
        let work =
            if plan.isClosedFormAlone {
                """
                closed form of \(counted(plan.windows, "window")) of \(plan.window) tokens \
                (\(spell(cost.closedForm))), which leaves no time for steps
                """
            } else {
                """
                closed form (\(spell(cost.closedForm))), then \(counted(plan.steps, "step")) of \
                \(plan.tokensPerStep) tokens, \(counted(plan.positionsPerWindow, "position")) of each window \
                of \(plan.window) (\(spell(cost.steps)))
                """
            }
        let text = """
            plan: \(work); measurements on \(counted(plan.heldOut, "window")) held out \
            (\(spell(cost.measuring))); \(spell(cost.total)) in all
            """
        StandardStreams.warn(text)
    }
}

extension TrainBudget: DescribedValue {
    static var expectation: String {
        "an amount above 0 such as 90s, 10m, '250k tokens' or '3e15 operations'"
    }
}
