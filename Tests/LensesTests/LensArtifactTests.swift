import Base
import Checkpoints
import Foundation
import Lenses
import Models
import Tensors
import Testing
import TestSupport

struct LensArtifactTests {
    private let setup: SmallSetup
    private let lens: Lens
    private let folder: TemporaryFolder

    init() throws {
        setup = try SmallSetup()
        lens = Lens(zeroFor: setup.model.configuration)
        var random = TestRandom(seed: 8)
        for i in 0..<lens.weight.count { lens.weight.pointer[i] = random.normal() }
        for i in 0..<lens.bias.count { lens.bias.pointer[i] = random.normal() }
        folder = try TemporaryFolder()
        try LensArtifact.write(lens, for: setup.model, to: folder.path)
    }

    @Test("the hash of a lens is that of the file with its parameters")
    func hash() throws {
        for file in ["params.pt", "params.safetensors"] {
            let read = try LensArtifact.readWithHash(folder.path, for: setup.model)
            #expect(try read.sha256 == SHA256.hex(ofFile: folder(file)))
            try? FileManager.default.removeItem(atPath: folder("params.pt"))
        }
    }

    private func changeConfiguration(_ change: (inout [String: Any]) -> Void) throws {
        let path = folder("config.json")
        let object = try JSONSerialization.jsonObject(with: readFile(path))
        var configuration = try #require(object as? [String: Any])
        change(&configuration)
        try writeFile(try JSONSerialization.data(withJSONObject: configuration), to: path)
    }

    @Test("reads back what it wrote, from either parameter file")
    func roundTrip() throws {
        for file in ["params.pt", "params.safetensors"] {
            let read = try LensArtifact.read(folder.path, for: setup.model)
            #expect(Array(read.weight.elements) == Array(lens.weight.elements), "\(file)")
            #expect(Array(read.bias.elements) == Array(lens.bias.elements), "\(file)")
            try? FileManager.default.removeItem(atPath: folder("params.pt"))
        }
    }

    @Test("names base model, sizes and hash as upstream does, in upstream's order")
    func configuration() throws {
        let text = String(decoding: try readFile(folder("config.json")), as: UTF8.self)
        let name = setup.model.name
        let hash = unembeddingHash(setup.model.unembedding.weight)
        #expect(
            text == """
                {"base_model_name_or_path": "\(name)", "d_model": 32, "num_hidden_layers": 4, \
                "bias": true, "base_model_revision": null, "unembed_hash": "\(hash)", \
                "lens_type": "linear_tuned_lens"}

                """)
    }

    @Test("refuses a lens of another unembedding unless told to take it")
    func otherUnembedding() throws {
        try changeConfiguration { $0["unembed_hash"] = "abc" }
        #expect(throws: LensError.self) { try LensArtifact.read(folder.path, for: setup.model) }
        #expect(throws: Never.self) {
            try LensArtifact.read(folder.path, for: setup.model, allowOtherModel: true)
        }
    }

    @Test("accepts a missing hash and keys it does not know, as hosted artifacts have them")
    func missingHash() throws {
        try changeConfiguration {
            $0["unembed_hash"] = nil
            $0["something_else"] = 1
        }
        #expect(throws: Never.self) { try LensArtifact.read(folder.path, for: setup.model) }
    }

    @Test("refuses other sizes and kinds, and says which file is missing")
    func wrong() throws {
        let path = folder("config.json")
        try changeConfiguration { $0["d_model"] = 64 }
        #expect(
            throws: LensError.wrongSize(path: path, key: "d_model", found: 64, expected: 32)
        ) { try LensArtifact.read(folder.path, for: setup.model) }
        try changeConfiguration { $0["lens_type"] = "other" }
        #expect(throws: LensError.wrongKind(path: path, found: "other")) {
            try LensArtifact.read(folder.path, for: setup.model)
        }
        let empty = try TemporaryFolder()
        #expect(throws: LensError.missingFile(path: empty("config.json"))) {
            try LensArtifact.read(empty.path, for: setup.model)
        }
        try writeFile(#"{"model_type": "mamba2"}"#, to: empty("config.json"))
        #expect(throws: LensError.model(path: empty("config.json"))) {
            try LensArtifact.read(empty.path, for: setup.model)
        }
        for (name, closest) in [
            ("Logit", "logit"), (empty("lense"), empty("lenses")), (empty("other"), nil),
        ] {
            try createFolder(empty("lenses"))
            #expect(throws: LensError.missingFolder(path: name, closest: closest)) {
                try LensArtifact.read(name, for: setup.model)
            }
        }
    }

    @Test("reads a lens as torch.save writes it, for the model it was made for")
    func reference() throws {
        let model = try LanguageModel(folder: Repository.golden("layouts/plain"))
        let lens = try LensArtifact.read(Repository.golden("lens"), for: model)
        let golden = try TensorFile(golden: "lens/golden")
        #expect(lens.layerCount == 2)
        for layer in 0..<2 {
            #expect(
                try lens.weight[layer].elements.map(Double.init)
                    == golden.values("\(layer).weight"))
            #expect(
                try lens.bias[layer].elements.map(Double.init) == golden.values("\(layer).bias"))
        }
        let other = try LanguageModel(folder: Repository.golden("layouts/all"))
        #expect(throws: LensError.self) {
            try LensArtifact.read(Repository.golden("lens"), for: other)
        }
    }
}
