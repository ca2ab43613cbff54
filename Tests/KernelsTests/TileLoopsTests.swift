import CKernels
import Foundation
import Testing
import TestSupport

/// The bfloat16 tile loops of every instruction set this CPU has, against float64.
@Suite struct TileLoopsTests {
    static let sums = Tolerance.relative(
        1e-6, because: "exact products of bfloat16, fp32 sums of 96; 1.2e-7 measured")

    private func loops(_ path: String) throws -> statelens_kernels {
        try #require(statelens_kernels_for(path)).pointee
    }

    @Test("round_bf16: nearest, ties to even, NaN and infinity stay", arguments: LoopsTests.paths)
    func rounding(path: String) throws {
        let tie = Float(bitPattern: 0x3F80_8000)
        let oddTie = Float(bitPattern: 0x3F81_8000)
        var x: [Float] =
            [1, tie, tie.nextDown, tie.nextUp, oddTie, -oddTie, 0, -0.0, .infinity, -.infinity]
            + [
                .nan, -.nan, Float(bitPattern: 0x7FFF_FFFF), 3e38, .greatestFiniteMagnitude,
                0x1p-133,
            ]
            + Array(repeating: 1.001, count: 21)
        try loops(path).round_bf16(&x, x.count)
        let step = Float(bitPattern: 0x3F81_0000)
        let next = Float(bitPattern: 0x3F82_0000)
        #expect(
            Array(x[..<10]) == [1, 1, 1, step, next, -next, 0, 0, .infinity, -.infinity])
        #expect(x[10..<13].allSatisfy { $0.isNaN })
        #expect(x[14] == .infinity && x[13].isFinite && x[15] == 0x1p-133)
        #expect(x[16...].allSatisfy { $0 == 1 })
        #expect(x.allSatisfy { $0.isNaN || $0.bitPattern & 0xFFFF == 0 })
    }

    /// Packs a matrix, `[lines, inner]` or with `across` `[inner, lines]`, panel by panel.
    private func pack(
        _ x: [Float], lines: Int, inner: Int, across: Bool, right: Bool, panels: Int,
        _ loops: statelens_kernels
    ) -> [UInt16] {
        let stride = (inner + 31) / 32 * 512
        var packed = [UInt16](repeating: 0xFFFF, count: panels * stride)
        let ld = across ? lines : inner
        packed.withUnsafeMutableBufferPointer { packed in
            x.withUnsafeBufferPointer { x in
                for panel in 0..<panels {
                    let count = max(0, min(16, lines - panel * 16))
                    let start = count == 0 ? 0 : panel * 16 * (across ? 1 : ld)
                    loops.pack_panel(
                        x.baseAddress! + start, ld, across ? 1 : 0, right ? 1 : 0, count, inner,
                        packed.baseAddress! + panel * stride)
                }
            }
        }
        return packed
    }

    @Test(
        "packed factors multiply to the product, both orientations", arguments: LoopsTests.paths,
        [(32, 32, 32), (70, 33, 96), (16, 1, 31), (5, 64, 65)])
    func product(path: String, size: (rows: Int, columns: Int, inner: Int)) throws {
        let loops = try loops(path)
        var noise = Noise(UInt64(size.rows))
        let (m, n, depth) = (size.rows, size.columns, (size.inner + 31) / 32)
        var (a, b) = (noise.floats(m * size.inner), noise.floats(n * size.inner))
        loops.round_bf16(&a, a.count)
        loops.round_bf16(&b, b.count)
        let expected = (0..<m * n).map { index in
            (0..<size.inner).reduce(0.0) {
                $0 + Double(a[index / n * size.inner + $1])
                    * Double(b[index % n * size.inner + $1])
            }
        }
        let (down, right) = ((m + 31) / 32 * 2, (n + 31) / 32 * 2)
        func turned(_ x: [Float], lines: Int) -> [Float] {
            x.indices.map { x[$0 % lines * size.inner + $0 / lines] }
        }
        for across in [false, true] {
            let left = pack(
                across ? turned(a, lines: m) : a, lines: m, inner: size.inner, across: across,
                right: false, panels: down, loops)
            let factor = pack(
                across ? turned(b, lines: n) : b, lines: n, inner: size.inner, across: across,
                right: true, panels: right, loops)
            // As product tiles, added to themselves, then unpacked with a factor per row.
            var tiles = [Float](repeating: .nan, count: down * right * 256)
            for add: Int32 in [0, 1] {
                loops.tile_product(
                    left, depth * 512, down, factor, depth * 512, right, depth, &tiles, 16,
                    right * 256, 256, add, factor, factor.count * 2)
            }
            let factors = (0..<m).map { Float($0 % 3) - 0.5 }
            var y = [Float](repeating: 1, count: m * (n + 3))
            loops.unpack_tiles(tiles, right * 256, 256, factors, m, n, &y, n + 3, 1)
            let rows = (0..<m).flatMap { y[$0 * (n + 3)..<$0 * (n + 3) + n] }
            expectClose(
                rows, expected.indices.map { 1 + 2 * expected[$0] * Double(factors[$0 / n]) },
                within: Self.sums, "tiles \(path)")
            #expect((0..<m).allSatisfy { y[$0 * (n + 3) + n] == 1 })
            // Straight into rows.
            var matrix = [Float](repeating: .nan, count: down * 16 * (right * 16 + 16))
            let ld = right * 16 + 16
            loops.tile_product(
                left, depth * 512, down, factor, depth * 512, right, depth, &matrix, ld, 16 * ld,
                16, 0, nil, 0)
            let direct = (0..<m).flatMap { matrix[$0 * ld..<$0 * ld + n] }
            expectClose(direct, expected, within: Self.sums, "tiles in rows \(path)")
            #expect(matrix[right * 16].isNaN)
        }
    }

    @Test(
        "softmax_tiles keeps its sums through new references, 60 above the old and far more",
        arguments: LoopsTests.paths, [Float(1), 59, 70, 300])
    func softmax(path: String, jump: Float) throws {
        let loops = try loops(path)
        var noise = Noise(11)
        let rows = 32
        let columns = 96
        var logits = noise.floats(rows * columns, in: -20...20)
        // The second block of 32 is higher in the odd rows, the last one lower again.
        for row in stride(from: 1, to: rows, by: 2) {
            for j in 32..<64 { logits[row * columns + j] += jump }
        }
        var reference = [Float](repeating: -.greatestFiniteMagnitude, count: rows)
        var sum = [Double](repeating: 0, count: rows)
        var rescale = [Float](repeating: 1, count: rows)
        var weights = [UInt16](repeating: 0xFFFF, count: 2 * 3 * 512)
        logits.withUnsafeBufferPointer { logits in
            for (tile, width) in [(0, 32), (1, 32), (2, 21)] {
                loops.softmax_tiles(
                    logits.baseAddress! + tile * 32, columns, rows, width, &reference, &sum,
                    &rescale, &weights, 3 * 512, tile)
            }
        }
        for row in 0..<rows {
            let line = logits[row * columns..<row * columns + 85].map(Double.init)
            let high = Double(reference[row])
            #expect(line.allSatisfy { $0 <= high + 60 } && line.contains(high))
            let exact = line.map { exp($0 - high) }
            let total = exact.reduce(0, +)
            // Without fused multiply-add the argument, up to 60, has 24 bits.
            #expect(abs(sum[row] / total - 1) < 4e-6)
            for j in 0..<96 {
                let word = weights[row / 16 * 1536 + j / 32 * 512 + row % 16 * 32 + j % 32]
                let weight = Double(Float(bitPattern: UInt32(word) << 16))
                let expected = j < 85 ? exact[j] : 0
                // Rounded by 2^-8 once, or twice where the reference changed; tiny ones flushed.
                #expect(abs(weight - expected) <= 0x1.01p-7 * expected + 1e-37)
            }
        }
        #expect(rescale.allSatisfy { $0 == 0 })
    }

    @Test(
        "softmax_tiles: a row with a NaN has a NaN sum, the others do not",
        arguments: LoopsTests.paths)
    func notANumber(path: String) throws {
        var logits = [Float](repeating: 1, count: 2 * 64)
        for j in 0..<64 { logits[j] = .nan }
        var reference = [Float](repeating: -.greatestFiniteMagnitude, count: 2)
        var sum = [Double](repeating: 0, count: 2)
        var rescale: [Float] = [1, 1]
        try loops(path).softmax_tiles(
            logits, 64, 2, 64, &reference, &sum, &rescale, nil, 0, 0)
        #expect(sum[0].isNaN && abs(sum[1] - 64) < 1e-4 && reference[1] == 1)
    }
}
