import LanguageModeling
import Testing

@Suite struct SamplerTests {
    private let logits: [Float] = [1, 3, 2, -1]

    /// How often each token is drawn, as a share.
    private func shares(_ change: (inout Sampler.Options) -> Void) -> [Double] {
        var options = Sampler.Options()
        change(&options)
        var sampler = Sampler(options, seed: 1)
        var counts = [Double](repeating: 0, count: 4)
        for _ in 0..<20_000 { counts[Int(sampler.next(logits, after: [1]))] += 1 / 20_000 }
        return counts
    }

    private func expect(_ found: [Double], _ expected: [Double]) {
        // Four standard deviations of a share of 20,000 draws are 0.014 at most.
        for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 0.014) }
    }

    @Test("draws by softmax") func plain() {
        expect(shares { _ in }, [0.0886, 0.6546, 0.2408, 0.0120])
    }

    @Test("temperature 0 takes the largest, 2 flattens") func temperature() {
        expect(shares { $0.temperature = 0 }, [0, 1, 0, 0])
        expect(shares { $0.temperature = 2 }, [0.1738, 0.4724, 0.2865, 0.0639].map { $0 / 0.9966 })
    }

    @Test("top-k, top-p and min-p cut the tail") func cuts() {
        expect(shares { $0.topK = 2 }, [0, 0.7311, 0.2689, 0])
        expect(shares { $0.topP = 0.7 }, [0, 0.7311, 0.2689, 0])
        expect(shares { $0.topP = 0.6 }, [0, 1, 0, 0])
        expect(shares { $0.minP = 0.2 }, [0, 0.7311, 0.2689, 0])
    }

    @Test("a repetition penalty divides a positive logit and multiplies a negative one")
    func penalty() {
        // 3 / 1.5 = 2: now as likely as token 2.
        expect(shares { $0.repetitionPenalty = 1.5 }, [0.1522, 0.4136, 0.4136, 0.0206])
        var options = Sampler.Options()
        options.repetitionPenalty = 10
        options.temperature = 0
        var sampler = Sampler(options, seed: 1)
        #expect(sampler.next([-1, -2], after: [0]) == 1)
    }
}
