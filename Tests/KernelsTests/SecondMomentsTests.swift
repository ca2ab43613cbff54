import Kernels
import Tensors
import Testing
import TestSupport

@Suite struct SecondMomentsTests {
    private let rows = 60
    private let inputs = 7
    private let outputs = 3

    private func sample() -> (x: Tensor, y: Tensor, scale: Tensor) {
        var noise = Noise(3)
        let (x, y) = (noise.tensor(rows, inputs), noise.tensor(rows, outputs))
        // Means that are not zero, so that the bias matters.
        for i in 0..<x.count { x.pointer[i] += 2 }
        let scale = noise.tensor(rows)
        for i in 0..<rows { scale.pointer[i] = 0.5 + scale.pointer[i] * scale.pointer[i] }
        return (x, y, scale)
    }

    /// In pieces of unequal size.
    private func moments(_ x: Tensor, _ y: Tensor, _ scale: Tensor) -> SecondMoments {
        let moments = SecondMoments(inputs: inputs, outputs: outputs)
        for piece in [0..<17, 17..<18, 18..<rows] {
            moments.add(
                x[piece], y[piece], scale: scale[piece])
        }
        return moments
    }

    @Test("the solution is where the gradient of the penalized sum of squares is zero")
    func isStationary() {
        let (x, y, scale) = sample()
        let moments = moments(x, y, scale)
        for ridge in [0, 1e-3, 0.5] {
            let (weight, bias) = (Tensor(outputs, inputs), Tensor(outputs))
            #expect(moments.solve(ridge: ridge, weight: weight, bias: bias))
            // In float64 from the rows: m, then the gradients in W and b.
            let w2 = scale.elements.map { Double($0) * Double($0) }
            let total = w2.reduce(0, +)
            var spread = 0.0
            for i in 0..<inputs {
                let column = (0..<rows).map { Double(x.elements[$0 * inputs + i]) }
                let mean = zip(w2, column).reduce(0) { $0 + $1.0 * $1.1 } / total
                spread += zip(w2, column).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
            }
            let pull = ridge * spread / Double(inputs)
            for o in 0..<outputs {
                let residuals = (0..<rows).map { row in
                    (0..<inputs).reduce(
                        Double(bias.elements[o]) - Double(y.elements[row * outputs + o])
                    ) {
                        $0 + Double(weight.elements[o * inputs + $1])
                            * Double(x.elements[row * inputs + $1])
                    }
                }
                let weighted = zip(w2, residuals).map { $0 * $1 }
                let scale = weighted.reduce(0) { $0 + abs($1) }
                // W and b are rounded to float32.
                #expect(abs(weighted.reduce(0, +)) < 1e-5 * scale)
                for i in 0..<inputs {
                    let gradient = (0..<rows).reduce(
                        pull * Double(weight.elements[o * inputs + i])
                    ) { $0 + weighted[$1] * Double(x.elements[$1 * inputs + i]) }
                    #expect(abs(gradient) < 1e-5 * 4 * scale, "ridge \(ridge)")
                }
            }
        }
    }

    @Test("an affine map without noise is found again, by a ridge of nothing")
    func exact() {
        let (x, y, scale) = sample()
        var noise = Noise(4)
        let (trueWeight, trueBias) = (noise.tensor(outputs, inputs), noise.tensor(outputs))
        for row in 0..<rows {
            for o in 0..<outputs {
                y.pointer[row * outputs + o] = (0..<inputs).reduce(trueBias.elements[o]) {
                    $0 + trueWeight.elements[o * inputs + $1] * x.elements[row * inputs + $1]
                }
            }
        }
        let (weight, bias) = (Tensor(outputs, inputs), Tensor(outputs))
        #expect(moments(x, y, scale).solve(ridge: 0, weight: weight, bias: bias))
        let rounding = Tolerance.relative(1e-5, because: "y is rounded to float32")
        expectClose(weight, trueWeight.elements.map(Double.init), within: rounding, "weight")
        expectClose(bias, trueBias.elements.map(Double.init), within: rounding, "bias")
    }

    @Test("sums of fewer rows than inputs are singular without a ridge, and solved with one")
    func singular() {
        let moments = SecondMoments(inputs: inputs, outputs: outputs)
        let (weight, bias) = (Tensor(outputs, inputs), Tensor(outputs))
        #expect(!moments.solve(ridge: 1, weight: weight, bias: bias))
        let (x, y, scale) = sample()
        // The same row three times: no spread at all.
        for _ in 0..<3 {
            moments.add(x[0..<1], y[0..<1], scale: scale)
        }
        #expect(!moments.solve(ridge: 0, weight: weight, bias: bias))
    }
}
