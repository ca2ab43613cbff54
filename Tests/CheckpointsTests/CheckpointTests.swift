import Base
import Checkpoints
import Foundation
import Tensors
import Testing
import TestSupport

@Suite struct CheckpointTests {
    private static func layout(_ name: String) -> String {
        Repository.golden("layouts/\(name)")
    }

    @Test(
        "every layout holds the weights of the plain one",
        arguments: ["transformers", "torch", "original"])
    func layoutsAgree(layout: String) throws {
        let plain = try Checkpoint(folder: Self.layout("plain"))
        let other = try Checkpoint(folder: Self.layout(layout))
        #expect(plain.names.count == 2 * 9 + 2)
        for name in plain.names {
            // The original layout spells this name in the singular.
            let spelling =
                layout == "original" ? name.replacing("embeddings", with: "embedding") : name
            let a = try plain.stored(name)
            let b = try other.stored(spelling)
            #expect(a.shape == b.shape && equalBytes(a, b), "\(name)")
        }
        // torch.save writes the tied head a second time, as a view of the same storage.
        #expect(other.contains("lm_head.weight") == (layout != "transformers"))
        #expect(other.names.count == plain.names.count + (layout == "transformers" ? 0 : 1))
    }

    @Test("bfloat16 weights are the upper halves of float32")
    func bfloat16() throws {
        let checkpoint = try Checkpoint(folder: Self.layout("bfloat16"))
        for name in checkpoint.names {
            let stored = try checkpoint.stored(name)
            #expect(stored.dtype == .bfloat16)
            let tensor = try checkpoint.float32(name, shape: stored.shape)
            let expected = bytes(stored).chunked(by: 2).flatMap { [0, 0] + $0 }
            #expect(bytes(StoredTensor(tensor)) == expected, "\(name)")
        }
    }

    @Test("float32 tensors are views of the mapped file")
    func viewsWithoutCopy() throws {
        let checkpoint = try Checkpoint(folder: Self.layout("plain"))
        let name = "backbone.norm_f.weight"
        let stored = try checkpoint.stored(name)
        let tensor = try checkpoint.float32(name, shape: stored.shape)
        withExtendedLifetime((tensor, stored)) {
            #expect(UnsafeRawPointer(tensor.pointer) == stored.bytes.baseAddress)
        }
    }

    @Test("what torch.save wrote of a lens is what safetensors wrote of it")
    func lensArtifact() throws {
        let lens = try Checkpoint(file: Repository.golden("lens/params.pt"))
        let same = try Checkpoint(file: Repository.golden("lens/golden.safetensors"))
        #expect(lens.names == ["0.bias", "0.weight", "1.bias", "1.weight"])
        for name in lens.names {
            #expect(equalBytes(try lens.stored(name), try same.stored(name)), "\(name)")
        }
    }

