import Foundation
import Kernels
import Tensors
import Testing
import TestSupport

/// The scan's gradients against central differences of the recurrence in float64.
@Suite struct SSDScanBackwardTests {
    static let rounding = Tolerance.relative(
        3e-6, because: "fp32 products over chunks of 64 and the states around them")
    /// Of A, whose gradient sums terms of both signs that nearly cancel where steps are long: over six
    /// seeds 8e-5 at most, on portable, AVX2 and AVX-512 loops alike.
    static let cancellation = Tolerance.relative(
        2e-4, because: "two sums of some hundred fp32 terms that cancel")

    @Test("every input of ragged sequences", arguments: [1, 2], [0.001...0.1, 0...6.0])
    func matchesDifferences(groups: Int, steps: ClosedRange<Double>) {
        compare(lengths: [66, 1, 2], groups: groups, steps: steps, seed: 3)
    }

    @Test("three chunks, the gradient crossing two borders")
    func longSequence() {
        compare(lengths: [131], groups: 1, steps: 0.001...0.05, seed: 4)
    }

    private func compare(lengths: [Int], groups: Int, steps: ClosedRange<Double>, seed: UInt64) {
        let problem = Problem(lengths: lengths, groups: groups, steps: steps, seed: seed)
        let found = problem.gradients(threads: 2)
        #expect(problem.gradients(threads: 1) == found)
        for (part, values) in zip(Problem.Part.allCases, found) {
            let x = problem.values[part]!
            let sampled = part.sample(x.count)
            let expected = sampled.map { index in
                Oracle.gradient(at: [x[index]]) { moved in
                    var values = problem.values
                    values[part]![index] = moved[0]
                    return problem.loss(values)
                }[0]
            }
            // The scale is that of all entries, of which the sample may miss the largest.
            let scale = values.map { abs(Double($0)) }.max() ?? 0
            expectClose(
                sampled.map { values[$0] } + [Float(scale)], expected + [Double(Float(scale))],
                within: part == .A ? Self.cancellation : Self.rounding, "\(part)")
        }
    }

    struct Problem {
        enum Part: CaseIterable {
            case x, B, C, dt, A, D, state

            /// Some 60 entries, with the first and the last.
            func sample(_ count: Int) -> [Int] {
                let step = max(1, count / 60) | 1
                return Array(stride(from: 0, to: count - 1, by: step)) + [count - 1]
            }
        }

        let heads = 2
        let headDim = 3
        let dState = 4
        let groups: Int
        let sequences: [Range<Int>]
        let tensors: [Part: Tensor]
        let dy: Tensor

        init(lengths: [Int], groups: Int, steps: ClosedRange<Double>, seed: UInt64) {
            var noise = Noise(seed)
            let rows = lengths.reduce(0, +)
            self.groups = groups
            var start = 0
            sequences = lengths.map { length in
                defer { start += length }
                return start..<start + length
            }
            tensors = [
                .x: noise.tensor(rows, heads * headDim), .B: noise.tensor(rows, groups * dState),
                .C: noise.tensor(rows, groups * dState), .dt: noise.tensor(rows, heads, in: steps),
                .A: Tensor([-0.3, -2], shape: [heads]), .D: noise.tensor(heads),
                .state: noise.tensor(lengths.count, heads * headDim, dState),
            ]
            dy = noise.tensor(rows, heads * headDim)
        }

        var values: [Part: [Double]] { tensors.mapValues { $0.values.doubles } }

        /// `Σ dy ∘ y` of the recurrence.
        func loss(_ values: [Part: [Double]]) -> Double {
            let (x, B, C) = (values[.x]!, values[.B]!, values[.C]!)
            let (dt, A, D) = (values[.dt]!, values[.A]!, values[.D]!)
            let dy = dy.values
            var sum = 0.0
            for (index, rows) in sequences.enumerated() {
                var state = Array(
                    values[.state]!.chunked(dState)[
                        index * heads * headDim..<(index + 1) * heads * headDim])
                for t in rows {
                    for p in 0..<heads * headDim {
                        let head = p / headDim
                        let first = t * groups * dState + head / (heads / groups) * dState
                        let (step, value) = (dt[t * heads + head], x[t * heads * headDim + p])
                        let y = Oracle.step(
                            &state[p],
                            decay: Array(repeating: exp(step * A[head]), count: dState),
                            input: step * value, B: Array(B[first..<first + dState]),
                            C: Array(C[first..<first + dState]))
                        sum += Double(dy[t * heads * headDim + p]) * (y + D[head] * value)
                    }
                }
            }
            return sum
        }

        func gradients(threads: Int) -> [[Float]] {
            let out = tensors.mapValues { Tensor($0.shape) }
            withThreads(threads) {
                ssdScanBackward(
                    SSDInput(
                        x: tensors[.x]!, B: tensors[.B]!, C: tensors[.C]!,
                        dt: tensors[.dt]!, A: tensors[.A]!, D: tensors[.D]!,
                        headDim: headDim, dState: dState),
                    sequences: sequences,
                    states: tensors[.state]!,
                    dy: dy,
                    into: SSDGradient(
                        x: out[.x]!, B: out[.B]!, C: out[.C]!,
                        dt: out[.dt]!, A: out[.A]!, D: out[.D]!),
                    stateGradients: out[.state]!)
            }
            return Part.allCases.map { out[$0]!.values }
        }
    }
}
