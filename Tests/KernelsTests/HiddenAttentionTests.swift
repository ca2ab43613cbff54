import Foundation
import Kernels
import Tensors
import Testing
import TestSupport

@Suite struct HiddenAttentionTests {
    private static let rounding = Tolerance.relative(
        1e-6, because: "fp32 products of a state's width; 9.1e-8 measured")

    @Test("M x is what the recurrence gives", arguments: [1, 2, 4])
    func heads(groups: Int) {
        var noise = Noise(UInt64(groups))
        let (length, heads, dState) = (19, 4, 6)
        let dt = noise.tensor(length, heads, in: 0.01...0.9)
        let B = noise.tensor(length, groups * dState).reshaped([length, groups, dState])
        let C = noise.tensor(length, groups * dState).reshaped([length, groups, dState])
        let A = Tensor([-0.3, -2, -16, -0.01], shape: [4])
        let x = noise.floats(length * heads)
        let targets = [0, 5, 18]
        let M = hiddenAttention(
            dt: dt, B: B, C: Tensor(targets.flatMap { C[$0].values }, shape: [3, groups, dState]),
            A: A, targets: targets)
        #expect(M.shape == [heads, 3, length])
        var (found, expected) = ([Double](), [Double]())
        for head in 0..<heads {
            var state = [Double](repeating: 0, count: dState)
            let group = head / (heads / groups)
            for t in 0..<length {
                let step = Double(dt[t].values[head])
                let input = Double(x[t * heads + head])
                for n in 0..<dState {
                    state[n] *= exp(Double(A.values[head]) * step)
                    state[n] += step * input * Double(B[t][group].values[n])
                }
                guard let row = targets.firstIndex(of: t) else { continue }
                expected.append(
                    zip(state, C[t][group].values).reduce(0) { $0 + $1.0 * Double($1.1) })
                let line = M[head][row].values
                #expect(line[(t + 1)...].allSatisfy { $0 == 0 })
                found.append((0...t).reduce(0) { $0 + Double(line[$1] * x[$1 * heads + head]) })
            }
        }
        expectClose(found, expected, within: Self.rounding, "M x")
    }

    @Test("and of every channel where the state's numbers decay at their own rates")
    func channels() {
        var noise = Noise(9)
        let (length, channels, dState) = (17, 5, 3)
        let dt = noise.tensor(length, channels, in: 0.01...0.9)
        let (B, C) = (noise.tensor(length, dState), noise.tensor(length, dState))
        let A = noise.tensor(channels, dState, in: -4 ... -0.1)
        let x = noise.floats(length * channels)
        let M = channelHiddenAttention(
            dt: dt, B: B, C: C, A: A, targets: Array(0..<length))
        var (found, expected) = ([Double](), [Double]())
        for channel in 0..<channels {
            var state = [Double](repeating: 0, count: dState)
            for t in 0..<length {
                let step = Double(dt[t].values[channel])
                for n in 0..<dState {
                    state[n] *= exp(Double(A[channel].values[n]) * step)
                    state[n] += step * Double(x[t * channels + channel] * B[t].values[n])
                }
                expected.append(zip(state, C[t].values).reduce(0) { $0 + $1.0 * Double($1.1) })
                let line = M[channel][t].values
                found.append(
                    (0..<length).reduce(0) { $0 + Double(line[$1] * x[$1 * channels + channel]) })
            }
        }
        expectClose(found, expected, within: Self.rounding, "M x")
    }
}
