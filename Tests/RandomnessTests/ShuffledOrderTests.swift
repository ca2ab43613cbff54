import Randomness
import Testing

@Suite struct ShuffledOrderTests {
    /// Made by a program of its own in Python's unbounded integers, whose generator gives the
    /// published first numbers of SplitMix64 for seed 1234567 (6457827717110365317, ...).
    @Test func ordersAreTheSameOnEveryMachine() {
        #expect(shuffledOrder(count: 10, seed: 0) == [4, 9, 2, 5, 1, 7, 6, 0, 3, 8])
        #expect(
            shuffledOrder(count: 12, seed: 42) == [9, 7, 11, 5, 4, 10, 6, 0, 3, 2, 1, 8])
        #expect(shuffledOrder(count: 7, seed: .max) == [0, 3, 2, 4, 1, 5, 6])
    }

    @Test(arguments: [0, 1, 2, 3, 1000])
    func everyNumberOccursOnce(count: Int) {
        for seed: UInt64 in 0..<5 {
            #expect(shuffledOrder(count: count, seed: seed).sorted() == Array(0..<count))
        }
    }

    @Test func everyOrderIsEquallyLikely() {
        var counts: [[Int]: Int] = [:]
        for seed: UInt64 in 0..<24_000 {
            counts[shuffledOrder(count: 4, seed: seed), default: 0] += 1
        }
        #expect(counts.count == 24)
        // Mean 1000, standard deviation 31; five of them.
        #expect(counts.values.allSatisfy { abs($0 - 1000) < 155 })
    }
}
