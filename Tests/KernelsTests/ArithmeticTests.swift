import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct ArithmeticTests {
    @Test("softplus over the whole range")
    func softplusRange() {
        let inputs =
            stride(from: Float(-110), through: 110, by: 0.37).map(\.self) + [20, 20.000002]
        var worst = 0.0
        let expected = inputs.map { max(Double($0), 0) + log1p(exp(-abs(Double($0)))) }
        for (x, y) in zip(inputs, expected) {
            // Relative to itself, so that small values must keep their digits; below the normal
            // numbers there are fewer digits to keep.
            let digits = max(y, Double(Float.leastNormalMagnitude))
            let error = abs(Double(softplus(x)) - y) / digits
            worst = max(worst, error)
        }
        #expect(worst <= 1e-6, "exp and log1p in fp32; 7.4e-8 measured")
        #expect(softplus(.greatestFiniteMagnitude) == .greatestFiniteMagnitude)
        #expect(softplus(.infinity) == .infinity)
        #expect(softplus(-.infinity) == 0)
        #expect(softplus(.nan).isNaN)
    }

    @Test("a dot product keeps float64 digits", arguments: [0, 1, 15, 16, 17, 5000])
    func dotProduct(count: Int) {
        var noise = Noise(1)
        let x = noise.floats(count)
        let y = noise.floats(count)
        let expected = Oracle.dot(x.doubles, y.doubles)
        #expect(abs(dot(x, y, count: count) - expected) <= 1e-13 * Double(max(1, count)))
    }

    @Test("add scales and accumulates, on every thread's share")
    func accumulates() {
        var noise = Noise(2)
        let x = noise.tensor(3, 4099)
        let y = noise.tensor(3, 4099)
        let expected = zip(x.values, y.values).map { Double($1) - 0.75 * Double($0) }
        withThreads(3) { add(x, into: y, scale: -0.75) }
        expectClose(
            y, expected, within: .relative(4e-7, because: "one fp32 rounding; 3.4e-8 measured"),
            "add")
    }

    @Test("column sums are added to what was there", arguments: [1, 2, 3])
    func columnSums(threads: Int) {
        var noise = Noise(3)
        let x = noise.tensor(77, 210)
        let sums = noise.tensor(150)
        let expected = (0..<150).map { j in
            Double(sums.pointer[j]) + x.table.reduce(0) { $0 + $1[20 + j] }
        }
        withThreads(threads) { addColumnSums(x.matrix.columns(20..<170), into: sums.pointer) }
        expectClose(
            sums, expected, within: .relative(3e-6, because: "77 fp32 additions; 2.8e-7 measured"),
            "addColumnSums")
    }
}
