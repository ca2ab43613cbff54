import Base
import Checkpoints
import Foundation
import Models
import Tensors
import Testing
import TestSupport

/// The several ways in which programs save the same model.
struct ModelWeightsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Writes a small model with its tensors and its configuration changed.
    private func write(
        _ kind: SmallModel.Kind = .mamba2,
        tensors change: (inout [String: StoredTensor]) -> Void = { _ in },
        configuration: (String) -> String = { $0 }
    ) throws {
        try SmallModel.write(kind, to: folder("source"))
        var tensors = try Safetensors.read(folder("source/model.safetensors")).tensors
        change(&tensors)
        try Safetensors.write(
            tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
            metadata: ["format": "pt"], to: folder("model/model.safetensors"))
        let text = String(decoding: try readFile(folder("source/config.json")), as: UTF8.self)
        try writeFile(configuration(text), to: folder("model/config.json"))
    }

    private func logits(_ path: String, wholeWidthNorm: Bool = false) throws -> [Float] {
        let model = try LanguageModel(folder: path, wholeWidthNorm: wholeWidthNorm)
        var result: [Float] = []
        var hooks = Hooks()
        hooks.add(.logits) { result = Array($0.elements) }
        try model.run(TokenBatch([[1, 5, 9, 2, 70, 3]]), hooks: hooks)
        return result
    }

    @Test(
        "what all names begin with is taken off, and what is missing put in front",
        arguments: ["_orig_mod.", "module.", "model.", "student.model."])
    func prefixes(wrapper: String) throws {
        try write { tensors in
            tensors = Dictionary(uniqueKeysWithValues: tensors.map { (wrapper + $0.key, $0.value) })
        }
        #expect(try logits(folder("model")) == logits(folder("source")))
        let inspection = try Inspection(folder: folder("model"))
        #expect(inspection.problems.isEmpty && inspection.unexpected.isEmpty)
        #expect(inspection.notes.contains { $0.contains("'\(wrapper)'") })
    }

    @Test("wrappers are taken off wherever they stand, unless two names would become one")
    func wrappers() throws {
        func wrap(_ name: String) -> String {
            name.replacing(
                "layers.1.", with: "layers.1._fsdp_wrapped_module._checkpoint_wrapped_module."
            )
            .replacing("backbone.", with: "module.backbone._orig_mod.")
        }
        try write { tensors in
            tensors = Dictionary(uniqueKeysWithValues: tensors.map { (wrap($0.key), $0.value) })
        }
        #expect(try logits(folder("model")) == logits(folder("source")))
        let inspection = try Inspection(folder: folder("model"))
        #expect(inspection.problems.isEmpty && inspection.unexpected.isEmpty)
        #expect(inspection.notes.count == 1 && inspection.notes[0].contains("'_orig_mod.'"))

        try write { $0["backbone._orig_mod.norm_f.weight"] = $0["backbone.norm_f.weight"] }
        #expect(
            throws: ModelError.unexpectedTensors(
                path: folder("model"), names: ["backbone._orig_mod.norm_f.weight"])
        ) { try LanguageModel(folder: folder("model")) }
    }

    @Test("weights of one variant only are read, with a note")
    func variant() throws {
        try write()
        try FileManager.default.moveItem(
            atPath: folder("model/model.safetensors"),
            toPath: folder("model/model.fp16.safetensors"))
        #expect(try logits(folder("model")) == logits(folder("source")))
        #expect(try LanguageModel(folder: folder("model")).notes.contains { $0.contains("'fp16'") })
    }

    @Test("a tied head that is stored in an element type that nothing reads is an error")
    func foreignHead() throws {
        try write()
        let path = folder("model/model.safetensors")
        var bytes = [UInt8](try readFile(path))
        let count = 97 * 32
        let length = bytes.withUnsafeBytes { Int($0.loadUnaligned(as: UInt64.self)) }
        let end = bytes.count - 8 - length
        let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
            .trimmingCharacters(in: .whitespaces).dropLast()
        let entry =
            #","lm_head.weight":{"dtype":"F8_E4M3","shape":[97,32],"data_offsets":[\#(end),\#(end + count)]}}"#
        let text = Array((header + entry).utf8)
        bytes =
            withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
            + bytes[(8 + length)...] + [UInt8](repeating: 0x38, count: count)
        try writeFile(bytes, to: path)
        #expect(
            throws: CheckpointError.foreignDType(
                tensor: "lm_head.weight", path: path, found: "F8_E4M3")
        ) { try LanguageModel(folder: folder("model")) }
    }

    @Test("a backbone that was saved by itself", arguments: ["", "model."])
    func bareBackbone(prefix: String) throws {
        try write { tensors in
            tensors = Dictionary(
                uniqueKeysWithValues: tensors.map {
                    (prefix + $0.key.dropFirst("backbone.".count), $0.value)
                })
        }
        #expect(try logits(folder("model")) == logits(folder("source")))
    }

    @Test("of two models in one file that under the usual names is read, else none")
    func twoModels() throws {
        func renamed(_ name: String, _ prefix: String) -> String {
            prefix + name.dropFirst("backbone.".count)
        }
        for (first, second) in [("a.", "backbone."), ("ema.backbone.", "backbone.")] {
            try write { tensors in
                for (name, tensor) in tensors {
                    tensors[renamed(name, first)] = StoredTensor(Tensor(tensor.shape))
                    tensors[renamed(name, second)] = tensor
                }
            }
            #expect(try logits(folder("model")) == logits(folder("source")))
        }
        try write { tensors in
            tensors = tensors.reduce(into: [:]) {
                $0[renamed($1.key, "a.")] = $1.value
                $0[renamed($1.key, "b.")] = $1.value
            }
        }
        #expect(throws: CheckpointError.self) { try LanguageModel(folder: folder("model")) }
    }

    @Test("a wrapper's name on some tensors only is not guessed at")
    func mixedPrefixes() throws {
        try write { tensors in
            tensors = Dictionary(
                uniqueKeysWithValues: tensors.map { name, tensor in
                    (name.contains("norm_f") ? name : "student." + name, tensor)
                })
        }
        #expect(throws: CheckpointError.self) { try LanguageModel(folder: folder("model")) }
    }

    @Test("a stored head that differs from the embedding it is tied to is used, with a note")
    func differingHead() throws {
        let head = StoredTensor(
            Tensor(
                (0..<97 * 32).map { Float($0 % 13) / 13 }, shape: [97, 32]))
        try write { $0["lm_head.weight"] = head }
        let model = try LanguageModel(folder: folder("model"))
        #expect(model.notes.count == 1 && !model.configuration.tieEmbeddings)
        #expect(try logits(folder("model")) != logits(folder("source")))
        try write(
            tensors: { $0["lm_head.weight"] = head },
            configuration: {
                $0.replacing(
                    #""tie_word_embeddings": true"#, with: #""tie_word_embeddings": false"#)
            })
        let untied = try logits(folder("model"))
        try write { $0["lm_head.weight"] = head }
        #expect(try logits(folder("model")) == untied)
    }

    @Test("a head that equals the embedding, in whatever element type, is tied without a word")
    func equalHead() throws {
        try write { tensors in
            let embedding = tensors["backbone.embeddings.weight"]!.float32()!
            tensors["backbone.embeddings.weight"] = StoredTensor(bfloat16: embedding)
            tensors["lm_head.weight"] = StoredTensor(
                StoredTensor(bfloat16: embedding).float32()!)
        }
        #expect(try LanguageModel(folder: folder("model")).notes.isEmpty)
    }

    @Test("a tied head stored alone is the embedding too")
    func headAlone() throws {
        try write { $0["lm_head.weight"] = $0.removeValue(forKey: "backbone.embeddings.weight") }
        #expect(try logits(folder("model")) == logits(folder("source")))
        #expect(try LanguageModel(folder: folder("model")).notes.count == 1)
    }

    @Test("blocks that no tensor backs are an error, and nothing is made for them")
    func tooFewBlocks() throws {
        for count in [5, 100_000, 1 << 20] {
            try write(
                configuration: {
                    $0.replacing(
                        #""num_hidden_layers": 4"#, with: #""num_hidden_layers": \#(count)"#)
                })
            let error = ModelError.tooFewBlocks(path: folder("model"), found: 4, expected: count)
            #expect(throws: error) { try LanguageModel(folder: folder("model")) }
            #expect(throws: error) { try Inspection(folder: folder("model")) }
        }
    }

    @Test(
        "sizes that the tensors do not have are problems, however large",
        arguments: [
            (#""hidden_size": 32"#, #""hidden_size": 1048576"#),
            (#""vocab_size": 97"#, #""vocab_size": 1048576"#),
            (#""state_size": 16"#, #""state_size": 1048576"#),
            (#""head_dim": 16"#, #""head_dim": 1"#),
            (#""expand": 2"#, #""expand": 64"#),
            (#""expand": 2"#, #""conv_kernel": 256, "expand": 2"#),
        ])
    func sizes(old: String, new: String) throws {
        try write(configuration: { $0.replacing(old, with: new) })
        #expect(throws: (any Error).self) { try LanguageModel(folder: folder("model")) }
        let inspection = try? Inspection(folder: folder("model"))
        #expect(inspection?.problems.isEmpty != true)
    }

    @Test(
        "numbers that are not finite are named with their tensor and file",
        arguments: [
            "backbone.embeddings.weight", "backbone.norm_f.weight", "lm_head.weight",
            "backbone.layers.2.mixer.in_proj.weight", "backbone.layers.3.mixer.dt_bias",
        ], [Float.nan, .infinity, -.nan])
    func notFinite(name: String, value: Float) throws {
        try write { tensors in
            let embedding = tensors["backbone.embeddings.weight"]!.float32()!.copy()
            let damaged = (tensors[name]?.float32() ?? embedding).copy()
            damaged.pointer[damaged.count - 1] = value
            tensors[name] = StoredTensor(damaged)
        }
        let error = CheckpointError.notFinite(
            tensor: name, path: folder("model/model.safetensors"),
            found: value.isNaN ? "nan" : "inf")
        #expect(throws: error) { try LanguageModel(folder: folder("model")) }
        #expect(
            try Inspection(folder: folder("model")).problems.map(\.description)
                == [error.description])
    }

    @Test("both lines of transformers: spellings of config.json, shards, other files beside")
    func transformersFolders() throws {
        let version4 = #", "torch_dtype": "float32", "transformers_version": "4.57.1"}"#
        let version5 = #", "dtype": "float32", "transformers_version": "5.24.0"}"#
        func ending(_ text: String, _ end: String) -> String {
            text.trimmingCharacters(in: .whitespacesAndNewlines).dropLast() + end
        }
        try write(.grouped, configuration: { ending($0, version4) })
        let expected = try logits(folder("model"))
        try write(
            .grouped,
            configuration: {
                ending(
                    $0.replacing("Infinity", with: #"{"__float__": "Infinity"}"#), version5)
            })
        try writeFile(
            #"{"_from_model_config": true, "eos_token_id": 2, "transformers_version": "5.24.0"}"#,
            to: folder("model/generation_config.json"))
        #expect(try logits(folder("model")) == expected)

        // As save_pretrained with a small max_shard_size, one tensor a file.
        let whole = folder("model/model.safetensors")
        let tensors = try Safetensors.read(whole).tensors.sorted { $0.key < $1.key }
        var places: [String] = []
        for (index, (name, tensor)) in tensors.enumerated() {
            let shard = "model-\(index)-of-\(tensors.count).safetensors"
            try Safetensors.write(
                [(name, tensor)], metadata: ["format": "pt"], to: folder("model/\(shard)"))
            places.append("\"\(name)\": \"\(index % 2 == 0 ? "" : "./")\(shard)\"")
        }
        unlink(whole)
        places.append(#""lm_head.weight": "model-0-of-\#(tensors.count).safetensors""#)
        try writeFile(
            """
            {"metadata": {"total_parameters": 1, "total_size": 4},
             "weight_map": {\(places.joined(separator: ", "))}}
            """, to: folder("model/model.safetensors.index.json"))
        #expect(try logits(folder("model")) == expected)
    }

    @Test("the norm of several groups: group by group, or over the whole width where one says so")
    func gatedNorm() throws {
        try SmallModel.write(.grouped, to: folder("model"))
        let grouped = try logits(folder("model"))
        let whole = try logits(folder("model"), wholeWidthNorm: true)
        let largest = grouped.map(abs).max() ?? 0
        #expect(zip(grouped, whole).contains { abs($0 - $1) > 0.01 * largest })

        let path = folder("model/config.json")
        let text = String(decoding: try readFile(path), as: UTF8.self)
        func reading(_ key: String) throws -> ModelConfiguration {
            try writeFile(text.replacing("{\"hidden", with: "{\(key), \"hidden"), to: path)
            return try ModelConfiguration(path: path)
        }
        #expect(
            try reading(#""gated_norm_groups": 1"#).gatedNorm == "over the whole width"
        )
        #expect(try logits(folder("model")) == whole)
        #expect(try reading(#""gated_norm_groups": 2"#).gatedNorm == "group by group")
        #expect(throws: ModelError.self) { try reading(#""gated_norm_groups": 3"#) }
    }
}
