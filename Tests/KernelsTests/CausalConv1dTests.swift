import Kernels
import Tensors
import Testing
import TestSupport

@Suite struct CausalConv1dTests {
    static let rounding = Tolerance.relative(
        1e-6, because: "up to 5 products in fp32 and a silu; 1.4e-7 measured")

    /// Lengths below, at and above the pieces of 64 rows that a thread takes.
    static let sequences = [0..<1, 1..<4, 4..<68, 68..<133, 133..<333]

    @Test(
        "equals float64 over several sequences with a past", arguments: [1, 2, 3, 4, 5],
        [true, false])
    func matchesDefinition(width: Int, hasBias: Bool) {
        var noise = Noise(UInt64(width))
        let wide = noise.tensor(333, 40, in: -2...2)
        let x = wide.columns(3..<36)
        let taps = noise.tensor(width, 33)
        let bias = noise.tensor(33)
        let pasts = noise.tensor(Self.sequences.count, width - 1, 33)
        let y = Tensor(333, 33)
        causalConv1dSiLU(
            x, sequences: Self.sequences, taps: taps, bias: hasBias ? bias : nil,
            history: pasts, into: y)
        let rows = wide.table.map { Array($0[3..<36]) }
        let expected = Self.sequences.enumerated().flatMap { index, range in
            Oracle.conv1dSiLU(
                Array(rows[range]), past: pasts[index].table, taps: taps.table,
                bias: hasBias ? bias.values.doubles : nil)
        }
        expectClose(y, expected.flat, within: Self.rounding, "conv1d")
    }

    @Test("history is the last rows of past and sequence together", arguments: [1, 2, 4, 5])
    func movesHistory(width: Int) {
        var noise = Noise(7)
        let x = noise.tensor(333, 6)
        let pasts = noise.tensor(Self.sequences.count, width - 1, 6)
        let expected = Self.sequences.enumerated().map { index, range in
            Array((pasts[index].table + x.table[range]).suffix(width - 1))
        }
        updateHistory(pasts, with: x, sequences: Self.sequences, width: width)
        #expect(Self.sequences.indices.map { pasts[$0].table } == expected)
    }

    @Test("no history is a history of zeros")
    func withoutHistory() {
        var noise = Noise(9)
        let x = noise.tensor(333, 24)
        let taps = noise.tensor(4, 24)
        func run(_ history: Tensor?) -> [Float] {
            let y = Tensor(333, 24)
            causalConv1dSiLU(
                x, sequences: Self.sequences, taps: taps, bias: nil,
                history: history, into: y)
            return y.values
        }
        #expect(run(nil) == run(Tensor(Self.sequences.count, 3, 24)))
    }

    @Test("a sequence in two pieces equals one, bit for bit", arguments: [1, 2, 63, 64, 65, 99])
    func continues(first: Int) {
        var noise = Noise(8)
        let x = noise.tensor(100, 24)
        let taps = noise.tensor(4, 24)
        let whole = Tensor(100, 24)
        let parts = Tensor(100, 24)
        let history = Tensor(1, 3, 24)
        causalConv1dSiLU(
            x, sequences: [0..<100], taps: taps, bias: nil,
            history: history, into: whole)
        for rows in [0..<first, first..<100] {
            let piece = x[rows]
            let range = [0..<rows.count]
            causalConv1dSiLU(
                piece, sequences: range, taps: taps, bias: nil, history: history,
                into: parts[rows])
            updateHistory(history, with: piece, sequences: range, width: 4)
        }
        #expect(parts.values == whole.values)
    }
}
