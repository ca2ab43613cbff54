import Kernels
import Training

/// Everything that decides what a training does, by what it is for: two runs with equal options, data
/// and kernels give equal bytes. The defaults are upstream's recipe.
///
/// In JSON all options stand beside each other.
package struct LensTrainingOptions: Equatable, Sendable {
    package enum Fit: String, Codable, Sendable, CaseIterable {
        /// Steps along the loss's gradient, as upstream.
        case gradient
        /// Least squares towards the last stream, see `ClosedFormFit`.
        case closedForm = "closed-form"
        /// The closed form, and steps from there.
        case both
    }

    /// Name of the recipe that the other options come from, and what a user changed of it.
    package var recipe = "published"
    /// What training may take, which decides what a plan does: a resumed one must have the same.
    package var budget: String?
    package var fit = Fit.gradient
    package var text = TrainingText.Options()
    package var objective = LensObjective()
    package var optimizer = LensOptimizer.Options()
    package var measuring = LensMeasuring()

    package init() {}

    package var windowsNeeded: Int { text.windowsNeeded(for: objective) }
    var positionsPerStep: Int { text.positionsPerStep(for: objective) }

    package var schedule: LearningRateSchedule { optimizer.schedule(steps: text.steps) }

    var measuringSchedule: MeasuringSchedule {
        MeasuringSchedule(steps: text.steps, every: measuring.every, atStart: true)
    }
}

extension LensTrainingOptions: Codable {
    private enum CodingKeys: String, CodingKey { case recipe, budget, fit }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        recipe = try values.decode(String.self, forKey: .recipe)
        budget = try values.decodeIfPresent(String.self, forKey: .budget)
        fit = try values.decode(Fit.self, forKey: .fit)
        text = try TrainingText.Options(from: decoder)
        objective = try LensObjective(from: decoder)
        optimizer = try LensOptimizer.Options(from: decoder)
        measuring = try LensMeasuring(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(recipe, forKey: .recipe)
        try values.encodeIfPresent(budget, forKey: .budget)
        try values.encode(fit, forKey: .fit)
        try text.encode(to: encoder)
        try objective.encode(to: encoder)
        try optimizer.encode(to: encoder)
        try measuring.encode(to: encoder)
    }
}
