import Foundation
import Kernels
import Tensors
import Testing
import TestSupport

@Suite struct VocabularyReadingTests {
    static let rounding = Tolerance.relative(
        5e-7, because: "exact logits, A in fp64 over fp32 exponentials; 2.1e-8 measured")

    static let entropy = Tolerance.relative(
        2e-4, because: "o is summed in fp32 and A cancels n · o; 2.0e-5 measured")
    static let top = Tolerance.relative(
        1e-5, because: "A over fp32 logits; 9.7e-7 measured")

    private func predictions(
        _ rows: Tensor, unembedding: Tensor, targets: [Int]
    ) -> [TokenPrediction] {
        VocabularyPass(unembedding).read(rows, targets: targets, asking: [.logProbability, .rank])
            .predictions
    }

    @Test(
        "entropy and the most probable tokens equal those of all float64 logits",
        arguments: [3, 1025, 2500], [1, 5, 20])
    func matchesLogits(vocabulary: Int, count: Int) {
        var noise = Noise(UInt64(vocabulary + count))
        let rows = noise.tensor(300, 24, in: -3...3)
        let unembedding = noise.tensor(vocabulary, 24)
        let found = VocabularyPass(unembedding).read(rows, asking: .entropy, top: count)
        var (entropies, expected) = ([Double](), [Double]())
        let table = unembedding.table
        for (row, top) in zip(rows.table, found.top) {
            let logits = table.map { Oracle.dot($0, row) }
            let softmax = Oracle.softmax(logits)
            entropies.append(softmax.probabilities.reduce(0) { $0 - $1 * log($1) })
            let order = logits.indices.sorted { logits[$0] > logits[$1] }.prefix(count)
            #expect(top.map(\.token) == Array(order))
            expected += order.map { logits[$0] - softmax.logSum }
        }
        expectClose(
            found.top.joined().map(\.logProbability), expected, within: Self.top, "top")
        expectClose(found.entropy, entropies, within: Self.entropy, "entropy")
        #expect(found.logProbability.isEmpty && found.rank.isEmpty)
    }

    @Test(
        "of equally probable tokens the smaller ids are named, and what is asked changes no number")
    func ties() {
        var noise = Noise(8)
        let rows = noise.tensor(40, 24)
        let entry = noise.floats(24)
        let equal = Tensor((0..<4).flatMap { _ in entry }, shape: [4, 24])
        let found = VocabularyPass(equal).read(rows, top: 3)
        #expect(found.top.allSatisfy { $0.map(\.token) == [0, 1, 2] })

        let vocabulary = VocabularyPass(noise.tensor(1500, 24))
        let targets = Array(0..<40)
        let all = vocabulary.read(
            rows, targets: targets, asking: [.logProbability, .rank, .entropy], top: 1)
        let some = vocabulary.read(
            rows, targets: targets, asking: .logProbability)
        #expect(all.logPartition == vocabulary.attention(rows))
        #expect(all.logProbability == some.logProbability && some.rank.isEmpty)
        for (top, (rank, target)) in zip(all.top, zip(all.rank, targets)) {
            #expect((rank == 1) == (top[0].token == target))
        }
        let part = all[10..<12]
        #expect(part.entropy == Array(all.entropy[10..<12]) && part.top == Array(all.top[10..<12]))
    }

    @Test("no rows, no values")
    func nothing() {
        let found = VocabularyPass(Tensor(5, 4)).read(
            Tensor(0, 4), asking: [.rank, .entropy], top: 2)
        #expect(found.logPartition.isEmpty && found.rank.isEmpty && found.top.isEmpty)
    }

    @Test("log-probability and rank by sorting, with ties", arguments: [1, 7, 1024, 2500])
    func matchesSorting(vocabulary: Int) {
        var noise = Noise(UInt64(vocabulary))
        // Few distinct values, so that logits are exact and many tie.
        let rows = noise.coarseTensor(300, 6)
        let unembedding = noise.coarseTensor(vocabulary, 6)
        let targets = (0..<300).map { $0 * 37 % vocabulary }
        let found = predictions(rows, unembedding: unembedding, targets: targets)
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
            rows, unembedding: unembedding, targets: (0..<200).map { $0 * 7 })
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
            rows, unembedding: unembedding, targets: Array(repeating: 17, count: 20))
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
                predictions(rows, unembedding: unembedding, targets: targets)
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
