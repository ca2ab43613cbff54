import Foundation
import Kernels
import Tensors
import Testing
import TestSupport

/// Every backward kernel but the scan's against central differences of the float64 formula.
@Suite struct BackwardTests {
    static let rounding = Tolerance.relative(
        2e-6, because: "a few fp32 roundings a value and sums over 64 rows at a time")

    @Test("rmsNorm: input and weight")
    func rmsNormParts() {
        var noise = Noise(1)
        let x = noise.tensor(70, 12, in: -2...2)
        let (dy, weight) = (noise.tensor(70, 12), noise.tensor(12))
        let (dx, dWeight) = (Tensor(70, 12), Tensor([Float](repeating: 1, count: 12), shape: [12]))
        rmsNormBackward(
            x, weight: weight, epsilon: 0.5, dy: dy, into: dx,
            weightGradient: dWeight)
        let expected = normGradients(x.table, dy.table, weight.values.doubles, groups: 1)
        expectClose(dx, expected.x, within: Self.rounding, "dx")
        expectClose(dWeight, expected.weight.map { $0 + 1 }, within: Self.rounding, "dweight")
    }

    /// Of `Σ rmsNorm(x) ∘ dy`, flat.
    private func normGradients(
        _ x: [[Double]], _ dy: [[Double]], _ weight: [Double], groups: Int
    ) -> (x: [Double], weight: [Double]) {
        func norm(_ x: [[Double]], _ weight: [Double]) -> [[Double]] {
            Oracle.rmsNorm(x, weight: weight, epsilon: 0.5, groups: groups)
        }
        return (
            zip(x, dy).flatMap { row, dy in
                Oracle.gradient(at: row) { Oracle.dot(norm([$0], weight)[0], dy) }
            },
            Oracle.gradient(at: weight) { Oracle.dot(norm(x, $0).flat, dy.flat) }
        )
    }

    @Test("gate: both factors")
    func gateParts() {
        var noise = Noise(4)
        let (y, dy) = (noise.tensor(70, 12, in: -2...2), noise.tensor(70, 12))
        let wide = noise.tensor(70, 25, in: -8...8)
        let z = wide.table.flatMap { $0[5..<17] }
        let slopes = z.map { Oracle.gradient(at: [$0]) { Oracle.silu($0[0]) }[0] }
        let expected = zip(zip(y.table.flat, dy.table.flat), zip(z, slopes)).map {
            (y: $0.1 * Oracle.silu($1.0), z: $0.1 * $0.0 * $1.1)
        }
        let dz = Tensor(70, 30)
        gateBackward(
            y, with: wide.columns(5..<17), dy: dy,
            into: dz.columns(3..<15))
        expectClose(dy, expected.map(\.y), within: Self.rounding, "dy")
        expectClose(
            dz.table.flatMap { $0[3..<15] }, expected.map(\.z), within: Self.rounding, "dz")
    }

    @Test("gated norm in groups: both factors and weight", arguments: [1, 2, 6])
    func gatedNormOfParts(groups: Int) {
        var noise = Noise(3)
        let (x, dy) = (noise.tensor(70, 12, in: -2...2), noise.tensor(70, 12))
        let wide = noise.tensor(70, 25, in: -8...8)
        wide.pointer[5] = 200
        wide.pointer[6] = -200
        let z = wide.table.map { Array($0[5..<17]) }
        let weight = noise.tensor(12)
        let gated = zip(x.table, z).map { x, z in zip(x, z).map { $0 * Oracle.silu($1) } }
        let inner = normGradients(gated, dy.table, weight.values.doubles, groups: groups)
        let parts = zip(inner.x, zip(x.table.flat, z.flat))
        let dx = parts.map { inner, parts in inner * Oracle.silu(parts.1) }
        let dz = parts.map { inner, parts in
            inner * parts.0 * Oracle.gradient(at: [parts.1]) { Oracle.silu($0[0]) }[0]
        }
        let dWide = Tensor(70, 30)
        let dWeight = Tensor([Float](repeating: 1, count: 12), shape: [12])
        gatedRMSNormBackward(
            x, with: wide.columns(5..<17), weight: weight, epsilon: 0.5,
            groups: groups, dy: dy, into: dWide.columns(5..<17),
            weightGradient: dWeight)
        expectClose(dy, dx, within: Self.rounding, "dx")
        expectClose(
            dWide.table.flatMap { $0[5..<17] }, dz, within: Self.rounding, "dz")
        expectClose(
            dWeight, inner.weight.map { $0 + 1 }, within: Self.rounding, "dweight")
    }

