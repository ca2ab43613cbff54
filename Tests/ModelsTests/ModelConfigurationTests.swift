import Base
import Models
import Testing
import TestSupport

struct ModelConfigurationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ changes: [String: String]) throws -> ModelConfiguration {
        let keys = [
            "model_type": #""mamba2""#, "hidden_size": "64", "num_hidden_layers": "4",
            "vocab_size": "100", "state_size": "16", "head_dim": "16", "num_heads": "8",
            "n_groups": "2",
        ].merging(changes) { _, new in new }
        let text = keys.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
        try writeFile("{\(text.joined(separator: ", "))}", to: folder("config.json"))
        return try ModelConfiguration(path: folder("config.json"))
    }

    @Test("the identity covers what the weights do not say")
    func identity() throws {
        let identities = try [
            [:], ["gated_norm_groups": "1"], ["layer_norm_epsilon": "1e-6"],
            ["time_step_limit": "[0, 1]"], ["head_dim": "32", "num_heads": "4"],
            ["diffmamba": "true", "diffmamba_settings": #""quarter""#],
            ["num_hidden_layers": "5"],
        ].map { try read($0).identity }
        #expect(Set(identities).count == identities.count)
        #expect(try identities[0] == read([:]).identity)
        #expect(identities[1]["gated_norm"] == "over the whole width")
    }

    @Test(
        "the architecture says which blocks are differential",
        arguments: [
            ("all", 4, "Diff-Mamba-2 (all), 4 blocks"),
            ("alternate", 4, "Diff-Mamba-2 (alternate), 4 blocks"),
            ("quarter", 4, "Diff-Mamba-2 (quarter), 4 blocks"),
            ("2", 4, "Diff-Mamba-2 (last 2), 4 blocks"), ("0", 4, "Mamba-2, 4 blocks"),
            ("quarter", 1, "Mamba-2, 1 block"),
        ])
    func architecture(setting: String, blocks: Int, words: String) throws {
        let configuration = try read([
            "diffmamba": "true", "diffmamba_settings": #""\#(setting)""#,
            "num_hidden_layers": "\(blocks)",
        ])
        #expect(
            configuration.architecture
                == "\(words), d_model 64, d_inner 128, d_state 16, vocabulary 100")
    }

    @Test("mixers in words: each kind once, those of ordinary blocks first")
    func mixers() throws {
        let configuration = try read([
            "diffmamba": "true", "use_bias": "true", "time_step_limit": "[0.5, 1]",
        ])
        let rest = "d_state 16, conv 4, 2 groups, gated norm group by group, projection biases"
        #expect(
            configuration.mixers.map { "\($0.title): \($0.description)" } == [
                "mixer: 8 heads of 16, d_inner 128, \(rest), dt in 0.5...1.0",
                "differential mixers: 8 heads of 8, d_inner 64, \(rest), dt in 0.5...1.0",
            ])
    }

    @Test("only a Mamba-2 without differential blocks is converted")
    func conversion() throws {
        let plain = try read([:])
        let converted = try #require(plain.converted(to: .alternate))
        #expect(try converted == read(["diffmamba": "true"]))
        #expect(converted.converted(to: .all) == nil)
        try SmallModel.write(.mamba1, to: folder.path)
        #expect(try ModelConfiguration(path: folder("config.json")).converted(to: .all) == nil)
    }
}
