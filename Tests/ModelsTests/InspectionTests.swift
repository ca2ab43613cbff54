import Base
import Checkpoints
import Models
import Tensors
import Testing
import TestSupport

struct InspectionTests {
    /// Writes the small Mamba-2 with its tensors changed by `change`.
    private func write(
        to folder: TemporaryFolder, _ change: (inout [String: StoredTensor]) -> Void
    ) throws {
        try SmallModel.write(.mamba2, to: folder.path)
        let path = folder("model.safetensors")
        var tensors = try Safetensors.read(path).tensors
        change(&tensors)
        let changed = folder("changed.safetensors")
        try Safetensors.write(
            tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, metadata: [:],
            to: changed)
        try writeFile(try readFile(changed), to: path)
    }

    @Test("finds nothing wrong with a whole model")
    func whole() throws {
        let folder = try TemporaryFolder()
        try SmallModel.write(.diffAlternate, to: folder.path)
        let inspection = try Inspection(folder: folder.path)
        #expect(inspection.problems.isEmpty)
        #expect(inspection.unexpected.isEmpty)
        #expect(inspection.dtypes.map(\.dtype) == ["F32"])
        let total = try inspection.checkpoint.names.reduce(0) {
            $0 + (try inspection.checkpoint.stored($1).count)
        }
        #expect(inspection.parameterCount == total)
        let model = try #require(inspection.model)
        #expect(model.blocks.map { $0.differential != nil } == [true, false, true, false])
    }

    @Test("lists all missing, misshapen and unexpected tensors")
    func broken() throws {
        let folder = try TemporaryFolder()
        try write(to: folder) { tensors in
            tensors["backbone.layers.1.mixer.dt_bais"] =
                tensors.removeValue(forKey: "backbone.layers.1.mixer.dt_bias")
            tensors["backbone.norm_f.weight"] = StoredTensor(Tensor(31))
        }
        let inspection = try Inspection(folder: folder.path)
        #expect(inspection.unexpected == ["backbone.layers.1.mixer.dt_bais"])
        #expect(inspection.problems.count == 3)
        let sentences = inspection.problems.map(\.description).joined(separator: "\n")
        #expect(sentences.contains("no tensor 'backbone.layers.1.mixer.dt_bias'; did you mean"))
        #expect(sentences.contains("1 tensor has no place in the model"))
        #expect(throws: CheckpointError.self) { try LanguageModel(folder: folder.path) }
    }

    @Test("accepts the older name of the embedding and a stored tied head")
    func legacy() throws {
        let folder = try TemporaryFolder()
        try write(to: folder) { tensors in
            let embedding = tensors.removeValue(forKey: "backbone.embeddings.weight")
            tensors["backbone.embedding.weight"] = embedding
            tensors["lm_head.weight"] = embedding
        }
        #expect(try Inspection(folder: folder.path).unexpected.isEmpty)
        #expect(throws: Never.self) { try LanguageModel(folder: folder.path) }
    }
}