    @Test("softplus with limits: input and bias")
    func softplusWithLimits() {
        var noise = Noise(4)
        let (x, dy) = (noise.tensor(130, 9, in: -6...6), noise.tensor(130, 9))
        let bias = noise.tensor(9)
        let (dx, dBias) = (Tensor(130, 9), Tensor(9))
        softplusBackward(
            x, bias: bias, limits: 0.05...3, dy: dy, into: dx,
            biasGradient: dBias)
        let expected = zip(x.table, dy.table).map { row, dy in
            zip(zip(row, bias.values.doubles), dy).map { parts, dy in
                let y = log1p(exp(parts.0 + parts.1))
                return y < 0.05 || y > 3 ? 0 : dy / (1 + exp(-parts.0 - parts.1))
            }
        }
        expectClose(dx, expected.flat, within: Self.rounding, "dx")
        expectClose(
            dBias, (0..<9).map { i in expected.reduce(0) { $0 + $1[i] } }, within: Self.rounding,
            "dbias")
        #expect(dx.values.contains(0))
    }

    @Test("conv1d: input, taps and bias of ragged sequences", arguments: [true, false])
    func conv1d(hasBias: Bool) {
        var noise = Noise(5)
        let (width, channels) = (4, 5)
        let sequences = [0..<1, 1..<4, 4..<133]
        let wide = noise.tensor(133, channels + 3)
        let (taps, bias) = (noise.tensor(width, channels), noise.tensor(channels))
        let dy = noise.tensor(133, channels)
        let x = wide.table.map { Array($0[2..<2 + channels]) }
        func loss(_ x: [[Double]], _ taps: [[Double]], _ bias: [Double]?) -> Double {
            let past = [[Double]](
                repeating: Array(repeating: 0, count: channels), count: width - 1)
            return sequences.reduce(0) { sum, rows in
                let y = Oracle.conv1dSiLU(Array(x[rows]), past: past, taps: taps, bias: bias)
                return sum + Oracle.dot(y.flat, dy.table[rows].flatMap(\.self))
            }
        }
        let values = (taps: taps.table, bias: hasBias ? bias.values.doubles : nil)
        // One position moves `width` outputs, so a few rows of x tell about all.
        let sampled = [0, 1, 3, 4, 66, 67, 68, 132]
        let dxExpected = sampled.flatMap { row in
            Oracle.gradient(at: x[row]) { moved in
                var x = x
                x[row] = moved
                return loss(x, values.taps, values.bias)
            }
        }
        let dTapsExpected = Oracle.gradient(at: values.taps.flat) { flat in
            loss(x, flat.chunked(channels), values.bias)
        }
        let dBiasExpected = values.bias.map { bias in
            Oracle.gradient(at: bias) { loss(x, values.taps, $0) }
        }

        let dWide = Tensor(133, channels + 3)
        let gradient = Tensor(width + (hasBias ? 1 : 0), channels)
        causalConv1dSiLUBackward(
            wide.columns(2..<2 + channels), sequences: sequences, taps: taps,
            bias: hasBias ? bias : nil, dy: dy,
            into: dWide.columns(2..<2 + channels), gradient: gradient)
        let dx = dWide.table
        expectClose(
            sampled.flatMap { dx[$0][2..<2 + channels] }, dxExpected, within: Self.rounding, "dx")
        expectClose(
            gradient, dTapsExpected + (dBiasExpected ?? []), within: Self.rounding, "dtaps, dbias")
        withExtendedLifetime((taps, bias, wide)) {}
    }

