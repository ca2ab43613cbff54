import Foundation
import Kernels
import Tensors
import Testing
import TestSupport

@Suite struct SelectiveScanBackwardTests {
    static let rounding = Tolerance.relative(
        5e-6, because: "fp32 recurrences over up to 140 steps, there and back")

    /// The inputs of a scan by their names in the formula, flat, in float64.
    private struct Input {
        var x, dt, B, C, A, D: [Double]
        let dState: Int
        let sequences: [Range<Int>]

        /// `Σ y ∘ dy` by the plain recurrence.
        func loss(_ dy: [Double]) -> Double {
            var sum = 0.0
            let channels = D.count
            for range in sequences {
                for c in 0..<channels {
                    var state = [Double](repeating: 0, count: dState)
                    for t in range {
                        let (step, value) = (dt[t * channels + c], x[t * channels + c])
                        let y =
                            Oracle.step(
                                &state, decay: (0..<dState).map { exp(step * A[c * dState + $0]) },
                                input: step * value, B: Array(B[t * dState..<(t + 1) * dState]),
                                C: Array(C[t * dState..<(t + 1) * dState])) + D[c] * value
                        sum += y * dy[t * channels + c]
                    }
                }
            }
            return sum
        }
    }

    /// With more channels than one group of dB's shares holds, and a sequence of several chunks.
    @Test(
        "equals central differences of the recurrence",
        arguments: [
            (channels: 2, dState: 3, sequences: [0..<1, 1..<140, 140..<145]),
            (channels: 35, dState: 16, sequences: [0..<4]),
        ])
    func centralDifferences(channels: Int, dState: Int, sequences: [Range<Int>]) {
        var noise = Noise(3)
        let rows = sequences.last?.upperBound ?? 0
        let (x, dy) = (noise.tensor(rows, channels), noise.tensor(rows, channels))
        let dt = noise.tensor(rows, channels, in: 0.01...0.5)
        let BC = noise.tensor(rows, 2 * dState)
        let A = noise.tensor(channels, dState, in: -2 ... -0.1)
        let D = noise.tensor(channels)
        let input = Input(
            x: x.values.doubles, dt: dt.values.doubles,
            B: BC.table.flatMap { $0[..<dState] }, C: BC.table.flatMap { $0[dState...] },
            A: A.values.doubles, D: D.values.doubles, dState: dState, sequences: sequences)
        func gradient(_ part: WritableKeyPath<Input, [Double]>) -> [Double] {
            Oracle.gradient(at: input[keyPath: part]) {
                var moved = input
                moved[keyPath: part] = $0
                return moved.loss(dy.values.doubles)
            }
        }

        // What is overwritten holds what would show, what is added to ones.
        let nothing = [Float](repeating: .nan, count: rows * max(channels, 2 * dState))
        let dx = Tensor(Array(nothing[..<(rows * channels)]), shape: [rows, channels])
        let dStep = Tensor(Array(nothing[..<(rows * channels)]), shape: [rows, channels])
        let dBC = Tensor(Array(nothing[..<(rows * 2 * dState)]), shape: [rows, 2 * dState])
        let ones = [Float](repeating: 1, count: channels * dState)
        let dA = Tensor(ones, shape: [channels, dState])
        let dD = Tensor(Array(ones[..<channels]), shape: [channels])
        let (all, dAll) = (BC, dBC)
        selectiveScanBackward(
            x: x, dt: dt, B: all.columns(0..<dState),
            C: all.columns(dState..<2 * dState), A: A, D: D, sequences: sequences,
            dy: dy, into: dx, dt: dStep, B: dAll.columns(0..<dState),
            C: dAll.columns(dState..<2 * dState), A: dA, D: dD)
        expectClose(dx, gradient(\.x), within: Self.rounding, "dx")
        expectClose(dStep, gradient(\.dt), within: Self.rounding, "ddt")
        expectClose(
            dBC.table.flatMap { $0[..<dState] }, gradient(\.B), within: Self.rounding, "dB")
        expectClose(
            dBC.table.flatMap { $0[dState...] }, gradient(\.C), within: Self.rounding, "dC")
        expectClose(dA, gradient(\.A).map { $0 + 1 }, within: Self.rounding, "dA")
        expectClose(dD, gradient(\.D).map { $0 + 1 }, within: Self.rounding, "dD")
    }
}
