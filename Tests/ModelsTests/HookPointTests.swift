import Models
import Testing
import TestSupport

struct HookPointTests {
    private func configuration(_ kind: SmallModel.Kind) throws -> ModelConfiguration {
        let folder = try TemporaryFolder()
        try SmallModel.write(kind, to: folder.path)
        return try ModelConfiguration(path: folder("config.json"))
    }

    @Test("prints the names of TransformerLens")
    func names() {
        #expect(HookPoint.embed.description == "hook_embed")
        #expect(HookPoint.residPre(block: 3).description == "blocks.3.hook_resid_pre")
        #expect(HookPoint.residPost(block: 3).description == "blocks.3.hook_resid_post")
        #expect(
            HookPoint.mixer(.inProj, block: 3, index: 1).description
                == "blocks.3.mixer_1.in_proj.hook_out")
        #expect(HookPoint.mixer(.dt, block: 0).description == "blocks.0.mixer.hook_dt")
        #expect(HookPoint.logits.description == "logits")
    }

    @Test("no two points of a model have one name", arguments: SmallModel.Kind.allCases)
    func unique(kind: SmallModel.Kind) throws {
        let names = try configuration(kind).hookPoints.map(\.description)
        #expect(Set(names).count == names.count)
    }

    @Test("matches patterns as a shell does")
    func patterns() throws {
        let configuration = try configuration(.diffAlternate)
        #expect(
            try configuration.hookPoints(matching: "blocks.[02].hook_lambda")
                == [.lambda(block: 0), .lambda(block: 2)])
        #expect(
            try configuration.hookPoints(matching: "blocks.*.hook_resid_post").count == 4)
        #expect(try configuration.hookPoints(matching: "logits") == [.logits])
        #expect(
            try configuration.hookPoints(matching: "*").count == configuration.hookPoints.count)
    }

    @Test(
        "a pattern without a match names a few that are like it",
        arguments: [
            ("blocks.*.resid_post", ["blocks.*.hook_resid_post"]),
            ("blocks.1.resid", ["blocks.1.hook_resid_pre", "blocks.1.hook_resid_post"]),
            ("hook_resid_pre", ["blocks.*.hook_resid_pre"]),
            ("blocks.9.hook_resid_pre", ["blocks.3.hook_resid_pre"]),
            ("blocks.*.hook_rsid_pre", ["blocks.*.hook_resid_pre"]),
            ("Logits", ["logits"]), ("nothing", []), ("", []), ("x", []),
        ])
    func noMatch(pattern: String, closest: [String]) throws {
        let configuration = try configuration(.mamba2)
        #expect(throws: ModelError.unknownHook(pattern: pattern, closest: closest)) {
            try configuration.hookPoints(matching: pattern)
        }
    }

    @Test("values have as many elements as is said beforehand", arguments: SmallModel.Kind.allCases)
    func elementCounts(kind: SmallModel.Kind) throws {
        let folder = try TemporaryFolder()
        try SmallModel.write(kind, to: folder.path)
        let model = try LanguageModel(folder: folder.path)
        var counts: [HookPoint: Int] = [:]
        var hooks = Hooks()
        for point in model.configuration.hookPoints {
            hooks.add(point) { counts[point] = $0.count }
        }
        try model.run(TokenBatch([[1, 2, 3], [4, 5, 6]]), hooks: hooks)
        #expect(counts.count == model.configuration.hookPoints.count)
        for (point, count) in counts {
            #expect(
                point.elementCount(positions: 6, sequences: 2, model.configuration) == count,
                "\(point)")
        }
    }
}
