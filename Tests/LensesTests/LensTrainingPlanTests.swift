import Lenses
import StateSpaceModels
import Testing

struct LensTrainingPlanTests {
    private let configuration = ModelConfiguration.mamba2(
        dModel: 256, nLayers: 6, vocabSize: 5000, dState: 32, headDim: 32)

    @Test("about 150 steps of whole windows, or what a user wants, and never more than there is")
    func sizes() {
        for windows in [1, 7, 150, 151, 299, 1000, 30_000] {
            let plan = LensTrainingPlan(windows: windows, of: 256, positionsPerWindow: 192)
            #expect(plan.steps < 300 && plan.windows <= windows)
            #expect(plan.windows > windows - plan.windowsPerStep)
            #expect(plan.positions == plan.windows * 192)
            #expect(plan.heldOut == min(16, max(1, plan.windows / 16)))
        }
        for steps in [1, 3, 201, 250, 643, 3199] {
            let plan = LensTrainingPlan(
                windows: 3200, of: 2048, positionsPerWindow: .max, steps: steps)
            #expect(plan.steps == steps && plan.windows <= 3200)
            #expect(plan.positionsPerWindow == 2048)
        }
        let given = LensTrainingPlan(
            windows: 1000, of: 256, positionsPerWindow: 256, steps: 10, windowsPerStep: 3,
            heldOut: 5)
        #expect(given.steps == 10 && given.windows == 30 && given.heldOut == 5)
        var options = LensTrainingOptions()
        given.apply(to: &options)
        #expect(options.tokensPerStep == 768 && options.windowsNeeded == 30)
        #expect(options.positionsPerWindow == nil)
    }

    @Test("the largest plan fits its budget, and a larger one would not")
    func largest() throws {
        for budget in [1e12, 1e13, 1e14, 1e15] {
            let plan = try #require(
                LensTrainingPlan.largest(
                    windows: 10_000_000, of: 256, budget: budget, configuration))
            #expect(plan.positionsPerWindow == 64)
            let cost = plan.cost(configuration).total
            #expect(cost <= budget && cost > 0.8 * budget)
            // Where the whole text fits, more of its positions are taken.
            let all = try #require(
                LensTrainingPlan.largest(
                    windows: plan.windows / 8, of: 256, budget: budget, configuration))
            #expect(all.positionsPerWindow == 256 && all.windows > plan.windows / 16)
        }
        #expect(
            LensTrainingPlan.largest(windows: 100, of: 256, budget: 1e6, configuration) == nil)
        // Seconds are operations over rates.
        let plan = LensTrainingPlan(windows: 100, of: 256, positionsPerWindow: 64)
        let half = plan.cost(
            configuration, rates: LensTrainingPlan.Rates(forward: 2, lens: 2, algebra: 2))
        #expect(abs(half.total / plan.cost(configuration).total - 0.5) < 1e-12)
    }
}
