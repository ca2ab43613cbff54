import Foundation
import Kernels
import Tensors
import Testing
import TestSupport

@Suite struct SelectiveScanTests {
    static let rounding = Tolerance.relative(
        5e-6, because: "fp32 recurrence over up to 200 steps; 5.9e-7 measured")

    @Test(
        "equals the recurrence in float64",
        arguments: [0.001...0.1, 0...30] as [ClosedRange<Double>],
        [1, 5, 16, 20])
    func matchesRecurrence(steps: ClosedRange<Double>, dState: Int) {
        var noise = Noise(11)
        let sequences = [0..<1, 1..<201, 201..<264]
        let channels = 13
        let x = noise.tensor(264, channels)
        let dt = noise.tensor(264, channels, in: steps)
        let BC = noise.tensor(264, 2 * dState + 3)
        let A = noise.tensor(channels, dState, in: -16 ... -0.1)
        let D = noise.tensor(channels)
        let states = noise.tensor(sequences.count, channels, dState)
        let y = Tensor(264, channels)

        var expected = x.table
        var expectedStates = sequences.indices.map { states[$0].table }
        for (sequence, range) in sequences.enumerated() {
            for t in range {
                for c in 0..<channels {
                    let step = dt.element(t, c)
                    let value = x.element(t, c)
                    expected[t][c] =
                        Oracle.step(
                            &expectedStates[sequence][c],
                            decay: (0..<dState).map { exp(step * A.element(c, $0)) },
                            input: step * value, B: (0..<dState).map { BC.element(t, $0) },
                            C: (0..<dState).map { BC.element(t, dState + $0) })
                        + Double(D.pointer[c]) * value
                }
            }
        }
        let all = BC
        selectiveScan(
            x: x, dt: dt, B: all.columns(0..<dState),
            C: all.columns(dState..<2 * dState), A: A, D: D, sequences: sequences,
            states: states, into: y)
        expectClose(y, expected.flat, within: Self.rounding, "selectiveScan y")
        for (index, expected) in expectedStates.enumerated() {
            expectClose(states[index], expected.flat, within: Self.rounding, "selectiveScan state")
        }
    }
}

extension Tensor {
    /// One element of a matrix in float64.
    fileprivate func element(_ row: Int, _ column: Int) -> Double {
        Double(pointer[row * shape[1] + column])
    }
}
