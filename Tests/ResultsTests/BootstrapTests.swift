import Base
import Foundation
import Results
import Testing
import TestSupport

struct BootstrapTests {
    /// Prompts with the given probabilities in their one layer.
    private func result(_ probabilities: [Double], seed: UInt64 = 1) -> BabilongResult {
        let prompts = probabilities.enumerated().map { index, p in
            BabilongResult.Prompt(
                task: index % 2 == 0 ? "qa1" : "qa2", index: index, tokens: 10, target: "x",
                targetID: 1, targetTokens: index % 3 == 2 ? 2 : 1,
                readings: [
                    TokenReading(probability: exp(log(p)), logProbability: log(p), rank: 2),
                    TokenReading(probability: exp(log(p)), logProbability: log(p), rank: 1),
                ])
        }
        return BabilongResult(prompts: prompts, run: .example, seed: seed)
    }

    @Test("intervals of a mean are as wide as its standard error says")
    func width() throws {
        var random = TestRandom(seed: 4)
        let values = (0..<400).map { _ in Double(random.uniform()) }
        let estimate = try #require(result(values).layers[0].row.probability)
        let mean = values.reduce(0, +) / 400
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 400
        let standardError = (variance / 400).squareRoot()
        #expect(abs(estimate.mean - mean) < 1e-12)
        // 1000 resamples place the ends within a tenth or so.
        let ends = try #require(estimate.ci95)
        #expect(abs((mean - ends[0]) / (1.96 * standardError) - 1) < 0.2)
        #expect(abs((ends[1] - mean) / (1.96 * standardError) - 1) < 0.2)
    }

    @Test("equal values have an interval of no width, and tasks are counted apart")
    func degenerate() throws {
        let quarter = exp(log(0.25))
        let result = result([0.25, 0.5, 0.25, 0.5, 0.25])
        let task = result.tasks?["qa1"]
        #expect(task?.layers[0].row.probability == task?.output.probability)
        #expect(task?.output.probability?.ci95 == [quarter, quarter])
        #expect(result.tasks?["qa2"]?.count == 2)
        #expect(result.tasks?["qa1"]?.count == 3)
        #expect(result.count == 5)
        #expect(result.severalTokenTargets == 1)
    }

    @Test("one prompt says nothing of others: it has no interval, in JSON either")
    func single() throws {
        let result = result([0.25])
        #expect(result.output.probability?.ci95 == nil)
        let json = try result.json()
        #expect(!String(decoding: json, as: UTF8.self).contains("ci95"))
        #expect(try BabilongResult(json: json, path: "a") == result)
    }

    @Test("the same seed gives the same intervals, and JSON keeps them")
    func seedAndJSON() throws {
        let values = [0.1, 0.9, 0.3, 0.2]
        let first = result(values)
        #expect(result(values).layers == first.layers)
        #expect(try BabilongResult(json: first.json(pretty: false), path: "result") == first)
    }
}
