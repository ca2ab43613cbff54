import Kernels
import Tensors
import Testing
import TestSupport

@Suite struct MuonTests {
    @Test(
        "An orthogonalized matrix has the singular vectors of the old and values near 1",
        arguments: [[24, 24], [40, 24], [24, 40], [1, 24]],
        [Orthogonalization.jordan, .short])
    func orthogonalizes(shape: [Int], by orthogonalization: Orthogonalization) {
        var noise = Noise(5)
        let start = noise.tensor(shape[0], shape[1])
        let result = start.copy()
        orthogonalize(result, by: orthogonalization)
        // With X = U S Vᵀ the result is U f(S) Vᵀ: its product with Xᵀ is symmetric, ...
        let (rows, columns) = (shape[0], shape[1])
        func product(_ x: Tensor, _ y: Tensor) -> [[Double]] {
            (0..<rows).map { i in
                (0..<rows).map { j in
                    (0..<columns).reduce(0) {
                        $0 + Double(x.pointer[i * columns + $1])
                            * Double(y.pointer[j * columns + $1])
                    }
                }
            }
        }
        let mixed = product(result, start)
        let largest = mixed.joined().map { abs($0) }.max() ?? 0
        for i in 0..<rows {
            for j in 0..<i { #expect(abs(mixed[i][j] - mixed[j][i]) < 1e-4 * largest) }
        }
        // ... and its singular values, 0.68 to 1.27, have squares that sum up to about their number.
        let trace = (0..<rows).reduce(0) { $0 + product(result, result)[$1][$1] }
        let mean = trace / Double(min(rows, columns))
        #expect(mean > 0.45 && mean < 1.62)
    }

    private static let jordan = [(Double, Double, Double)](
        repeating: (3.4445, -4.7750, 2.0315), count: 5)
    private static let short: [(Double, Double, Double)] = [
        (8.0934, -23.6204, 17.4462), (3.6366, -2.7219, 0.5365), (2.6613, -1.9772, 0.4526),
    ]

    @Test(
        "Every singular value of a diagonal matrix follows the polynomials, in float64",
        arguments: [false, true])
    func polynomial(isShort: Bool) {
        let values: [Float] = [8, -4, 2, 1, 0.5, 0.25, 0, 1e-3]
        let norm = values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        let matrix = Tensor(values.count, values.count)
        for (i, value) in values.enumerated() { matrix.pointer[i * (values.count + 1)] = value }
        orthogonalize(matrix, by: isShort ? .short : .jordan)
        let polynomials = isShort ? Self.short : Self.jordan
        let expected = values.map { value in
            polynomials.reduce(Double(value) / norm) { x, polynomial in
                let (a, b, c) = polynomial
                return a * x + b * x * x * x + c * x * x * x * x * x
            }
        }
        // From a hundredth of the norm on they are as near to 1 as the polynomials are made to bring them.
        #expect(expected.prefix(6).allSatisfy { abs($0) > 0.68 && abs($0) < 1.27 })
        expectClose(
            Tensor(values.indices.map { matrix.pointer[$0 * (values.count + 1)] }, shape: [8]),
            expected, within: .relative(1e-5, because: "five iterations in float32"), "diagonal")
    }

    @Test("A step moves every matrix by its orthogonalized Nesterov momentum and its decay")
    func step() {
        var noise = Noise(6)
        let shapes = [[12, 8], [8, 20]]
        let w = shapes.map { noise.tensor($0[0], $0[1]) }
        let start = w.map { $0.copy() }
        let gradients = shapes.map { noise.tensor($0[0], $0[1]) }
        let velocities = shapes.map { noise.tensor($0[0], $0[1]) }
        let before = velocities.map { $0.copy() }
        muon(
            w, gradients: gradients, velocities: velocities, scale: 0.5, weightDecay: 0.25,
            momentum: 0.875, rates: [0.125, 0.0625])
        for (index, rate) in [0.125, 0.0625].enumerated() {
            let velocity = zip(before[index].elements, gradients[index].elements).map {
                0.875 * Double($0) + 0.5 * Double($1)
            }
            expectClose(
                velocities[index], velocity,
                within: .relative(1e-6, because: "one rounding"), "velocity")
            let direction = Tensor(
                zip(gradients[index].elements, velocity).map {
                    Float(0.5 * Double($0) + 0.875 * $1)
                }, shape: shapes[index])
            orthogonalize(direction)
            let length = rate * 0.2 * Double(shapes[index].max() ?? 0).squareRoot()
            let expected = zip(start[index].elements, direction.elements).map {
                old, turned -> Double in
                let kept = (1 - rate * 0.25) * Double(old)
                return kept - length * Double(turned)
            }
            expectClose(
                w[index], expected,
                within: .relative(1e-5, because: "iterations amplify the input's rounding"), "w")
        }
    }

    @Test("A zero matrix stays zero")
    func zero() {
        let matrix = Tensor(4, 6)
        orthogonalize(matrix)
        #expect(matrix.elements.allSatisfy { $0 == 0 })
    }
}
