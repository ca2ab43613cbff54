import Foundation
import Kernels
import Tensors
import Testing
import TestSupport

@Suite struct ArithmeticTests {
    @Test("softplus over the whole range")
    func softplusRange() {
        let inputs =
            stride(from: Float(-87), through: 110, by: 0.37).map(\.self) + [20, 20.000002, 0]
        var worst = 0.0
        for (x, y) in zip(inputs, softplus(of: inputs)) {
            // Relative to itself, so that small values must keep their digits.
            let expected = max(Double(x), 0) + log1p(exp(-abs(Double(x))))
            worst = max(worst, abs(Double(y) - expected) / expected)
        }
        #expect(worst <= 1e-6, "exp to 1.2 ulp and a series in fp32")
        let ends = softplus(of: [.greatestFiniteMagnitude, .infinity, -.infinity, -100, .nan])
        #expect(ends.prefix(4) == [.greatestFiniteMagnitude, .infinity, 0, 0])
        #expect(ends[4].isNaN)
    }

    private func softplus(of values: [Float]) -> [Float] {
        let y = Tensor(values, shape: [1, values.count])
        Kernels.softplus(y, into: y)
        return y.values
    }

    @Test("time steps: a bias for each column, limits for all", arguments: [1, 3])
    func softplusOfRows(threads: Int) {
        var noise = Noise(4)
        let wide = noise.tensor(70, 50, in: -8...4)
        let bias = noise.tensor(37)
        let y = Tensor(70, 37)
        withThreads(threads) {
            Kernels.softplus(
                wide.columns(9..<46), bias: bias, limits: 0.01...2, into: y)
        }
        let expected = wide.table.flatMap { row in
            (0..<37).map {
                min(max(log1p(exp(row[9 + $0] + Double(bias.pointer[$0]))), Double(Float(0.01))), 2)
            }
        }
        expectClose(
            y, expected, within: .relative(1e-6, because: "a sum, exp and a series in fp32"),
            "softplus rows")
    }

    @Test("add tells sums that are not finite", arguments: [1, 3])
    func addTells(threads: Int) {
        var noise = Noise(5)
        let x = noise.tensor(3, 4099)
        let y = noise.tensor(3, 4099)
        #expect(withThreads(threads) { add(x, into: y) })
        for (index, value) in [(0, Float.nan), (5000, .infinity), (12_296, -.infinity)] {
            let broken = y.copy()
            broken.pointer[index] = value
            #expect(withThreads(threads) { !add(x, into: broken) })
        }
        // The largest numbers are finite, whatever their sum over all elements.
        y.fill(.greatestFiniteMagnitude)
        x.fill(0)
        #expect(add(x, into: y))
    }

    @Test("a copy on every thread's share")
    func copies() {
        var noise = Noise(6)
        let x = noise.tensor(5, 4099)
        let y = Tensor(5, 4099)
        withThreads(3) { copy(x, into: y) }
        #expect(y.values == x.values)
    }

    @Test("a dot product keeps float64 digits", arguments: [0, 1, 15, 16, 17, 5000])
    func dotProduct(count: Int) {
        var noise = Noise(1)
        let x = noise.tensor(count)
        let y = noise.tensor(count)
        let expected = Oracle.dot(x.values.doubles, y.values.doubles)
        #expect(abs(dot(x, y) - expected) <= 1e-13 * Double(max(1, count)))
    }

    @Test("add scales and accumulates, on every thread's share")
    func accumulates() {
        var noise = Noise(2)
        let x = noise.tensor(3, 4099)
        let y = noise.tensor(3, 4099)
        let expected = zip(x.values, y.values).map { Double($1) - 0.75 * Double($0) }
        #expect(withThreads(3) { add(x, into: y, scale: -0.75) })
        expectClose(
            y, expected, within: .relative(4e-7, because: "one fp32 rounding; 3.4e-8 measured"),
            "add")
    }

    @Test("column sums of each matrix are added to what was there", arguments: [1, 2, 3])
    func columnSums(threads: Int) {
        var noise = Noise(3)
        let x = [noise.tensor(77, 210), noise.tensor(77, 210)]
        let sums = [noise.tensor(150), noise.tensor(150)]
        let expected = zip(x, sums).map { x, sums in
            (0..<150).map { j in
                Double(sums.pointer[j]) + x.table.reduce(0) { $0 + $1[20 + j] }
            }
        }
        withThreads(threads) {
            addColumnSums(
                of: zip(x, sums).map { ($0.columns(20..<170), $1) })
        }
        for (sums, expected) in zip(sums, expected) {
            expectClose(
                sums, expected,
                within: .relative(3e-6, because: "77 fp32 additions; 2.8e-7 measured"),
                "addColumnSums")
        }
        withExtendedLifetime((x, sums)) {}
    }
}
