import CKernels
import Foundation
import Testing

/// The exponential inside the loops, seen through the loops that leave it alone.
@Suite struct ExponentialTests {
    /// `exp` of every input by `ssd_mask`, whose last row is `exp(0 − (−x))`.
    private func exponentials(_ inputs: [Float], path: String) throws -> [Float] {
        let loops = try #require(statelens_kernels_for(path)).pointee
        var results: [Float] = []
        for start in stride(from: 0, to: inputs.count, by: 63) {
            let piece = inputs[start..<min(start + 63, inputs.count)]
            let q = piece.count + 1
            let padding = [Double](repeating: 0, count: 64 - q)
            let logDecay = piece.map { -Double($0) } + [0] + padding
            let ones = [Float](repeating: 1, count: q * 64)
            var mask = ones
            loops.ssd_mask(ones, logDecay, Array(ones.prefix(64)), 0, &mask, 64, q)
            results += mask[(q - 1) * 64..<(q - 1) * 64 + piece.count]
        }
        return results
    }

    @Test("within 1.2 units in the last place over its whole range", arguments: LoopsTests.paths)
    func accuracy(path: String) throws {
        let dense = stride(from: Float(-87.3), through: 88.7, by: 0.0037).map(\.self)
        let small = (0..<200).flatMap { [0x1p-30 * Float($0), -0x1p-12 * Float($0)] }
        let inputs = dense + small + [-87.3, 88.7, Float(-87.3).nextUp, Float(88.7).nextDown]
        var worst = 0.0
        for (x, y) in zip(inputs, try exponentials(inputs, path: path)) {
            let exact = exp(Double(x))
            worst = max(worst, abs(Double(y) - exact) / Double(Float(exact).ulp))
        }
        #expect(worst <= 1.2)
    }

    @Test("0 below the range, infinity above, 1 at 0, NaN for NaN", arguments: LoopsTests.paths)
    func ends(path: String) throws {
        let below: [Float] = [Float(-87.3).nextDown, -88, -104, -1e10, -.greatestFiniteMagnitude]
        #expect(try exponentials(below + [-.infinity], path: path).allSatisfy { $0 == 0 })
        let above: [Float] = [Float(88.7).nextUp, 89, 1e10, .greatestFiniteMagnitude, .infinity]
        #expect(try exponentials(above, path: path).allSatisfy { $0 == .infinity })
        #expect(try exponentials([0, -0.0], path: path) == [1, 1])
        // Once alone and once in the lanes of a vector.
        for count in [1, 40] {
            let numbers = try exponentials(Array(repeating: .nan, count: count), path: path)
            #expect(numbers.allSatisfy { $0.isNaN })
        }
    }

    @Test("softmax: a NaN logit stays one and makes the sum one", arguments: LoopsTests.paths)
    func softmaxOfExtremes(path: String) throws {
        let loops = try #require(statelens_kernels_for(path)).pointee
        var logits: [Float] =
            [-.infinity, -1e30, -88, 0, -1] + Array(repeating: -.infinity, count: 32)
        var maximum: [Float] = [-.greatestFiniteMagnitude]
        var sum = [0.0]
        var rescale: [Float] = [9]
        loops.softmax_block(&logits, 37, &maximum, &sum, &rescale, 1, 37)
        #expect(logits[..<4] == [0, 0, 0, 1])
        #expect(abs(Double(logits[4]) - exp(-1)) < 1e-7)
        #expect(logits[5...].allSatisfy { $0 == 0 })
        #expect(maximum == [0] && rescale == [0])
        #expect(abs(sum[0] - 1 - exp(-1)) < 1e-7)

        for place in [0, 20, 36] {
            logits = Array(repeating: 1, count: 37)
            logits[place] = .nan
            loops.softmax_block(&logits, 37, &maximum, &sum, &rescale, 1, 37)
            #expect(logits[place].isNaN && sum[0].isNaN)
            #expect(logits.filter { $0.isNaN }.count == 1)
            (maximum, sum) = ([0], [0])
        }
    }
}
