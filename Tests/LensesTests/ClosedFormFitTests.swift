import Lenses
import StateSpaceModels
import TestSupport
import Testing

struct ClosedFormFitTests {
    private func solve(_ setup: SmallSetup, heldOut: Int) throws -> ClosedFormFit.Solution {
        let trained = setup.windows.count - heldOut
        let fit = try ClosedFormFit(
            setup.model, windows: setup.windows.part(0..<trained),
            heldOut: setup.windows.part(trained..<setup.windows.count), options: setup.options())
        while !fit.isRead { try fit.advance() }
        return try fit.solve()
    }

    @Test("is never worse than the logit lens, better before the last block, and says how much")
    func improves() throws {
        let setup = try SmallSetup(windows: 200)
        let solution = try solve(setup, heldOut: 8)
        let last = SmallModel.nLayers - 1
        for layer in 0..<last { #expect(solution.end[layer] < 0.9 * solution.start[layer]) }
        #expect(solution.ridges[last] == nil)
        #expect(solution.lens.weight[last].elements.allSatisfy { $0 == 0 })
        let trainer = try setup.trainer(setup.options(), lens: solution.lens, heldOut: 8)
        #expect(try trainer.heldOut.losses(of: solution.lens) == solution.end)
        #expect(
            try trainer.heldOut.losses(of: Lens(zeroFor: setup.model.configuration))
                == solution.start)
    }

    @Test("what is fitted has the smallest weighted squares on the text itself")
    func leastSquares() throws {
        let setup = try SmallSetup(windows: 200)
        let lens = try solve(setup, heldOut: 8).lens
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
        // Along the line through the logit lens and the solution the ridge pulls a little back.
        #expect(squares(1) < squares(0.9) && squares(1) < squares(1.1))
    }

    @Test("needs windows to choose on")
    func nothingHeldOut() throws {
        let setup = try SmallSetup()
        #expect(throws: LensError.nothingHeldOut) { try solve(setup, heldOut: 0) }
        #expect(throws: LensError.tokenShift(shift: 16, window: 16)) {
            try ClosedFormFit(
                setup.model, windows: setup.windows, heldOut: setup.windows,
                options: setup.options { $0.tokenShift = 16 })
        }
    }
}
