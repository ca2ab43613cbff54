import CKernels
import Foundation
import Kernels
import Testing
import TestSupport

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
        loops.rms_norm(x, w, &y, &inverse, 5, columns, 0.5)
        let normed = Oracle.rmsNorm(x.table(columns: columns), weight: w.doubles, epsilon: 0.5)
        expectClose(y, normed.flat, within: Self.rounding, "loop rms_norm \(path)")
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

    @Test("gated_rms_norm", arguments: paths, [1, 2])
    func gatedNorm(path: String, groups: Int) throws {
        let loops = try loops(path)
        var noise = Noise(8)
        let z = noise.floats(3 * 50, in: -30...30)
        let w = noise.floats(38)
        let x = noise.floats(3 * 38)
        let gated = x.indices.map {
            Double(x[$0]) * Oracle.silu(Double(z[$0 / 38 * 50 + $0 % 38]))
        }
        let rows = (0..<3).map { Array(gated[$0 * 38..<($0 + 1) * 38]) }
        let expected = Oracle.rmsNorm(rows, weight: w.doubles, epsilon: 0.5, groups: groups)
        var y = [Float](repeating: .nan, count: 3 * 38)
        loops.gated_rms_norm(x, z, 50, w, &y, 3, 38, groups, 0.5)
        expectClose(y, expected.flat, within: Self.rounding, "loop gated_rms_norm \(path)")
        var inPlace = x
        inPlace.withUnsafeMutableBufferPointer {
            loops.gated_rms_norm($0.baseAddress, z, 50, w, $0.baseAddress, 3, 38, groups, 0.5)
        }
        #expect(inPlace == y)
    }

    /// Sizes below, at and above a tile, with rows that leave a rest; every kind of triangle, both
    /// orders of the left factor, with and without what was there.
    @Test(
        "block_product", arguments: paths,
        [STATELENS_WHOLE, STATELENS_LOWER_FACTOR, STATELENS_UPPER_FACTOR, STATELENS_LOWER_RESULT])
    func blockProduct(path: String, triangle: statelens_triangle) throws {
        let loops = try loops(path)
        var noise = Noise(6)
        for (rows, columns) in [(1, 1), (5, 16), (30, 30), (64, 64), (33, 70)] {
            let isFactor = triangle == STATELENS_LOWER_FACTOR || triangle == STATELENS_UPPER_FACTOR
            let count = isFactor ? rows : 21
            let width = (columns + loops.tile_columns - 1) / loops.tile_columns * loops.tile_columns
            let factor = noise.floats(rows)
            let (b, start) = (noise.floats(count * width), noise.floats(rows * (columns + 3)))
            var a = noise.floats(rows * count)
            for i in 0..<rows {
                for k in 0..<count {
                    if triangle == STATELENS_LOWER_FACTOR, k > i { a[i * count + k] = 0 }
                    if triangle == STATELENS_UPPER_FACTOR, k < i { a[i * count + k] = 0 }
                }
            }
            let turned = (0..<count * rows).map { a[$0 % rows * count + $0 / rows] }
            func isWanted(_ index: Int) -> Bool {
                let (i, j) = index.quotientAndRemainder(dividingBy: columns + 3)
                return j < columns && (triangle != STATELENS_LOWER_RESULT || j <= i)
            }
            let wanted = start.indices.filter(isWanted)
            let expected = wanted.map { index in
                let (i, j) = index.quotientAndRemainder(dividingBy: columns + 3)
                let sum = (0..<count).reduce(0.0) {
                    $0 + Double(a[i * count + $1]) * Double(b[$1 * width + j])
                }
                return Double(factor[i]) * sum + 0.5 * Double(start[index])
            }
            for isTurned in [false, true] {
                var y = start
                loops.block_product(
                    isTurned ? turned : a, isTurned ? 1 : count, isTurned ? rows : 1, b, width,
                    factor, 0.5, &y, columns + 3, rows, columns, count, triangle)
                expectClose(
                    wanted.map { y[$0] }, expected, within: Self.rounding,
                    "loop block_product \(path) \(rows) \(columns)")
                #expect(
                    start.indices.allSatisfy { $0 % (columns + 3) < columns || y[$0] == start[$0] })
            }
        }
    }

    /// The four loops that take one chunk of one head, against the recurrence position by position.
    /// Widths below, at and above one tile, and rows that leave a rest.
    @Test(
        "a chunk of the SSD scan", arguments: paths,
        [(1, 1, 1), (5, 16, 3), (64, 37, 21), (30, 64, 128)])
    func ssdChunk(path: String, size: (q: Int, headDim: Int, dState: Int)) throws {
        let loops = try loops(path)
        let (q, headDim, dState) = size
        let width = (headDim + loops.tile_columns - 1) / loops.tile_columns * loops.tile_columns
        var noise = Noise(4)
        let x = noise.floats(q * headDim)
        let B = noise.floats(q * (dState + 3))
        let C = noise.floats(q * (dState + 3))
        let dt = noise.floats(q * 2, in: 0...0.3)
        let start = noise.floats(headDim * dState)
        let (A, D): (Float, Float) = (-2, 0.75)

        var expectedState = start.table(columns: dState)
        let expected = (0..<q).flatMap { t in
            (0..<headDim).map { p in
                let step = Double(dt[2 * t])
                let value = Double(x[t * headDim + p])
                let line = t * (dState + 3)..<t * (dState + 3) + dState
                return Oracle.step(
                    &expectedState[p],
                    decay: Array(repeating: exp(step * Double(A)), count: dState),
                    input: step * value, B: B[line].doubles, C: C[line].doubles)
                    + Double(D) * value
            }
        }

        var logDecay = [Double](repeating: .nan, count: 64)
        var (step, fromStart, toEnd) = (
            logDecay.map(Float.init), logDecay.map(Float.init), logDecay.map(Float.init)
        )
        loops.ssd_decays(dt, 2, A, q, &step, &logDecay, &fromStart, &toEnd)
        var products = [Float](repeating: .nan, count: q * 64)
        for i in 0..<q {
            for j in 0..<q {
                products[i * 64 + j] = Float(
                    Oracle.dot(
                        C[i * (dState + 3)..<i * (dState + 3) + dState].doubles,
                        B[j * (dState + 3)..<j * (dState + 3) + dState].doubles))
            }
        }
        var mask = [Float](repeating: .nan, count: q * 64)
        loops.ssd_mask(products, logDecay, step, D, &mask, 64, q)
        var padded = [Float](repeating: 0, count: q * width)
        for i in 0..<q {
            for p in 0..<headDim { padded[i * width + p] = x[i * headDim + p] }
        }
        var state = [Float](repeating: 0, count: dState * width)
        loops.transpose(start, dState, &state, width, headDim, dState)
        // Rows five apart, whose gap is not touched.
        var y = [Float](repeating: 7, count: q * (headDim + 5))
        loops.ssd_outputs(
            C, dState + 3, state, fromStart, mask, 64, padded, width, &y, headDim + 5, q, headDim,
            dState)
        loops.scale_rows(&padded, toEnd, q, width)
        loops.ssd_carry(&state, fromStart[q - 1], B, dState + 3, padded, width, q, dState)
        var end = start
        loops.transpose(state, width, &end, dState, dState, headDim)

        let rounding = Tolerance.relative(
            2e-6, because: "fp32 products over a chunk and the state")
        let rows = (0..<q).map { y[$0 * (headDim + 5)..<($0 + 1) * (headDim + 5)] }
        expectClose(
            rows.flatMap { $0.prefix(headDim) }, expected, within: rounding, "ssd y \(path)")
        #expect(rows.allSatisfy { $0.suffix(5).allSatisfy { $0 == 7 } })
        expectClose(end, expectedState.flat, within: rounding, "ssd state \(path)")
    }

    @Test("row_products", arguments: paths, [(1, 1, 1), (1, 9, 37), (5, 4, 64), (16, 7, 100)])
    func rowProducts(path: String, size: (rows: Int, columns: Int, count: Int)) throws {
        let loops = try loops(path)
        let (rows, columns, count) = size
        var noise = Noise(9)
        let x = noise.floats(rows * (count + 2))
        let w = noise.floats(columns * (count + 1))
        let before = noise.floats(rows * (columns + 3))
        for beta: Float in [0, -0.5] {
            var y = beta == 0 ? before.map { _ in Float.nan } : before
            loops.row_products(
                x, count + 2, w, count + 1, &y, columns + 3, rows, columns, count, 1.5, beta)
            var expected: [Double] = []
            for i in 0..<rows {
                for j in 0..<columns {
                    let sum = Oracle.dot(
                        x[i * (count + 2)..<i * (count + 2) + count].doubles,
                        w[j * (count + 1)..<j * (count + 1) + count].doubles)
                    expected.append(
                        1.5 * sum + (beta == 0 ? 0 : Double(beta * before[i * (columns + 3) + j])))
                }
            }
            let inside = (0..<rows).flatMap { y[$0 * (columns + 3)..<$0 * (columns + 3) + columns] }
            expectClose(inside, expected, within: Self.rounding, "loop row_products \(path)")
        }
    }

    @Test("softplus and accumulate", arguments: paths, [1, 16, 37])
    func streams(path: String, count: Int) throws {
        let loops = try loops(path)
        var noise = Noise(10)
        let x = noise.floats(2 * (count + 3), in: -90...30)
        let bias = noise.floats(count)
        var y = [Float](repeating: .nan, count: 2 * count)
        loops.softplus(x, count + 3, bias, 1e-4, 25, &y, 2, count)
        let expected = y.indices.map { index in
            let (row, i) = index.quotientAndRemainder(dividingBy: count)
            let sum = Double(x[row * (count + 3) + i] + bias[i])
            return min(max(max(sum, 0) + log1p(exp(-abs(sum))), Double(Float(1e-4))), 25)
        }
        expectClose(y, expected, within: Self.rounding, "loop softplus \(path)")

        let before = y
        #expect(loops.accumulate(-0.5, bias, &y, count) == 1)
        expectClose(
            y.prefix(count), (0..<count).map { Double(before[$0]) - 0.5 * Double(bias[$0]) },
            within: Self.rounding, "loop accumulate \(path)")
        for value in [Float.nan, .infinity, -.infinity] {
            y[count - 1] = value
            #expect(loops.accumulate(1, bias, &y, count) == 0)
        }
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

    @Test("distributions compared, and numbers above a bound", arguments: paths, [1, 37, 2051])
    func distributions(path: String, count: Int) throws {
        let loops = try loops(path)
        var noise = Noise(12)
        let rows = (0..<3).map { _ in noise.floats(count, in: -9...9) }
        let partitions = rows.map { loops.log_sum_exp($0, count) }
        let logs = rows.map { row in
            let sum = log(row.reduce(0) { $0 + exp(Double($1)) })
            return row.map { Double($0) - sum }
        }
        expectClose(
            partitions, zip(rows, logs).map { Double($0[0]) - $1[0] }, within: Self.rounding,
            "loop log_sum_exp \(path)")
        func kl(_ p: [Double], _ q: [Double]) -> Double {
            zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
        }
        let (q, p, e) = (logs[0], logs[1], logs[2])
        let middle = zip(p, q).map { log((exp($0) + exp($1)) / 2) }
        let expected = [
            q.reduce(0) { $0 - exp($1) * $1 }, kl(p, q), kl(e, q),
            (kl(p, middle) + kl(q, middle)) / 2,
            zip(p, q).reduce(0) { $0 + abs(exp($1.0) - exp($1.1)) } / 2,
        ]
        var sums = [Double](repeating: 7, count: 5)
        loops.compare_distributions(
            rows[0], partitions[0], rows[1], partitions[1], rows[2], partitions[2], count, &sums)
        expectClose(
            sums, expected,
            within: .relative(
                1e-5, because: "fp32 sums of up to 1,024 terms; 1.2e-6 measured one after the other"
            ),
            "loop compare_distributions \(path)")
        loops.compare_distributions(
            rows[0], partitions[0], rows[1], partitions[1], nil, 0, count, &sums)
        #expect(sums[2] == 0)

        var between = 0
        let above = loops.count_above(rows[0], count, -1, 2, &between)
        #expect(above == rows[0].count { $0 > 2 })
        #expect(between == rows[0].count { $0 >= -1 && $0 <= 2 })
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
