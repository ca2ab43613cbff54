import Corpora
import Models
import Training

/// Decides what a training by a recipe does with a text.
struct Planner {
    let model: LanguageModel
    let recipe: LensRecipe
    /// Of a training that is to go on.
    let snapshots: SnapshotFolder?
    /// When the time of a budget began to run.
    let began: ContinuousClock.Instant

    /// - Parameters:
    ///   - windows: of the text, to train and to measure on.
    ///   - options: get the plan's sizes.
    /// - Returns: for a budget also what the plan is expected to take.
    func plan(
        _ windows: TokenWindows, _ options: inout LensTrainingOptions
    ) throws -> (LensTrainingPlan, LensTrainingPlan.Forecast?) {
        guard recipe.name == .fast else { return (published(windows, &options), nil) }
        let (planned, forecast) = try fast(windows, options)
        planned.apply(to: &options)
        guard let fit = recipe.fit else {
            if planned.work == .closedForm { options.recipe += ", closed form alone" }
            return (planned, forecast)
        }
        return (planned.limited(to: fit), forecast)
    }

    private func published(
        _ windows: TokenWindows, _ options: inout LensTrainingOptions
    ) -> LensTrainingPlan {
        options.measuring.every = max(1, options.text.steps / 10)
        let (needed, held) = (options.windowsNeeded, recipe.heldOut ?? 16)
        // The closed form takes as many as there are, without those to measure on.
        let most =
            options.fit == .closedForm
            ? windows.count - min(held, windows.count / 4) : needed
        return LensTrainingPlan(
            windows: min(needed, most), heldOut: held, options, fit: options.fit)
    }

    private func fast(
        _ windows: TokenWindows, _ options: LensTrainingOptions
    ) throws -> (LensTrainingPlan, LensTrainingPlan.Forecast?) {
        switch recipe.budget {
        case .tokens, nil:
            let plan = try whole(windows)
            let said = recipe.fit.map(plan.limited) ?? plan
            return (
                plan,
                recipe.budget.map { _ in .operations(said.cost(model.configuration)) }
            )
        case .operations(let operations):
            let plan = try largest(windows, budget: operations, rates: .one)
            return (plan, .operations(plan.cost(model.configuration)))
        case .seconds(let seconds):
            if let snapshots {
                let plan = try LensTrainingPlan(
                    resuming: snapshots, window: windows.window, heldOut: recipe.heldOut,
                    model.configuration)
                return (plan, nil)
            }
            let rates = try LensTrainingPlan.Rates(measuring: model, on: windows, options)
            let left = seconds - (ContinuousClock.now - began) / .seconds(1)
            let plan = try largest(windows, budget: left, rates: rates)
            return (plan, .seconds(plan.cost(model.configuration, rates: rates)))
        }
    }

    /// As much as there is, or as the user says.
    private func whole(_ windows: TokenWindows) throws -> LensTrainingPlan {
        let length = windows.window
        if case .tokens(let tokens) = recipe.budget, tokens < Double(length) {
            throw LensError.budgetTooSmall(window: length)
        }
        let held = recipe.heldOut ?? LensTrainingPlan.heldOut(besides: windows.count)
        let limit = min(windows.count - held, recipe.windowLimit(of: length, model.configuration))
        guard limit > 0 else {
            throw LensError.nothingHeldOut(windows: windows.count, window: length)
        }
        return LensTrainingPlan(
            windows: limit, of: length, model.configuration,
            positionsPerWindow: recipe.positionsPerWindow, steps: recipe.steps,
            tokensPerStep: recipe.tokensPerStep, heldOut: recipe.heldOut)
    }

    private func largest(
        _ windows: TokenWindows, budget: Double, rates: LensTrainingPlan.Rates
    ) throws -> LensTrainingPlan {
        let plan = LensTrainingPlan.largest(
            windows: windows.count, of: windows.window, budget: budget,
            heldOut: recipe.heldOut, model.configuration, rates: rates)
        guard let plan else { throw LensError.budgetTooSmall(window: windows.window) }
        return plan
    }
}
