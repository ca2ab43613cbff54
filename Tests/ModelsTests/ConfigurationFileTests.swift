import Base
import Models
import Testing
import TestSupport

struct ConfigurationFileTests {
    private let folder: TemporaryFolder
    private var path: String { folder("config.json") }

    init() throws { folder = try TemporaryFolder() }

    private func read(_ text: String) throws -> ModelConfiguration {
        try writeFile(text, to: path)
        return try ModelConfiguration(path: path)
    }

    /// A Mamba-2 configuration with some keys replaced or added.
    private func mamba2(_ changes: String) -> String {
        """
        {"model_type": "mamba2", "hidden_size": 64, "num_hidden_layers": 6, "vocab_size": 520,
         "state_size": 16, "head_dim": 16, "num_heads": 8, "n_groups": 1, "expand": 2\(changes)}
        """
    }

    @Test("reads Hugging Face's keys, Infinity included")
    func huggingFace() throws {
        let read = try read(mamba2(#", "time_step_limit": [0.001, Infinity], "use_bias": true"#))
        #expect(read.family == "Mamba-2")
        let mixer = try #require(read.blocks[5].mixer(as: Mamba2Configuration.self))
        #expect(mixer.dtLimit == 0.001...Float.infinity)
        #expect(mixer.useBias)
        #expect(!read.tieEmbeddings)
        #expect(mixer.inProjRows == 128 + 160 + 8)
        #expect(mixer.innerNormGroups == 1)
    }

    @Test(
        "knows which blocks are differential",
        arguments: [
            (#""all""#, [0, 1, 2, 3, 4, 5]), (#""alternate""#, [0, 2, 4]), (#""quarter""#, [5]),
            (#""2""#, [4, 5]), ("3", [3, 4, 5]), (#""0""#, []),
        ])
    func placement(setting: String, blocks: [Int]) throws {
        let read = try read(mamba2(#", "diffmamba": true, "diffmamba_settings": \#(setting)"#))
        #expect(read.family == (blocks.isEmpty ? "Mamba-2" : "Diff-Mamba-2"))
        #expect((0..<6).filter { read.blocks[$0].isDifferential } == blocks)
        for block in blocks {
            let mixer = try #require(read.blocks[block].mixer(as: Mamba2Configuration.self))
            #expect(mixer.headDim == 8)
            #expect(mixer.dInner == 64)
            #expect(mixer.nHeads == 8)
        }
    }

    @Test("reads mamba_ssm's keys and pads the vocabulary")
    func mambaSSM() throws {
        let read = try read(
            """
            {"d_model": 64, "n_layer": 5, "vocab_size": 50277, "pad_vocab_size_multiple": 16,
             "ssm_cfg": {"layer": "Mamba2", "d_state": 16, "headdim": 16, "ngroups": 2}}
            """)
        #expect(read.layout == .mambaSSM)
        #expect(read.vocabSize == 50288)
        #expect(read.tieEmbeddings)
        let mixer = try #require(read.blocks[0].mixer(as: Mamba2Configuration.self))
        #expect(mixer.innerNormGroups == 2)
        #expect(try self.read(#"{"d_model": 64, "n_layer": 5}"#).family == "Mamba-1")
    }

    @Test("model_type decides where a file has the keys of both spellings")
    func bothSpellings() throws {
        let read = try read(mamba2(#", "d_model": 64, "n_layer": 9, "ssm_cfg": {}"#))
        #expect(read.layout == .huggingFace)
        #expect(read.family == "Mamba-2")
        #expect(read.nLayers == 6)
    }

    @Test(
        "refuses what it does not implement, naming key and value",
        arguments: [
            (#"{"model_type": "llama"}"#, "model_type", "llama"),
            (#"{"d_model": 8, "n_layer": 1, "d_intermediate": 32}"#, "d_intermediate", "32"),
            (#"{"d_model": 8, "n_layer": 1, "attn_layer_idx": [3]}"#, "attn_layer_idx", "[3]"),
            (#"{"d_model": 8, "n_layer": 1, "rms_norm": false}"#, "rms_norm", "false"),
            (
                #"{"d_model": 8, "n_layer": 1, "ssm_cfg": {"layer": "Mamba3"}}"#,
                "ssm_cfg.layer", "Mamba3"
            ),
            (
                #"{"d_model": 64, "n_layer": 1, "ssm_cfg": {"layer": "Mamba2", "d_ssm": 64}}"#,
                "ssm_cfg.d_ssm", "64"
            ),
        ])
    func unsupported(text: String, key: String, value: String) throws {
        let error = #expect(throws: ModelError.self) { try read(text) }
        guard case .unsupported(path, key, value, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.kind == .badData)
    }

    @Test("rms_norm changes nothing in transformers' layout, whose Mamba-2 always norms")
    func unusedNormKey() throws {
        #expect(try read(mamba2(#", "rms_norm": false"#)) == read(mamba2("")))
    }

    @Test("refuses options of Mamba-2 that it does not implement")
    func unsupportedMamba2() throws {
        for (change, key) in [
            (#", "hidden_act": "gelu""#, "hidden_act"),
            (#", "diffmamba": true, "diffmamba_settings": "odd""#, "diffmamba_settings"),
        ] {
            let error = #expect(throws: ModelError.self) { try read(mamba2(change)) }
            guard case .unsupported(_, key, _, _) = error else {
                Issue.record("\(change): \(String(describing: error))")
                continue
            }
        }
    }

    @Test(
        "refuses numbers that cannot be",
        arguments: [
            (#", "conv_kernel": 0"#, "conv_kernel"), (#", "layer_norm_epsilon": 0"#, "epsilon"),
            (#", "time_step_limit": [1, 0]"#, "time_step_limit"),
            (#", "state_size": 99999999999"#, "state_size"),
        ])
    func invalid(change: String, key: String) throws {
        let text = mamba2("").replacing("\"state_size\": 16,", with: "\"state_size\": 16,")
        let changed =
            key == "state_size"
            ? text.replacing("\"state_size\": 16", with: String(change.dropFirst(2)))
            : mamba2(change)
        let error = #expect(throws: ModelError.self) { try read(changed) }
        guard case .invalidValue(_, let found, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found.contains(key))
    }

    @Test("refuses heads that do not fill the inner width, and groups that do not divide heads")
    func inconsistent() throws {
        #expect(throws: ModelError.self) {
            try read(mamba2("").replacing("\"num_heads\": 8", with: "\"num_heads\": 7"))
        }
        #expect(throws: ModelError.self) {
            try read(mamba2("").replacing("\"n_groups\": 1", with: "\"n_groups\": 3"))
        }
    }

    @Test("says which key or file is missing")
    func missing() throws {
        #expect(throws: ModelError.missingKey(path: path, key: "model_type")) { try read("{}") }
        #expect(throws: ModelError.missingKey(path: path, key: "hidden_size")) {
            try read(#"{"model_type": "mamba"}"#)
        }
        let absent = folder("nowhere.json")
        #expect(throws: ModelError.missingConfiguration(path: absent)) {
            try ModelConfiguration(path: absent)
        }
        #expect(throws: FileError.self) { try read("[1, 2") }
        #expect(throws: FileError.self) {
            try read(#"{"model_type": "mamba", "hidden_size": "many"}"#)
        }
    }
}
