import Kernels
import Tensors
import Testing
import TestSupport

@Suite struct VocabularyAttentionTests {
    static let vocabularies = [1, 7, 1023, 1024, 1025, 5000]
    static let d = 12
    static let logPartition = Tolerance.relative(
        2e-6, because: "fp32 logits, their sum in fp64; 2.2e-7 measured")
    static let expected = Tolerance.relative(
        1e-5, because: "fp32 sums over 5,000 entries that nearly cancel; 1.4e-6 measured")

    @Test("A and o equal a float64 softmax", arguments: vocabularies, [1, 3, 257, 600])
    func matchesSoftmax(vocabulary: Int, rows: Int) {
        var noise = Noise(UInt64(vocabulary + rows))
        compare(noise.tensor(rows, Self.d, in: -3...3), noise.tensor(vocabulary, Self.d))
    }

    @Test("logits far from zero, and far from each other", arguments: [-200, 200], [1, 1024])
    func extremes(shift: Float, spread: Float) {
        var noise = Noise(5)
        let rows = noise.coarseTensor(40, Self.d)
        let unembedding = noise.coarseTensor(3000, Self.d)
        for i in 0..<rows.count { rows.pointer[i] *= spread }
        // The last axis shifts every logit of a row by the same.
        for i in 0..<40 { rows.pointer[i * Self.d + Self.d - 1] = shift }
        for v in 0..<3000 { unembedding.pointer[v * Self.d + Self.d - 1] = 1 }
        compare(rows, unembedding)
    }

    @Test("rows may be parts of longer rows")
    func stridedRows() {
        var noise = Noise(6)
        let wide = noise.tensor(70, 31)
        let unembedding = noise.tensor(1500, Self.d)
        let narrow = Tensor(70, Self.d)
        let rows = wide.columns(9..<9 + Self.d)
        narrow.assign(rows)
        let mean = Tensor(70, Self.d)
        let logPartition = VocabularyPass(unembedding).attention(rows, expected: mean)
        let (expectedA, expectedO) = Oracle.vocabularyAttention(narrow.table, unembedding.table)
        expectClose(logPartition, expectedA, within: Self.logPartition, "strided A")
        expectClose(mean, expectedO.flat, within: Self.expected, "strided o")
    }

    @Test("A alone equals A beside o, bit for bit", arguments: [1, 3, 300], [7, 1024, 2500])
    func logPartitionAlone(rows: Int, vocabulary: Int) {
        var noise = Noise(8)
        let rows = noise.tensor(rows, Self.d, in: -4...4)
        let unembedding = noise.tensor(vocabulary, Self.d)
        let mean = Tensor(rows.shape)
        withThreads(2) {
            #expect(
                VocabularyPass(unembedding).attention(rows)
                    == VocabularyPass(unembedding).attention(rows, expected: mean))
        }
    }

    @Test("the number of threads changes no bit", arguments: [2, 3, 7])
    func threads(count: Int) {
        var noise = Noise(9)
        let rows = noise.tensor(203, Self.d, in: -4...4)
        let unembedding = noise.tensor(1300, Self.d)
        func run(_ threads: Int) -> (a: [Double], o: [Float]) {
            let mean = Tensor(rows.shape)
            let a = withThreads(threads) {
                VocabularyPass(unembedding).attention(rows, expected: mean)
            }
            return (a, mean.values)
        }
        let (one, several) = (run(1), run(count))
        #expect(one.a == several.a && one.o == several.o)
    }

    @Test("no rows, no values")
    func nothing() {
        let unembedding = Tensor(5, Self.d)
        let rows = Tensor(0, Self.d)
        #expect(VocabularyPass(unembedding).attention(rows).isEmpty)
    }

    @Test("a row that is not a number stays so and spoils no other")
    func notANumber() {
        var noise = Noise(10)
        let rows = noise.tensor(3, Self.d)
        let unembedding = noise.tensor(1100, Self.d)
        let clean = VocabularyPass(unembedding).attention(rows)
        rows.pointer[Self.d] = .nan
        let spoiled = VocabularyPass(unembedding).attention(rows)
        #expect(spoiled[1].isNaN)
        #expect(spoiled[0] == clean[0] && spoiled[2] == clean[2])
    }

    private func compare(_ rows: Tensor, _ unembedding: Tensor) {
        let mean = Tensor(rows.shape)
        mean.fill(.nan)
        let logPartition = VocabularyPass(unembedding).attention(rows, expected: mean)
        let (expectedA, expectedO) = Oracle.vocabularyAttention(rows.table, unembedding.table)
        expectClose(logPartition, expectedA, within: Self.logPartition, "A")
        expectClose(mean, expectedO.flat, within: Self.expected, "o")
    }
}
