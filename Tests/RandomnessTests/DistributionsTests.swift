import Randomness
import Testing

@Suite struct DistributionsTests {
    static let count = 100_000

    /// Mean and variance of many draws.
    private func moments(_ draw: (inout SplitMix64) -> Double) -> (mean: Double, variance: Double) {
        var random = SplitMix64(seed: 7)
        let values = (0..<Self.count).map { _ in draw(&random) }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (mean, squares / Double(values.count - 1))
    }

    // Five standard errors of a mean of 100,000 draws: 5 · 0.289 / 316 and 5 / 316.
    @Test("uniform draws fill their range evenly")
    func uniform() {
        let (mean, variance) = moments { $0.uniform(2...4) }
        #expect(abs(mean - 3) < 0.0092)
        #expect(abs(variance - 1.0 / 3) < 0.005)
        var random = SplitMix64(seed: 1)
        #expect((0..<1000).allSatisfy { _ in (0..<1).contains(random.uniform()) })
    }

    @Test("normal draws have mean 0, variance 1 and the tails of a normal distribution")
    func normal() {
        let (mean, variance) = moments { $0.normal() }
        #expect(abs(mean) < 0.016)
        #expect(abs(variance - 1) < 0.023)
        // P(|x| > 2) = 0.0455.
        let (beyond, _) = moments { abs($0.normal()) > 2 ? 1 : 0 }
        #expect(abs(beyond - 0.0455) < 0.0033)
    }
}
