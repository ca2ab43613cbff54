import Foundation
import Kernels
import Tensors
import Testing
import TestSupport

@Suite struct SSDScanTests {
    /// What one call of the scan reads, with the widths of a small mixer.
    struct Mixer {
        let heads = 4
        let headDim: Int
        let dState = 10
        let groups: Int
        /// `[x, B, C]` side by side, as `conv1d` leaves them.
        let xBC: Tensor
        let dt: Tensor
        let A: Tensor
        let D: Tensor
        let sequences: [Range<Int>]
        /// `[sequences, n_heads, head_dim, d_state]`.
        let states: Tensor

        init(
            lengths: [Int], groups: Int, steps: ClosedRange<Double>, headDim: Int = 6,
            seed: UInt64 = 1
        ) {
            var noise = Noise(seed)
            let rows = lengths.reduce(0, +)
            self.groups = groups
            self.headDim = headDim
            xBC = noise.tensor(rows, heads * headDim + 2 * groups * dState)
            dt = noise.tensor(rows, heads, in: steps)
            A = Tensor([-0.1, -1, -4, -16], shape: [heads])
            D = noise.tensor(heads)
            var start = 0
            sequences = lengths.map { length in
                defer { start += length }
                return start..<start + length
            }
            states = noise.tensor(lengths.count, heads, headDim, dState)
        }

        var ofX: Range<Int> { 0..<heads * headDim }
        var ofB: Range<Int> { ofX.upperBound..<ofX.upperBound + groups * dState }
        var ofC: Range<Int> { ofB.upperBound..<ofB.upperBound + groups * dState }

        func scan(_ sequences: [Range<Int>], _ states: Tensor?, into y: Tensor) {
            let all = xBC
            ssdScan(
                SSDInput(
                    x: all.columns(ofX), B: all.columns(ofB), C: all.columns(ofC), dt: dt,
                    A: A, D: D, headDim: headDim, dState: dState),
                sequences: sequences, states: states, into: y)
        }

        /// y and the final states by the recurrence, position after position.
        func recurrence() -> (y: [[Double]], states: [[Double]]) {
            let rows = xBC.table
            var y = rows.map { _ in [Double](repeating: 0, count: heads * headDim) }
            var finalStates: [[Double]] = []
            for (index, range) in sequences.enumerated() {
                var state = states[index].values.table(columns: dState)
                for t in range {
                    for p in ofX {
                        let head = p / headDim
                        let group = head / (heads / groups)
                        let step = Double(dt.pointer[t * heads + head])
                        let decay = exp(step * Double(A.pointer[head]))
                        y[t][p] =
                            Oracle.step(
                                &state[p], decay: Array(repeating: decay, count: dState),
                                input: step * rows[t][p],
                                B: Array(rows[t][ofB].dropFirst(group * dState).prefix(dState)),
                                C: Array(rows[t][ofC].dropFirst(group * dState).prefix(dState)))
                            + Double(D.pointer[head]) * rows[t][p]
                    }
                }
                finalStates.append(state.flat)
            }
            return (y, finalStates)
        }
    }

    static let rounding = Tolerance.relative(
        2e-6, because: "fp32 products over chunks of 64 and the state; 1.9e-7 measured")

    @Test("one sequence equals the recurrence", arguments: [1, 2, 63, 64, 65, 200], [1, 2])
    func matchesRecurrence(length: Int, groups: Int) {
        compare(Mixer(lengths: [length], groups: groups, steps: 0.001...0.1))
    }

    @Test("head dimensions of less than a tile, of tiles and of a rest", arguments: [16, 64, 70])
    func headDims(headDim: Int) {
        compare(
            Mixer(lengths: [130, 1], groups: 1, steps: 0.001...0.1, headDim: headDim))
    }

    @Test("without states it starts from zero", arguments: [1, 2, 64, 87, 200])
    func withoutStates(length: Int) {
        let mixer = Mixer(lengths: [length, 70], groups: 2, steps: 0.001...0.1)
        mixer.states.fill(0)
        let y = Tensor(length + 70, mixer.heads * mixer.headDim)
        y.fill(.nan)
        mixer.scan(mixer.sequences, nil, into: y)
        expectClose(y, mixer.recurrence().y.flat, within: Self.rounding, "ssdScan from zero")
    }

    @Test("ragged sequences do not touch each other", arguments: [1, 2, 4])
    func ragged(groups: Int) {
        compare(Mixer(lengths: [65, 1, 200, 2, 64, 1, 130], groups: groups, steps: 0.001...0.1))
    }

    @Test("decays that underflow within a chunk", arguments: [1, 2])
    func largeDecays(groups: Int) {
        compare(Mixer(lengths: [1, 150, 64], groups: groups, steps: 0...40))
    }

    private func compare(_ mixer: Mixer) {
        let (expected, expectedStates) = mixer.recurrence()
        let y = Tensor(expected.count, mixer.heads * mixer.headDim)
        y.fill(.nan)
        mixer.scan(mixer.sequences, mixer.states, into: y)
        expectClose(y, expected.flat, within: Self.rounding, "ssdScan y")
        for (index, expected) in expectedStates.enumerated() {
            expectClose(mixer.states[index], expected, within: Self.rounding, "ssdScan state")
        }
    }

    @Test("a sequence in two pieces equals one", arguments: [1, 64, 70, 199])
    func continues(first: Int) {
        let mixer = Mixer(lengths: [200], groups: 2, steps: 0.001...0.1)
        let whole = Tensor(200, mixer.heads * mixer.headDim)
        let parts = Tensor(200, mixer.heads * mixer.headDim)
        let state = mixer.states.copy()
        mixer.scan([0..<first], state, into: parts)
        mixer.scan([first..<200], state, into: parts)
        mixer.scan([0..<200], mixer.states, into: whole)
        expectClose(parts, whole, within: Self.rounding, "ssdScan pieces y")
        expectClose(state, mixer.states, within: Self.rounding, "ssdScan pieces state")
    }

    @Test("the number of threads changes no bit", arguments: [2, 3])
    func threads(count: Int) {
        func run(_ threads: Int) -> [[Float]] {
            let mixer = Mixer(lengths: [65, 1, 130], groups: 2, steps: 0.001...0.1)
            let y = Tensor(196, mixer.heads * mixer.headDim)
            withThreads(threads) { mixer.scan(mixer.sequences, mixer.states, into: y) }
            return [y.values, mixer.states.values]
        }
        #expect(run(count) == run(1))
    }
}