    @Test("linear: input, weight and bias, alone and added to what is there")
    func linearParts() {
        var noise = Noise(6)
        let (x, weight) = (noise.tensor(90, 7), noise.tensor(5, 7))
        let dy = noise.tensor(90, 5)
        let (dx, dWeight, dBias) = (noise.tensor(90, 7), noise.tensor(5, 7), noise.tensor(5))
        let (start, startWeight, startBias) = (dx.table, dWeight.table, dBias.values.doubles)
        linearBackward(
            x, weight: weight, dy: dy, into: dx, adding: true,
            weightGradient: dWeight, biasGradient: dBias)
        let expected = zip(start, dy.table).map { start, dy in
            start.indices.map { i in
                start[i] + zip(dy, weight.table).reduce(0) { $0 + $1.0 * $1.1[i] }
            }
        }
        let expectedWeight = startWeight.indices.map { out in
            startWeight[out].indices.map { i in
                zip(dy.table, x.table).reduce(startWeight[out][i]) { $0 + $1.0[out] * $1.1[i] }
            }
        }
        expectClose(dx, expected.flat, within: Self.rounding, "dx")
        expectClose(dWeight, expectedWeight.flat, within: Self.rounding, "dweight")
        expectClose(
            dBias,
            startBias.indices.map { out in dy.table.reduce(startBias[out]) { $0 + $1[out] } },
            within: Self.rounding, "dbias")
    }

    @Test("an embedding adds up the rows that looked it up")
    func embedding() {
        let gradient = Tensor(4, 2)
        gradient.fill(1)
        let dy = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
        embeddingBackward([2, 0, 2], dy: dy, into: gradient)
        #expect(gradient.values == [4, 5, 1, 1, 7, 9, 1, 1])
    }

    @Test("cross entropy: rows and vocabulary, with weights of which some are 0")
    func crossEntropy() {
        var noise = Noise(7)
        let (count, vocab, d) = (5, 1100, 6)
        let (rows, weight) = (noise.tensor(count, d, in: -2...2), noise.tensor(vocab, d))
        let labels = Labels(tokens: [3, 1099, 3, 511, 512], weights: [1, 0.5, 0, 2, 1])
        let (dRows, dWeight) = (Tensor(count, d), Tensor(vocab, d))
        let loss = VocabularyPass(weight).crossEntropyBackward(
            rows, labels: labels, into: dRows, weightGradient: dWeight)
        func expected(_ rows: [[Double]], _ U: [[Double]]) -> Double {
            zip(rows, zip(labels.tokens, labels.weights)).reduce(0) { sum, entry in
                let logits = U.map { Oracle.dot($0, entry.0) }
                let (y, w) = (Int(entry.1.0), Double(entry.1.1))
                return sum + w * (Oracle.softmax(logits).logSum - logits[y])
            }
        }
        let (table, U) = (rows.table, weight.table)
        expectClose([loss], [expected(table, U)], within: Self.rounding, "loss")
        let dRowsExpected = Oracle.gradient(at: table.flat) { expected($0.chunked(d), U) }
        expectClose(dRows, dRowsExpected, within: Self.rounding, "drows")
        // Entries that are labels, one that is none and the last before a block ends.
        let sampled = [3, 7, 510, 511, 512, 1099]
        let dWeightExpected = sampled.flatMap { entry in
            Oracle.gradient(at: U[entry]) { moved in
                var U = U
                U[entry] = moved
                return expected(table, U)
            }
        }
        let dU = dWeight.table
        expectClose(
            sampled.flatMap { dU[$0] }, dWeightExpected, within: Self.rounding, "dvocabulary")
    }
}

extension [Double] {
    func chunked(_ columns: Int) -> [[Double]] {
        stride(from: 0, to: count, by: columns).map { Array(self[$0..<$0 + columns]) }
    }
}
