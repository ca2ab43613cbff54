import CKernels
import Foundation
import Kernels
import TestSupport
import Testing

/// Every loop of every instruction set this CPU has, against the same float64 results. The counts
/// are odd, so that the elements left over by full vectors are computed too.
@Suite struct LoopsTests {
    /// The paths of this CPU; the others are named with the reason.
    static let paths: [String] = ["portable", "avx2", "avx512", "amx"].filter { path in
        if statelens_kernels_for(path) != nil { return true }
        FileHandle.standardError.write(
            Data("skipping the \(path) loops: this CPU lacks the instructions\n".utf8))
        return false
    }

    static let rounding = Tolerance.relative(
        1e-6, because: "a few fp32 roundings a value; 1.4e-7 measured")

    private func loops(_ path: String) throws -> statelens_kernels {
        let table = try #require(statelens_kernels_for(path)).pointee
        #expect(String(cString: table.name) == path)
        return table
    }

    @Test("the portable path is everywhere, and the kernels use a path by name")
    func dispatch() throws {
        #expect(statelens_kernels_for("portable") != nil)
        #expect(statelens_kernels_for("sse9") == nil)
        #expect(Self.paths.contains(KernelPath.name))
        try KernelPath.check()
        let error = KernelError.unavailable(requested: "sse9", best: "avx2")
        #expect(error.kind == .usage)
        #expect(
            error.description == "STATELENS_KERNELS=sse9: expected portable, avx2, avx512 or amx,"
                + " and a CPU that has it; unset it to use the best this CPU has (avx2)")
    }

    @Test("rms_norm and its gradient", arguments: paths, [1, 6, 37, 128])
    func norm(path: String, columns: Int) throws {
        let loops = try loops(path)
        var noise = Noise(1)
        let x = noise.floats(5 * columns, in: -2...2)
        let w = noise.floats(columns)
        let dy = noise.floats(5 * columns)
        var y = x
        var dx = x
        var inverse = [Float](repeating: 0, count: 5)
        for groups in [1, 2] where columns % groups == 0 {
            loops.rms_norm(x, w, &y, nil, 5, columns, groups, 0.5)
            let expected = Oracle.rmsNorm(
                x.table(columns: columns), weight: w.doubles, epsilon: 0.5, groups: groups)
            expectClose(y, expected.flat, within: Self.rounding, "loop rms_norm \(path)")
        }
        loops.rms_norm(x, w, &y, &inverse, 5, columns, 1, 0.5)
        loops.rms_norm_backward(x, w, inverse, dy, &dx, 5, columns)
        let expected = Oracle.rmsNormGradient(
            x.table(columns: columns), weight: w.doubles, epsilon: 0.5,
            dy: dy.table(columns: columns))
        expectClose(dx, expected.flat, within: Self.rounding, "loop rms_norm_backward \(path)")
    }

    @Test("gate", arguments: paths)
    func gateRows(path: String) throws {
        let loops = try loops(path)
        var noise = Noise(2)
        let z = noise.floats(3 * 50, in: -30...30)
        var y = noise.floats(3 * 37)
        let expected = y.indices.map {
            Double(y[$0]) * Oracle.silu(Double(z[$0 / 37 * 50 + $0 % 37]))
        }
        loops.gate(&y, z, 50, 3, 37)
        expectClose(y, expected, within: Self.rounding, "loop gate \(path)")
    }

    @Test("conv1d_silu", arguments: paths, [1, 2, 3, 4, 5])
    func conv1d(path: String, width: Int) throws {
        let loops = try loops(path)
        var noise = Noise(3)
        let x = noise.floats(9 * 40)
        let past = noise.floats((width - 1) * 37)
        let taps = noise.floats(width * 37)
        let bias = noise.floats(37)
        for bias in [bias, nil] {
            var y = [Float](repeating: .nan, count: 9 * 37)
            loops.conv1d_silu(x, 40, past, taps, bias, &y, 9, 37, width)
            let expected = Oracle.conv1dSiLU(
                x.table(columns: 40).map { Array($0[..<37]) }, past: past.table(columns: 37),
                taps: taps.table(columns: 37), bias: bias?.doubles)
            expectClose(y, expected.flat, within: Self.rounding, "loop conv1d_silu \(path)")
        }
    }

    @Test("decay_mask", arguments: paths, [1, 2, 15, 64])
    func decayMask(path: String, q: Int) throws {
        let loops = try loops(path)
        var noise = Noise(4)
        let g = noise.floats(q * q)
        var sum = 0.0
        let logDecay = (0..<q).map { _ in
            sum -= noise.next() * 5
            return sum
        }
        var mask = [Float](repeating: .nan, count: q * q)
        loops.decay_mask(g, logDecay, &mask, q)
        let expected = (0..<q * q).map { index in
            let (i, j) = index.quotientAndRemainder(dividingBy: q)
            return j > i ? 0 : Double(g[index]) * exp(logDecay[i] - logDecay[j])
        }
        expectClose(mask, expected, within: Self.rounding, "loop decay_mask \(path)")
    }

    @Test("ssd_step and selective_scan", arguments: paths, [1, 16, 21])
    func recurrences(path: String, dState: Int) throws {
        let loops = try loops(path)
        var noise = Noise(5)
        var state = noise.floats(7 * dState)
        let x = noise.floats(7)
        let B = noise.floats(3 * dState)
        let C = noise.floats(3 * dState)
        var y = [Float](repeating: .nan, count: 7)
        var expectedState = state.table(columns: dState)
        let expected = (0..<7).map { p in
            Oracle.step(
                &expectedState[p], decay: Array(repeating: 0.75, count: dState),
                input: 0.5 * Double(x[p]), B: B[..<dState].doubles, C: C[..<dState].doubles)
                + 0.25 * Double(x[p])
        }
        loops.ssd_step(&state, x, B, C, 0.75, 0.5, 0.25, &y, 7, dState)
        expectClose(y, expected, within: Self.rounding, "loop ssd_step y \(path)")
        expectClose(state, expectedState.flat, within: Self.rounding, "loop ssd_step s \(path)")

        // Three steps of the channel in column 1 of rows of two.
        let dt = noise.floats(6, in: 0...2)
        let A = noise.floats(dState, in: -4...0)
        let values = noise.floats(6)
        var out = [Float](repeating: .nan, count: 6)
        var row = noise.floats(dState)
        var expectedRow = row.doubles
        let expectedOut = (0..<3).map { t in
            let step = Double(dt[2 * t])
            let value = Double(values[2 * t])
            return Oracle.step(
                &expectedRow, decay: A.map { exp(step * Double($0)) }, input: step * value,
                B: B[t * dState..<(t + 1) * dState].doubles,
                C: C[t * dState..<(t + 1) * dState].doubles) + 0.25 * value
        }
        loops.selective_scan(&row, values, dt, 2, B, C, dState, A, 0.25, &out, 3, dState)
        expectClose(
            [out[0], out[2], out[4]], expectedOut, within: Self.rounding,
            "loop selective_scan y \(path)")
        expectClose(row, expectedRow, within: Self.rounding, "loop selective_scan s \(path)")
        #expect(out[1].isNaN && out[3].isNaN && out[5].isNaN)
    }

    @Test("softmax_block takes up where the last block ended", arguments: paths)
    func softmaxBlocks(path: String) throws {
        let loops = try loops(path)
        var noise = Noise(6)
        let logits = noise.floats(3 * 100, in: -40...40)
        var maximum = [Float](repeating: -.greatestFiniteMagnitude, count: 3)
        var sum = [Double](repeating: 0, count: 3)
        var rescale = [Float](repeating: 0, count: 3)
        for columns in [0..<1, 1..<38, 38..<100] {
            let before = maximum
            // Rows five apart, whose gap is not touched.
            let ld = columns.count + 5
            var block = [Float](repeating: 7, count: 3 * ld)
            for row in 0..<3 {
                for j in columns {
                    block[row * ld + j - columns.lowerBound] = logits[row * 100 + j]
                }
            }
            loops.softmax_block(&block, ld, &maximum, &sum, &rescale, 3, columns.count)
            for row in 0..<3 {
                let seen = logits[row * 100..<row * 100 + columns.upperBound]
                #expect(maximum[row] == seen.max())
                let high = Double(maximum[row])
                let expected = seen[(row * 100 + columns.lowerBound)...].map {
                    exp(Double($0) - high)
                }
                let line = block[row * ld..<(row + 1) * ld]
                expectClose(
                    line.prefix(columns.count), expected, within: Self.rounding,
                    "loop softmax_block \(path)")
                #expect(line.suffix(5).allSatisfy { $0 == 7 })
                expectClose(
                    [Float(sum[row]), rescale[row]],
                    [
                        seen.reduce(0) { $0 + exp(Double($1) - high) },
                        exp(Double(before[row]) - high),
                    ],
                    within: Self.rounding, "loop softmax_block sum \(path)")
            }
        }
    }

    @Test("scale_rows, dot and axpy", arguments: paths, [0, 1, 16, 37])
    func vectors(path: String, count: Int) throws {
        let loops = try loops(path)
        var noise = Noise(7)
        let x = noise.floats(count)
        let y = noise.floats(count)
        var out = y
        loops.axpy(-0.5, x, &out, count)
        expectClose(
            out, zip(x, y).map { Double($1) - 0.5 * Double($0) }, within: Self.rounding,
            "loop axpy \(path)")
        #expect(abs(loops.dot(x, y, count) - Oracle.dot(x.doubles, y.doubles)) < 1e-14)
        var rows = x + y
        loops.scale_rows(&rows, [1, 0.75], 2, count)
        expectClose(
            rows, x.doubles + y.map { 0.75 * Double($0) }, within: Self.rounding,
            "loop scale_rows \(path)")
    }

    @Test("sgd_nesterov and amsgrad: one update", arguments: paths)
    func optimizers(path: String) throws {
        let loops = try loops(path)
        var noise = Noise(8)
        let g = noise.floats(37)
        let start = noise.floats(37)
        let before = noise.floats(37, in: 0...1)
        var w = start
        var v = before
        loops.sgd_nesterov(&w, g, &v, 37, 0.5, 0.25, 0.75, 0.125)
        var expected: [Double] = []
        for i in 0..<37 {
            let gradient = 0.5 * Double(g[i]) + 0.25 * Double(start[i])
            let speed = 0.75 * Double(before[i]) + gradient
            expected.append(Double(start[i]) - 0.125 * (gradient + 0.75 * speed))
        }
        expectClose(w, expected, within: Self.rounding, "loop sgd_nesterov \(path)")

        w = start
        var m = before
        var peak = before
        v = before
        loops.amsgrad(&w, g, &m, &v, &peak, 37, 0.5, 0.25, 0.75, 0.875, 0.125, 0.5, 0.0625)
        expected = (0..<37).map { i in
            let gradient = 0.5 * Double(g[i]) + 0.25 * Double(start[i])
            let first = 0.75 * Double(before[i]) + 0.25 * gradient
            let second = 0.875 * Double(before[i]) + 0.125 * gradient * gradient
            let root = max(second, Double(before[i])).squareRoot()
            return Double(start[i]) - 0.125 * first / (root / 0.5 + 0.0625)
        }
        expectClose(w, expected, within: Self.rounding, "loop amsgrad \(path)")
    }
}
