import Foundation
import Kernels
import Tensors
import Testing
import TestSupport

@Suite struct OptimizersTests {
    static let rounding = Tolerance.relative(
        5e-6, because: "fp32 updates over up to 30 steps; 7.5e-7 measured")

    /// Four parameters and their gradients over five steps, which both optimizers take with
    /// gradient scale 0.5 and weight decay 0.01.
    static let start: [Float] = [1, -0.5, 0.25, 2]
    static let gradients: [[Float]] = [
        [0.5, -1.25, 3, 0], [0.125, 0.75, -0.5, 2], [-0.0625, 0.25, 0.375, -1],
        [0.03125, -0.5, 0.0625, 0.25], [1.5, 0.125, -0.25, -0.0625],
    ]

    @Test("SGD with Nesterov momentum equals PyTorch's (2.13.0, float64, lr 0.1, momentum 0.9)")
    func sgdLiterals() {
        let w = Tensor(Self.start, shape: [4])
        let velocity = Tensor(4)
        for gradient in Self.gradients {
            sgdNesterov(
                w, gradient: Tensor(gradient, shape: [4]), velocity: velocity, scale: 0.5,
                weightDecay: 0.01, momentum: 0.9, rate: 0.1)
        }
        expectClose(
            w,
            [0.7054710083806897, -0.34077859055088056, -0.39903839570320293, 1.7025487959898478],
            within: Self.rounding, "sgd literals")
    }

    @Test("AMSGrad equals PyTorch's Adam(amsgrad=True) (2.13.0, float64, lr 0.01)")
    func amsgradLiterals() {
        let expected = [
            [0.9900000003846153, -0.49000000015873013, 0.24000000006655575, 1.9900000049999975],
            [0.9815481279477386, -0.48799395544527996, 0.23459922328877406, 1.982428759869647],
            [0.975541583365427, -0.487501017496107, 0.22966546956963607, 1.9798557341961802],
            [0.9700997482463526, -0.48522562297032806, 0.22549889673555445, 1.9770243481981629],
            [0.9634154086779142, -0.4837087547030221, 0.2224232118161871, 1.9746875166975502],
        ]
        let w = Tensor(Self.start, shape: [4])
        let moments = AdamMoments(first: Tensor(4), second: Tensor(4), largestSecond: Tensor(4))
        for (index, gradient) in Self.gradients.enumerated() {
            amsgrad(
                w, gradient: Tensor(gradient, shape: [4]), moments: moments, step: index + 1,
                scale: 0.5, weightDecay: 0.01, rate: 0.01)
            expectClose(w, expected[index], within: Self.rounding, "amsgrad literals")
        }
    }

    @Test("SGD over many parameters equals the rule in float64")
    func sgdRule() {
        var noise = Noise(1)
        let count = 9001
        let w = noise.tensor(count)
        let velocity = Tensor(count)
        var expected = w.values.doubles
        var speed = [Double](repeating: 0, count: count)
        for _ in 1...30 {
            let gradient = noise.tensor(count)
            sgdNesterov(
                w, gradient: gradient, velocity: velocity, scale: 0.25, weightDecay: 0.125,
                momentum: 0.875, rate: 0.0625)
            for i in 0..<count {
                let g = 0.25 * Double(gradient.pointer[i]) + 0.125 * expected[i]
                speed[i] = 0.875 * speed[i] + g
                expected[i] -= 0.0625 * (g + 0.875 * speed[i])
            }
        }
        expectClose(w, expected, within: Self.rounding, "sgd")
        expectClose(velocity, speed, within: Self.rounding, "sgd velocity")
    }

    @Test("AMSGrad over many parameters equals the rule in float64; v may shrink, its peak not")
    func amsgradRule() {
        var noise = Noise(2)
        let count = 9001
        let w = noise.tensor(count)
        let moments = AdamMoments(
            first: Tensor(count), second: Tensor(count), largestSecond: Tensor(count))
        var expected = w.values.doubles
        var m = [Double](repeating: 0, count: count)
        var v = m
        var peak = m
        let rate = Double(Float(0.01))
        let decay = Double(Float(0.001))
        for step in 1...30 {
            // Gradients that die away, so that the running maximum matters.
            let size = step < 10 ? 1 : 1e-3
            let gradient = noise.tensor(count, in: -size...size)
            amsgrad(
                w, gradient: gradient, moments: moments, step: step, scale: 0.25,
                weightDecay: 0.001, rate: 0.01)
            for i in 0..<count {
                let g = 0.25 * Double(gradient.pointer[i]) + decay * expected[i]
                m[i] = 0.9 * m[i] + 0.1 * g
                v[i] = 0.999 * v[i] + 0.001 * g * g
                peak[i] = max(peak[i], v[i])
                let first = m[i] / (1 - pow(0.9, Double(step)))
                let second = peak[i] / (1 - pow(0.999, Double(step)))
                expected[i] -= rate * first / (second.squareRoot() + 1e-8)
            }
        }
        expectClose(w, expected, within: Self.rounding, "amsgrad")
        expectClose(moments.first, m, within: Self.rounding, "amsgrad m")
        expectClose(moments.second, v, within: Self.rounding, "amsgrad v")
        expectClose(moments.largestSecond, peak, within: Self.rounding, "amsgrad peak")
    }
}
