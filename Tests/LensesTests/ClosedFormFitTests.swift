import Lenses
import LensTestSupport
import Models
import Testing
import TestSupport

struct ClosedFormFitTests {
    private func solve(
        _ setup: SmallSetup, heldOut: Int, _ change: (inout LensTrainingOptions) -> Void = { _ in }
    ) throws -> ClosedFormFit.Solution {
        let trained = setup.windows.count - heldOut
        let options = setup.options {
            $0.text.steps = trained / 4
            change(&$0)
        }
        let fit = try ClosedFormFit(
            setup.model,
            text: TrainingText(
                setup.windows.part(0..<trained), model: setup.model, options: options.text,
                objective: options.objective),
            heldOut: HeldOutText(
                setup.windows.part(trained..<setup.windows.count), model: setup.model,
                objective: options.objective,
                positions: options.measuring.positions))
        while !fit.isRead { try fit.advance() }
        return try fit.solve()
    }

    @Test("is never worse than the logit lens, better before the last block, and says how much")
    func improves() throws {
        let setup = try SmallSetup(windows: 200)
        let solution = try solve(setup, heldOut: 8)
        let last = SmallModel.nLayers - 1
        for layer in 0..<last {
            #expect(solution.losses.end[layer] < 0.9 * solution.losses.start[layer])
        }
        #expect(solution.losses.ridges[last] == nil)
        #expect(solution.lens.weight[last].elements.allSatisfy { $0 == 0 })
        let trainer = try setup.trainer(setup.options(), lens: solution.lens, heldOut: 8)
        #expect(try trainer.heldOut.losses(of: solution.lens) == solution.losses.end)
        #expect(
            try trainer.heldOut.losses(of: Lens(zeroFor: setup.model.configuration))
                == solution.losses.start)
    }

    @Test("what is fitted has the smallest weighted squares on the text itself")
    func leastSquares() throws {
        let setup = try SmallSetup(windows: 200)
        let solution = try solve(setup, heldOut: 8)
        let lens = solution.lens
        let oracle = try Float64Oracle(
            setup.model, batch: TokenBatch((0..<192).map { setup.windows[$0] }))
        let final = oracle.streams[SmallModel.nLayers - 1]
        let weight = Float64Oracle.rows(lens.weight[0])
        let bias = lens.bias[0].elements.map(Double.init)
        func squares(_ factor: Double) -> Double {
            final.indices.reduce(0) { sum, row in
                let guess = oracle.translate(
                    oracle.streams[0][row], weight: weight.map { $0.map { $0 * factor } },
                    bias: bias.map { $0 * factor })
                let size = final[row].reduce(0) { $0 + $1 * $1 }
                return sum
                    + zip(guess, final[row]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / size
            }
        }
        // Along the line through the logit lens and the solution, with what the ridge adds: its
        // share of the inputs' weighted variance, times the weights' squares.
        let ridge = try #require(solution.losses.ridges[0])
        let d = Double(SmallModel.dModel)
        let weights = final.map { 1 / ($0.reduce(0) { $0 + $1 * $1 }) }
        let total = weights.reduce(0, +)
        var variance = 0.0
        for i in 0..<SmallModel.dModel {
            let inputs = oracle.streams[0].map { $0[i] }
            let mean = zip(weights, inputs).reduce(0) { $0 + $1.0 * $1.1 } / total
            variance += zip(weights, inputs).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
        }
        let norm = weight.joined().reduce(0) { $0 + $1 * $1 }
        func minimized(_ factor: Double) -> Double {
            squares(factor) + ridge * variance / d * norm * factor * factor
        }
        #expect(minimized(1) < minimized(0.99) && minimized(1) < minimized(1.01))
    }

    @Test("reads all windows, whatever steps would take")
    func readsAll() throws {
        let setup = try SmallSetup(windows: 26)
        let options = setup.options { $0.text.tokensPerStep = 3 }
        let fit = try ClosedFormFit(
            setup.model,
            text: TrainingText(
                setup.windows.part(0..<24), model: setup.model, options: options.text,
                objective: options.objective),
            heldOut: HeldOutText(
                setup.windows.part(24..<26), model: setup.model, objective: options.objective,
                positions: options.measuring.positions))
        while !fit.isRead { try fit.advance() }
        #expect(fit.windowsSeen == 24)
    }

    @Test("takes all positions, whichever steps will take", arguments: [0, 1])
    func takesAll(tokenShift: Int) throws {
        let setup = try SmallSetup(windows: 100)
        func lens(_ positions: Int?) throws -> Lens {
            // What is held out is measured at the same positions.
            try solve(setup, heldOut: 8) {
                $0.objective.tokenShift = tokenShift
                $0.text.mixesPositions = positions != nil
                $0.text.positionsPerWindow = positions
            }.lens
        }
        #expect(try lens(nil).sha256 == lens(5).sha256)
    }

    @Test("needs windows to choose on")
    func nothingHeldOut() throws {
        let setup = try SmallSetup()
        #expect(throws: LensError.nothingHeldOut(windows: 24, window: 16)) {
            try solve(setup, heldOut: 0)
        }
        #expect(throws: LensError.tokenShift(shift: 16, window: 16)) {
            let options = setup.options { $0.objective.tokenShift = 16 }
            _ = try TrainingText(
                setup.windows, model: setup.model, options: options.text,
                objective: options.objective)
        }
    }
}
