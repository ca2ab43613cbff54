import Plotting
import Reports
import Results
import Testing

@Suite("What two models' layer curves say")
struct LayerFindingsTests {
    private func curve(_ label: String, _ values: [Double], output: Double) -> LayerCurve {
        LayerCurve(
            label: label, layerCount: values.count,
            points: values.enumerated().map {
                .init(position: .lens(blocks: $0 + 1), mean: $1)
            } + [.init(position: .output, mean: output)],
            provenance: ResultProvenance(path: "s.json", sha256: "ff"))
    }

    @Test("over seeds")
    func seeds() throws {
        // Means 0.5 (which does not last), 0.25, 0.625, 0.75 and 0.125 everywhere.
        let findings = try LayerFindings([
            curve("a", [0.5, 0.25, 0.5, 0.75], output: 0.75),
            curve("b", [0.125, 0.125, 0.125, 0.125], output: 0.5),
            curve("a", [0.5, 0.25, 0.75, 0.75], output: 0.75),
            curve("b", [0.125, 0.125, 0.125, 0.125], output: 0.5),
        ])
        #expect(findings.settled.map(\.label) == ["a", "b"])
        #expect(findings.settled.map(\.output) == [0.75, 0.5])
        #expect(findings.settled.map(\.blocks) == [3, nil])
        #expect(
            findings.widest == LayerFindings.Gap(blocks: 4, means: [0.75, 0.125], spread: 0))
        #expect(
            findings.text == """
                The lens gives the right answer more than half of its final probability in a from \
                block 3 on (output 0.750), in b at no block before its output (output 0.500).
                The two models are furthest apart after block 4, a 0.750 against b 0.125: 0.625, \
                more than the 0.000 by which seeds of one model differ there.
                2 seeds against 2 cannot show a difference beyond p = 0.33, however far apart the \
                curves are.
                """)
    }

    @Test(
        "the smallest p that so many seeds can give",
        arguments: [(3, 3, 0.1), (2, 3, 0.2), (4, 4, 2.0 / 70)])
    func smallestP(first: Int, second: Int, p: Double) throws {
        let curves =
            (0..<first).map { _ in curve("a", [0.5], output: 0.5) }
            + (0..<second).map { _ in curve("b", [0.25], output: 0.5) }
        #expect(abs(try LayerFindings(curves).smallestP - p) < 1e-12)
    }

    @Test("a gap that seeds could explain, and one seed each")
    func spread() throws {
        let first = curve("a", [0.5, 0.5], output: 0.5)
        let second = curve("b", [0.25, 0.5], output: 0.5)
        let alone = try LayerFindings([first, second])
        #expect(alone.widest == LayerFindings.Gap(blocks: 1, means: [0.5, 0.25], spread: nil))
        #expect(alone.text.hasSuffix("0.250, with one seed each, the seed may be the reason."))
        let together = try LayerFindings([
            first, second, curve("b", [0.5, 0.5], output: 0.5), curve("a", [0.5, 0.5], output: 1),
        ])
        #expect(together.widest == LayerFindings.Gap(blocks: 1, means: [0.5, 0.375], spread: 0.25))
        #expect(together.text.contains("0.125, no more than the 0.250 by which"))
    }
}
