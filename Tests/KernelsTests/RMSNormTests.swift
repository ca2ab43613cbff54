import Kernels
import Tensors
import Testing
import TestSupport

@Suite struct RMSNormTests {
    static let rounding = Tolerance.relative(
        1e-6, because: "three fp32 roundings a value, the mean in fp64; 8.3e-8 measured")

    @Test("equals float64")
    func forward() {
        var noise = Noise(1)
        let x = noise.tensor(21, 60, in: -3...3)
        let weight = noise.tensor(60)
        let y = Tensor(21, 60)
        rmsNorm(x, weight: weight, epsilon: 1e-5, into: y)
        let expected = Oracle.rmsNorm(x.table, weight: weight.values.doubles, epsilon: 1e-5)
        expectClose(y, expected.flat, within: Self.rounding, "rmsNorm")
    }

    @Test("gated and normed for every number of groups", arguments: [1, 2, 3, 12])
    func gated(groups: Int) {
        var noise = Noise(4)
        let y = noise.tensor(21, 60, in: -3...3)
        let wide = noise.tensor(21, 70, in: -8...8)
        let weight = noise.tensor(60)
        let product = zip(y.table, wide.table).map { y, z in
            zip(y, z[5..<65]).map { $0 * Oracle.silu($1) }
        }
        gatedRMSNorm(
            y, with: wide.columns(5..<65), weight: weight, epsilon: 1e-5,
            groups: groups, into: y)
        let expected = Oracle.rmsNorm(
            product, weight: weight.values.doubles, epsilon: 1e-5, groups: groups)
        expectClose(
            y, expected.flat,
            within: .relative(
                1e-6, because: "exp to 1.2 ulp, then 6 roundings, the mean in fp64"),
            "gatedRMSNorm \(groups)")
    }

    @Test("a row of zeros gives zeros, tiny rows are ruled by epsilon, a row may be replaced")
    func edges() {
        let x = Tensor([0, 0, 0, 1e-4, -1e-4, 2e-4, 1e18, 1e18, -1e18], shape: [3, 3])
        let weight = Tensor([1, 2, 3], shape: [3])
        let expected = Oracle.rmsNorm(x.table, weight: [1, 2, 3], epsilon: 1e-5)
        rmsNorm(x, weight: weight, epsilon: 1e-5, into: x)
        expectClose(x, expected.flat, within: Self.rounding, "rmsNorm in place")
    }

    @Test("the gradient equals central differences of the float64 norm", arguments: [1, 7, 64])
    func backward(columns: Int) {
        var noise = Noise(2)
        let x = noise.tensor(9, columns, in: -2...2)
        let dy = noise.tensor(9, columns)
        let weight = noise.tensor(columns)
        let inverse = Tensor(9)
        let y = Tensor(9, columns)
        let dx = Tensor(9, columns)
        rmsNorm(
            x, weight: weight, epsilon: 0.5, into: y,
            inverseRMS: inverse)
        rmsNormBackward(
            x, weight: weight, inverseRMS: inverse, dy: dy,
            into: dx)
        let expected = Oracle.rmsNormGradient(
            x.table, weight: weight.values.doubles, epsilon: 0.5, dy: dy.table)
        expectClose(dx, expected.flat, within: Self.rounding, "rmsNormBackward \(columns)")
    }

    @Test("the gate multiplies by silu, also at the ends of the range")
    func gateOfParts() {
        var noise = Noise(3)
        let y = noise.tensor(19, 37)
        let wide = noise.tensor(19, 50, in: -12...12)
        wide.pointer[5] = 200
        wide.pointer[6] = -200
        let z = wide.columns(5..<42)
        let expected = zip(y.table, wide.table).map { y, z in
            zip(y, z[5..<42]).map { $0 * Oracle.silu($1) }
        }
        gate(y, with: z)
        expectClose(
            y, expected.flat,
            within: .relative(
                1e-6, because: "exp to 1.2 ulp, then 3 roundings; 8.5e-8 measured"),
            "gate")
    }
}
