import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct PredictionsTests {
    static let rounding = Tolerance.relative(
        5e-7, because: "exact logits, A in fp64 over fp32 exponentials; 2.1e-8 measured")

    @Test("log-probability and rank by sorting, with ties", arguments: [1, 7, 1024, 2500])
    func matchesSorting(vocabulary: Int) {
        var noise = Noise(UInt64(vocabulary))
        // Few distinct values, so that logits are exact and many tie.
        let rows = noise.coarseTensor(300, 6)
        let unembedding = noise.coarseTensor(vocabulary, 6)
        let targets = (0..<300).map { $0 * 37 % vocabulary }
        let found = predictions(rows.matrix, unembedding: unembedding, targets: targets)
        let table = unembedding.table
        var expected: [Double] = []
        for (row, (target, prediction)) in zip(rows.table, zip(targets, found)) {
            let logits = table.map { Oracle.dot($0, row) }
            let place = logits.sorted(by: >).firstIndex(of: logits[target]) ?? -1
            #expect(prediction.rank == place + 1)
            expected.append(logits[target] - Oracle.softmax(logits).logSum)
        }
        expectClose(found.map(\.logProbability), expected, within: Self.rounding, "predictions")
    }

    @Test("equal rows of the unembedding tie, whatever their logits round to")
    func equalRows() {
        var noise = Noise(3)
        let rows = noise.tensor(200, 50)
        let entry = noise.floats(50)
        // 1,500 times the same token.
        let unembedding = Tensor((0..<1500).flatMap { _ in entry }, shape: [1500, 50])
        let found = predictions(
            rows.matrix, unembedding: unembedding, targets: (0..<200).map { $0 * 7 })
        #expect(found.allSatisfy { $0.rank == 1 })
    }

    @Test("a rank is that of the float64 logits, however close they are")
    func closeLogits() {
        var noise = Noise(5)
        let rows = noise.tensor(20, 50)
        let entry = noise.floats(50)
        // Tokens that differ from the first by less than a product rounds.
        let unembedding = Tensor(
            (0..<1100).flatMap { v in entry.enumerated().map { $0 == v % 50 ? $1.nextUp : $1 } },
            shape: [1100, 50])
        let found = predictions(
            rows.matrix, unembedding: unembedding, targets: Array(repeating: 17, count: 20))
        for (row, prediction) in zip(rows.table, found) {
            let logits = unembedding.table.map { Oracle.dot($0, row) }
            #expect(prediction.rank == 1 + logits.count { $0 > logits[17] + 1e-13 })
        }
    }

    @Test("blocks of rows and threads change neither rank nor more than rounding")
    func threads() {
        var noise = Noise(4)
        let rows = noise.tensor(530, 24)
        let unembedding = noise.tensor(1300, 24)
        let targets = (0..<530).map { $0 * 11 % 1300 }
        func run(_ threads: Int) -> [TokenPrediction] {
            withThreads(threads) {
                predictions(rows.matrix, unembedding: unembedding, targets: targets)
            }
        }
        let one = run(1)
        let three = run(3)
        #expect(one.map(\.rank) == three.map(\.rank))
        expectClose(
            three.map(\.logProbability), one.map(\.logProbability), within: Self.rounding,
            "predictions threads")
    }
}