    @Test("hashes the weight files in order of their names")
    func hash() throws {
        let plain = try Checkpoint(folder: Self.layout("plain"))
        #expect(
            try plain.sha256()
                == SHA256.hex(ofFile: join(Self.layout("plain"), "model.safetensors")))
        let sharded = try Checkpoint(folder: Self.layout("transformers"))
        #expect(sharded.files.count == 2)
        let both = SHA256()
        for file in sharded.files { try both.update(contentsOf: file) }
        #expect(try sharded.sha256() == both.finalize())
    }

    @Test func refusalsOfOneTensor() throws {
        let folder = try TemporaryFolder()
        let path = folder("model.safetensors")
        try Safetensors.write(
            [
                ("backbone.layers.0.mixer.dt_bias", StoredTensor(Tensor([1, 2], shape: [2]))),
                ("input_ids", StoredTensor([7, 8, 9], shape: [3])),
            ], to: path)
        let checkpoint = try Checkpoint(folder: folder.path)
        let misspelled = "backbone.layers.0.mixer.dt_bais"
        let missing = CheckpointError.missingTensor(
            name: misspelled, path: folder.path, closest: "backbone.layers.0.mixer.dt_bias")
        #expect(throws: missing) { try checkpoint.stored(misspelled) }
        #expect("\(missing)".hasSuffix("no tensor '\(misspelled)'; did you mean '….dt_bias'?"))
        #expect(
            throws: CheckpointError.missingTensor(
                name: "zebra", path: folder.path, closest: nil)
        ) { try checkpoint.stored("zebra") }
        #expect(
            throws: CheckpointError.wrongShape(
                tensor: "backbone.layers.0.mixer.dt_bias", path: path, expected: [3],
                found: [2])
        ) { try checkpoint.float32("backbone.layers.0.mixer.dt_bias", shape: [3]) }
        #expect(
            throws: CheckpointError.notFloatingPoint(
                tensor: "input_ids", path: path, found: .int64)
        ) { try checkpoint.float32("input_ids", shape: [3]) }
        #expect(checkpoint.contains("input_ids") && !checkpoint.contains("input_id"))
    }

    @Test("weights of one variant are read; of several none is guessed at")
    func variants() throws {
        let folder = try TemporaryFolder()
        func write(_ name: String) throws {
            try Safetensors.write([("a", StoredTensor(Tensor(1)))], to: folder(name))
        }
        try write("model.fp16-00001-of-00001.safetensors")
        try writeFile(
            #"{"weight_map": {"a": "model.fp16-00001-of-00001.safetensors"}}"#,
            to: folder("model.safetensors.index.fp16.json"))
        #expect(try Checkpoint(folder: folder.path).variant == "fp16")
        #expect(try Checkpoint(folder: folder.path).names == ["a"])
        try write("model.bf16.safetensors")
        let error = CheckpointError.severalVariants(
            folder: folder.path,
            found: ["model.bf16.safetensors", "model.safetensors.index.fp16.json"])
        #expect(throws: error) { try Checkpoint(folder: folder.path) }
        try write("model.safetensors")
        #expect(try Checkpoint(folder: folder.path).variant == nil)
    }

    @Test("weights under another name are named")
    func otherNames() throws {
        let folder = try TemporaryFolder()
        for name in ["a.txt", "consolidated.safetensors", "model-00001-of-00002.safetensors"] {
            try writeFile("", to: folder(name))
        }
        let error = #expect(throws: CheckpointError.self) { try Checkpoint(folder: folder.path) }
        #expect(
            error?.description.contains(
                "found 'consolidated.safetensors', 'model-00001-of-00002.safetensors';") == true)
    }

    @Test("names that look the same and differ in their bytes are two tensors")
    func canonicallyEqualNames() throws {
        let folder = try TemporaryFolder()
        let names = ["caf\u{E9}", "cafe\u{301}"]
        try Safetensors.write(
            [
                (names[0], StoredTensor(Tensor([1], shape: [1]))),
                (names[1], StoredTensor(Tensor([2, 3], shape: [2]))),
            ], to: folder("model.safetensors"))
        let checkpoint = try Checkpoint(folder: folder.path)
        #expect(checkpoint.names.count == 2)
        #expect(try names.map { try checkpoint.stored($0).shape } == [[1], [2]])
        #expect(checkpoint.areDistinct { $0 })
        #expect(!checkpoint.areDistinct { _ in "a" })
    }

    @Test func refusalsOfPlaces() throws {
        let folder = try TemporaryFolder()
        #expect(
            throws: CheckpointError.noWeights(
                folder: folder.path,
                lookedFor: [
                    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
                    "pytorch_model.bin.index.json",
                ], found: [])
        ) { try Checkpoint(folder: folder.path) }
        #expect(throws: FileError.missing(path: folder("absent"))) {
            try Checkpoint(folder: folder("absent"))
        }
        try writeFile("version https://git-lfs", to: folder("pointer"))
        #expect(
            throws: CheckpointError.fileInsteadOfFolder(
                path: folder("pointer"), folder: folder.path)
        ) { try Checkpoint(folder: folder("pointer")) }
        #expect(
            throws: CheckpointError.unrecognisedFormat(
                path: folder("pointer"), firstBytes: Array("version ".utf8))
        ) { try Checkpoint(file: folder("pointer")) }
        try writeFile([0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC] as [UInt8], to: folder("old.bin"))
        #expect(throws: CheckpointError.legacyTorchFile(path: folder("old.bin"))) {
            try Checkpoint(file: folder("old.bin"))
        }
    }
}
