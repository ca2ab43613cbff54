import Foundation
import Kernels
import Tensors
import Testing
import TestSupport

/// The vocabulary pass and products in bfloat16 with the kernels in use, against float64 on the
/// rounded factors.
@Suite struct TiledVocabularyAttentionTests {
    static let logPartition = Tolerance.relative(
        2e-6, because: "fp32 logits of rounded factors, their sum in fp64; 2e-7 measured")
    static let expected = Tolerance.relative(
        0x1p-8, because: "weights rounded to bfloat16, 2^-8 each")
    static let product = Tolerance.relative(
        2e-6, because: "exact products, fp32 sums of 1,100; 2e-7 measured")

    @Test(
        "A and o equal a float64 softmax of the rounded factors", arguments: [1, 7, 1025, 5000],
        [(1, 12), (33, 40), (600, 12)])
    func matchesSoftmax(vocabulary: Int, size: (rows: Int, d: Int)) {
        var noise = Noise(UInt64(vocabulary + size.rows))
        compare(
            noise.tensor(size.rows, size.d, in: -3...3), noise.tensor(vocabulary, size.d),
            threads: 2)
    }

    @Test("logits far from zero, and far from each other", arguments: [-200, 200], [1, 256])
    func extremes(shift: Float, spread: Float) {
        var noise = Noise(5)
        let rows = noise.coarseTensor(40, 12)
        let unembedding = noise.coarseTensor(3000, 12)
        for i in 0..<rows.count { rows.pointer[i] *= spread }
        for i in 0..<40 { rows.pointer[i * 12 + 11] = shift }
        for v in 0..<3000 { unembedding.pointer[v * 12 + 11] = 1 }
        compare(rows, unembedding, threads: 1)
    }

    @Test("the largest logits come last, block after block")
    func rising() {
        var noise = Noise(6)
        let rows = noise.coarseTensor(33, 12)
        let unembedding = noise.coarseTensor(2500, 12)
        for i in 0..<33 { rows.pointer[i * 12 + 11] = 1 }
        // Every reference is overtaken several times inside a block, and from block to block.
        for v in 0..<2500 { unembedding.pointer[v * 12 + 11] = Float(v / 100 * 40) }
        compare(rows, unembedding, threads: 2)
    }

    @Test("the number of threads does not change a bit; A alone neither", arguments: [2, 3, 7])
    func threads(count: Int) {
        var noise = Noise(9)
        let rows = noise.tensor(203, 40, in: -4...4)
        let vocabulary = VocabularyPass(noise.tensor(1300, 40), precision: .bf16)
        func run(_ threads: Int) -> (a: [Double], o: [Float]) {
            let mean = Tensor(rows.shape)
            let a = withThreads(threads) {
                vocabulary.attention(rows, expected: mean)
            }
            return (a, mean.values)
        }
        let one = run(1)
        let several = run(count)
        #expect(one.a == several.a && one.o == several.o)
        #expect(vocabulary.attention(rows) == one.a)
    }

    @Test("a NaN stays in its row")
    func notANumber() {
        var noise = Noise(10)
        let rows = noise.tensor(40, 12)
        let vocabulary = VocabularyPass(noise.tensor(1300, 12), precision: .bf16)
        let clean = vocabulary.attention(rows)
        rows.pointer[12] = .nan
        let spoiled = vocabulary.attention(rows)
        #expect(spoiled[1].isNaN)
        #expect(spoiled.indices.allSatisfy { $0 == 1 || spoiled[$0] == clean[$0] })
    }

    @Test("no rows")
    func empty() {
        let vocabulary = VocabularyPass(Tensor(50, 12), precision: .bf16)
        #expect(vocabulary.attention(Tensor(0, 12), expected: Tensor(0, 12)).isEmpty)
    }

    @Test(
        "products of plain and turned factors, whole blocks and edges",
        arguments: [(64, 96, 64), (1, 1, 1), (45, 200, 70), (300, 40, 1100)], [false, true])
    func products(size: (rows: Int, columns: Int, inner: Int), turned: Bool) {
        var noise = Noise(12)
        let a = turned ? noise.tensor(size.inner, size.rows) : noise.tensor(size.rows, size.inner)
        let b =
            turned
            ? noise.tensor(size.columns, size.inner) : noise.tensor(size.inner, size.columns)
        Precision.bf16.round(a)
        Precision.bf16.round(b)
        let wide = noise.tensor(size.rows, size.columns + 5)
        let before = wide.table
        let inside = 2..<2 + size.columns
        var exact: [Double] = []
        let (aTable, bTable) = (a.table, b.table)
        for i in 0..<size.rows {
            for j in 0..<size.columns {
                var sum = 0.0
                for k in 0..<size.inner {
                    sum +=
                        turned ? aTable[k][i] * bTable[j][k] : aTable[i][k] * bTable[k][j]
                }
                exact.append(sum)
            }
        }
        for adding in [true, false] {
            let old = wide.table.flatMap { $0[inside] }
            let (left, right): (Operand, Operand) =
                turned
                ? (.transposed(a), .transposed(b))
                : (.plain(a), .plain(b))
            let target = wide.columns(inside)
            if adding {
                addProducts([TensorProduct(left, right, into: target)], precision: .bf16)
            } else {
                bfloat16GEMM(left, PackedFactor(right), into: target)
            }
            let expected = zip(exact, old).map { adding ? $0 + $1 : $0 }
            expectClose(
                wide.table.flatMap { $0[inside] }.map { Float($0) }, expected,
                within: Self.product, "bf16 gemm")
        }
        for (row, old) in zip(wide.table, before) {
            #expect(row[..<2] == old[..<2] && row.suffix(3) == old.suffix(3))
        }
    }

    private func compare(_ rows: Tensor, _ unembedding: Tensor, threads: Int) {
        let mean = Tensor(rows.shape)
        mean.fill(.nan)
        let a = withThreads(threads) {
            VocabularyPass(unembedding, precision: .bf16).attention(
                rows, expected: mean)
        }
        Precision.bf16.round(rows)
        Precision.bf16.round(unembedding)
        let (expectedA, expectedO) = Oracle.vocabularyAttention(rows.table, unembedding.table)
        expectClose(a, expectedA, within: Self.logPartition, "bf16 A")
        expectClose(mean, expectedO.flat, within: Self.expected, "bf16 o")
    }
}
