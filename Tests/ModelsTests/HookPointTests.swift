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

    @Test(
        "kinds stand for all points, in the blocks that have them",
        arguments: SmallModel.Kind.allCases)
    func kinds(kind: SmallModel.Kind) throws {
        let configuration = try configuration(kind)
        let kinds = configuration.hookKinds
        var found: [HookPoint] = []
        for kind in kinds {
            let points = try configuration.hookPoints(matching: kind.pattern)
                .filter { $0.captured(configuration) == kind.shape }
            #expect(points.compactMap(\.block) == kind.blocks)
            #expect(points.allSatisfy { $0.meaning == kind.meaning && !kind.meaning.isEmpty })
            found += points
        }
        #expect(Set(found) == Set(configuration.hookPoints))
        #expect(found.count == configuration.hookPoints.count)
        #expect(kinds.first?.pattern == "hook_embed" && kinds.last?.pattern == "logits")
        let residual = kinds.map(\.pattern).filter { $0.contains("resid") }
        #expect(residual == ["blocks.*.hook_resid_pre", "blocks.*.hook_resid_post"])
        #expect(kinds[kinds.count - 3].pattern == "blocks.*.hook_resid_post")
    }

    @Test("blocks are told as ranges")
    func ranges() throws {
        let kinds = try configuration(.diffAlternate).hookKinds
        #expect(kinds.first { $0.pattern.hasSuffix("lambda") }?.ranges == "0,2")
        #expect(kinds.first { $0.pattern.hasSuffix("resid_pre") }?.ranges == "0-3")
        #expect(kinds[0].ranges.isEmpty)
    }

    @Test("parameters come with what is computed with them, and with nothing else")
    func companions() throws {
        let configuration = try configuration(.diffAlternate)
        func companions(_ points: HookPoint...) -> [HookPoint] {
            Array(configuration.withParameters(points).dropFirst(points.count))
        }
        #expect(
            companions(.mixer(.C, block: 1)) == [.mixer(.A, block: 1), .mixer(.D, block: 1)])
        #expect(
            companions(.mixer(.dt, block: 2, index: 2)) == [
                .mixer(.A, block: 2, index: 2), .mixer(.D, block: 2, index: 2), .lambda(block: 2),
            ])
        #expect(companions(.mixer(.outProj, block: 0, index: 1)) == [.lambda(block: 0)])
        #expect(companions(.subln(block: 2), .residPost(block: 2)) == [.lambda(block: 2)])
        #expect(companions(.mixer(.z, block: 1), .logits) == [])
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
