import Files
import Foundation
import Reports
import TestSupport
import Testing

/// What may be averaged as seeds of one model, and what is said of unlike results side by side.
struct ComparabilityTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private struct Facts {
        var model = "seed0"
        var architecture: String? = "Mamba-2, 2 blocks"
        var modelSHA256 = "0"
        var lens = "lenses/a"
        var data = "abcdef0123"
        var form = "lens"
        var count = 100
    }

    private func write(_ name: String, _ change: (inout Facts) -> Void = { _ in }) throws {
        var facts = Facts()
        change(&facts)
        let row = #""probability": {"mean": 0.5}"#
        let architecture = facts.architecture.map { #""architecture": "\#($0)", "# } ?? ""
        try writeFile(
            """
            {"count": \(facts.count), "layers": [{"blocks": 1, \(row)}], "output": {\(row)},
             "run": {"model": "\(facts.model)", \(architecture)"model_sha256": "\(facts.modelSHA256)",
                     "lens": "\(facts.lens)", "data_sha256": "\(facts.data)",
                     "prompt_form": "\(facts.form)"}}
            """, to: folder(name))
    }

    @Test("seeds of one model, by whatever name")
    func seeds() throws {
        try write("a/0.json")
        try write("a/1.json") { ($0.model, $0.modelSHA256) = ("seed12", "1") }
        #expect(try ResultFile.curves([folder("a")]).count == 2)
        try write("b/0.json") { $0.model = "mamba2-370m-seed0" }
        try write("b/1.json") { ($0.model, $0.modelSHA256) = ("mamba2-370m-Seed_7", "1") }
        #expect(try ResultFile.curves([folder("b")]).count == 2)
    }

    @Test(
        "unlike results are not averaged, in a folder or under one label",
        arguments: ["model", "architecture", "lens", "data", "form"])
    func unlike(what: String) throws {
        try write("a/0.json")
        try write("a/1.json") { facts in
            facts.modelSHA256 = "1"
            switch what {
            case "model": facts.model = "other"
            case "architecture": facts.architecture = "Diff-Mamba-2 (all), 2 blocks"
            case "lens": facts.lens = "logit"
            case "data": facts.data = "fedcba"
            default: facts.form = "needle"
            }
        }
        let paths = ["a/0.json", "a/1.json"].map { folder($0) }
        for (results, labels) in [([folder("a")], []), (paths, ["A", "A"])] {
            let error = #expect(throws: ResultError.self) {
                try ResultFile.curves(results, labels: labels)
            }
            guard case .notSeeds(_, _, paths, _)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(throws: Never.self) { try ResultFile.curves(paths, labels: ["A", "B"]) }
    }

    @Test("the same result does not count twice")
    func twice() throws {
        try write("a/0.json")
        try write("a/1.json") { $0.count = 100 }
        #expect(throws: ResultError.self) { try ResultFile.curves([folder("a")]) }
    }

    @Test("results that lack what newer ones say are told apart by what they do say")
    func older() throws {
        try write("a/0.json") { $0.architecture = nil }
        try write("a/1.json") { $0.modelSHA256 = "1" }
        #expect(try ResultFile.curves([folder("a")]).count == 2)
    }

    @Test("a figure and a table over different prompts say so")
    func note() throws {
        try write("a.json")
        try write("b.json") { ($0.model, $0.data, $0.count) = ("b", "fedcba9876", 7) }
        let paths = [folder("a.json"), folder("b.json")]
        let curves = try ResultFile.curves(paths, labels: ["A", "B"])
        let expected =
            "Not measured on the same prompts: A on 100 prompts of data abcdef01 in the form 'lens'; "
            + "B on 7 prompts of data fedcba98 in the form 'lens'."
        #expect(try layerChart(curves, LayerChartOptions()).caption == expected)
        #expect(try layerTable(curves, LayerChartOptions()).hasSuffix("\n" + expected))
        #expect(
            figureMetadata(curves, title: nil, command: "").contains { $0.value == expected })
        try write("b.json") { $0.model = "b" }
        let alike = try ResultFile.curves(paths, labels: ["A", "B"])
        #expect(try layerChart(alike, LayerChartOptions()).caption == nil)
    }
}
