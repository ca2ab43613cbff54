import Lenses
import Models
import Testing

extension LensTrainingPlan {
    fileprivate var stepCount: Int { steps?.count ?? 0 }
    fileprivate var tokensPerStep: Int { steps?.tokensPerStep ?? 0 }
    fileprivate var positionsPerWindow: Int { steps?.positionsPerWindow ?? window }
}

struct LensTrainingPlanTests {
    private let configuration = ModelConfiguration.mamba2(
        dModel: 256, nLayers: 6, vocabSize: 5000, dState: 32, headDim: 32)

    @Test("up to 300 steps, or what a user wants, and never more than there is")
    func sizes() {
        for windows in [1, 7, 150, 151, 299, 1000, 30_000] {
            let plan = LensTrainingPlan(
                windows: windows, of: 256, configuration, positionsPerWindow: 192)
            #expect(plan.stepCount <= 300 || plan.tokensPerStep == 192)
            let left = (windows - plan.windows) * 256
            #expect(left >= 0 && left < plan.tokensPerStep)
            #expect(plan.positions == plan.windows * 192)
            #expect(plan.heldOut == min(16, (plan.windows + 19) / 20))
        }
        for steps in [1, 3, 201, 250, 643, 3199] {
            let plan = LensTrainingPlan(
                windows: 3200, of: 2048, configuration, positionsPerWindow: .max, steps: steps)
            #expect(plan.stepCount == steps && plan.windows <= 3200)
            #expect(plan.positionsPerWindow == 2048)
        }
        let given = LensTrainingPlan(
            windows: 1000, of: 256, configuration, positionsPerWindow: 256, steps: 10,
            tokensPerStep: 700, heldOut: 5)
        #expect(given.stepCount == 10 && given.windows == 28 && given.heldOut == 5)
        var options = LensTrainingOptions()
        given.apply(to: &options)
        #expect(options.text.tokensPerStep == 700 && options.windowsNeeded == 28)
        #expect(options.text.positionsPerWindow == nil)
    }

    @Test("of a model whose orthogonalizations cost much, steps take more positions")
    func worthwhileSteps() {
        let wide = ModelConfiguration.mamba2(
            dModel: 1024, nLayers: 48, vocabSize: 1000, dState: 128, headDim: 64)
        let plan = LensTrainingPlan(windows: 100, of: 256, wide)
        let positions = plan.tokensPerStep * plan.positionsPerWindow / 256
        let step = wide.lensStepOperations(positions: positions, layers: 48)
        let orthogonalizations: Double = 48 * 3 * 4 * 0x1p30
        let difference: Double = abs(step / orthogonalizations - 8)
        #expect(difference < 0.05)
        #expect(plan.stepCount == 100 * 256 / plan.tokensPerStep)
    }

    @Test("a budget for a few steps goes to the closed form, which takes no more than it needs")
    func closedFormAlone() throws {
        let wide = ModelConfiguration.mamba2(
            dModel: 1024, nLayers: 48, vocabSize: 50_288, dState: 128, headDim: 64)
        func plan(_ budget: Double, windows: Int = 10_000) -> LensTrainingPlan? {
            LensTrainingPlan.largest(windows: windows, of: 256, budget: budget, wide)
        }
        let small = try #require(plan(1e13))
        #expect(small.work == .closedForm && small.windows > 10)
        let cost = small.cost(wide)
        #expect(cost.steps == 0 && cost.total <= 1e13 && cost.total > 0.8e13)
        var options = LensTrainingOptions()
        small.apply(to: &options)
        #expect(options.fit == .closedForm && !options.text.mixesPositions)
        let enough = LensTrainingPlan.closedFormWindows(of: 256, dModel: 1024)
        for budget in [2e13, 5e13, 1e14, 2e14, 1e15] {
            let plan = try #require(plan(budget))
            #expect(plan.work == .closedForm ? plan.windows <= enough : plan.stepCount >= 12)
            #expect(plan.cost(wide).total <= budget)
            let limit = LensTrainingPlan.windowLimit(of: 256, operations: budget, wide)
            #expect(plan.windows <= limit)
        }
        // Where the text is little, not the budget, steps it is.
        #expect(try #require(plan(1e16, windows: 8)).stepCount > 0)
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
            #expect(all.positionsPerWindow == 256)
            #expect(all.windows > plan.windows / 16)
        }
        #expect(
            LensTrainingPlan.largest(windows: 100, of: 256, budget: 1e6, configuration) == nil)
        // Seconds are operations over rates.
        let plan = LensTrainingPlan(
            windows: 100, of: 256, configuration, positionsPerWindow: 64)
        let half = plan.cost(
            configuration, rates: LensTrainingPlan.Rates(forward: 2, lens: 2, algebra: 2))
        #expect(abs(half.total / plan.cost(configuration).total - 0.5) < 1e-12)
    }
}
