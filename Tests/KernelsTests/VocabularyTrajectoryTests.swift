import Foundation
import Kernels
import Tensors
import Testing
import TestSupport

@Suite struct VocabularyTrajectoryTests {
    static let sums = Tolerance.relative(
        8e-6, because: "fp32 terms, summed in float64 by parts; 8.0e-7 measured")
    static let exact = Tolerance.relative(
        2e-7, because: "exact logits, A with the largest of them; 1.4e-8 measured")

    /// `[rows][positions]` log-probabilities of every token.
    private func distributions(_ states: Tensor, _ unembedding: Tensor) -> [[[Double]]] {
        let table = unembedding.table
        return (0..<states.shape[0]).map { row in
            states[row].table.map { state in
                let logits = table.map { Oracle.dot($0, state) }
                let logSum = Oracle.softmax(logits).logSum
                return logits.map { $0 - logSum }
            }
        }
    }

    private func kl(_ p: [Double], _ q: [Double]) -> Double {
        zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
    }

    @Test(
        "equals what all float64 logits give, with and without targets",
        arguments: [3, 1025, 2500])
    func matchesLogits(vocabulary: Int) {
        var noise = Noise(UInt64(vocabulary))
        let (rows, positions, d) = (5, 37, 24)
        let states = noise.tensor(rows * positions, d, in: -3...3).reshaped([rows, positions, d])
        let unembedding = noise.tensor(vocabulary, d)
        let targets: [Int?] = (0..<positions).map { $0 % 4 == 3 ? nil : $0 % vocabulary }
        let followed = [vocabulary - 1, 0]
        var done: [Int] = []
        let read = VocabularyPass(unembedding).trajectories(
            states, targets: targets, following: followed, top: 3
        ) { done.append($0) }
        #expect(done.last == positions && read.count == positions)
        #expect(read.allSatisfy { $0.count == rows })

        let all = distributions(states, unembedding)
        var found: [String: [Double]] = [:]
        var expected: [String: [Double]] = [:]
        func compare(_ name: String, _ value: Double, _ other: Double) {
            found[name, default: []].append(value)
            expected[name, default: []].append(other)
        }
        for (position, readings) in read.enumerated() {
            let model = all[rows - 1][position]
            for (row, reading) in readings.enumerated() {
                let q = all[row][position]
                let middle = zip(model, q).map { log((exp($0) + exp($1)) / 2) }
                compare("entropy", reading.entropy, q.reduce(0) { $0 - exp($1) * $1 })
                compare("kl", reading.kl, kl(model, q))
                compare(
                    "Jensen–Shannon", reading.jensenShannon,
                    (kl(model, middle) + kl(q, middle)) / 2)
                compare(
                    "total variation", reading.totalVariation,
                    zip(model, q).reduce(0) { $0 + abs(exp($1.0) - exp($1.1)) } / 2)
                #expect((reading.change == nil) == (row == 0))
                if let change = reading.change {
                    compare("change", change, kl(all[row - 1][position], q))
                }
                #expect((reading.target == nil) == (targets[position] == nil))
                let tokens = targets[position].map { [$0] } ?? []
                for (token, prediction) in zip(
                    tokens + followed, [reading.target].compactMap(\.self) + reading.followed)
                {
                    compare("log-probability", prediction.logProbability, q[token])
                    #expect(prediction.rank == 1 + q.count { $0 > q[token] })
                }
                let order = q.indices.sorted { q[$0] > q[$1] }.prefix(3)
                #expect(reading.top.map(\.token) == Array(order))
                for token in reading.top {
                    compare("log-probability", token.logProbability, q[token.token])
                }
            }
        }
        for (name, values) in found {
            expectClose(
                values, expected[name] ?? [],
                within: name == "log-probability" ? Self.exact : Self.sums, name)
        }
    }

    @Test("equal distributions are no distance apart, and nothing is below 0")
    func equal() {
        var noise = Noise(3)
        let state = noise.floats(24)
        let states = Tensor((0..<4).flatMap { _ in state }, shape: [4, 1, 24])
        let read = VocabularyPass(noise.tensor(1500, 24)).trajectories(states, targets: [7])[0]
        for reading in read {
            #expect(reading.kl == 0 && reading.totalVariation == 0 && reading.top.isEmpty)
            #expect((0..<1e-7).contains(reading.jensenShannon))
            #expect(reading.change ?? 0 == 0)
        }
    }

    @Test("the threads, and which positions are read together, change no bit")
    func threads() throws {
        var noise = Noise(4)
        // 8,000 tokens of 600 positions and 9 rows are more logits than exist at a time.
        let states = noise.tensor(9 * 600, 16).reshaped([9, 600, 16])
        let vocabulary = VocabularyPass(noise.tensor(8000, 16))
        func numbers() -> [[Double]] {
            vocabulary.trajectories(states, targets: (0..<600).map { $0 }, top: 1).map { rows in
                rows.flatMap { [$0.kl, $0.entropy, $0.jensenShannon, $0.top[0].logProbability] }
            }
        }
        let one = withThreads(1) { numbers() }
        #expect(one == withThreads(3) { numbers() })
    }

    @Test("effects are those on float64 logits over their mean", arguments: [3, 1025])
    func effects(vocabulary: Int) {
        var noise = Noise(UInt64(vocabulary))
        let rows = noise.tensor(50, 24, in: -3...3)
        let unembedding = noise.tensor(vocabulary, 24)
        let targets: [Int?] = (0..<50).map { $0 % 2 == 0 ? $0 % vocabulary : nil }
        let read = VocabularyPass(unembedding).effects(
            rows, mean: columnMeans(unembedding), targets: targets, top: 2)
        var (found, expected) = ([Double](), [Double]())
        for (row, (reading, target)) in zip(rows.table, zip(read, targets)) {
            let logits = unembedding.table.map { Oracle.dot($0, row) }
            let mean = logits.reduce(0, +) / Double(vocabulary)
            let order = logits.indices.sorted { logits[$0] > logits[$1] }
            #expect(reading.promoted.map(\.token) == Array(order.prefix(2)))
            #expect(reading.suppressed.map(\.token) == Array(order.reversed().prefix(2)))
            for effect in reading.promoted + reading.suppressed {
                found.append(effect.effect)
                expected.append(logits[effect.token] - mean)
            }
            #expect((reading.target == nil) == (target == nil))
            if let target, let effect = reading.target {
                found.append(effect)
                expected.append(logits[target] - mean)
            }
        }
        expectClose(found, expected, within: Self.exact, "effects")
    }
}
