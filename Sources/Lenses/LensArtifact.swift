import Base
import Checkpoints
import Foundation
import Models
import Results
import Tensors

/// The folder in which a lens is stored, as Python's tuned-lens 0.2 reads and writes it:
/// `config.json`, `params.pt` with `"{i}.weight"` and `"{i}.bias"`; `params.safetensors` holds the
/// same tensors.
package enum LensArtifact {
    /// What only the configuration of a model has.
    private struct ModelMarker: Decodable {
        let type: String?

        enum CodingKeys: String, CodingKey { case type = "model_type" }
    }

    /// Reads a lens for `model`.
    ///
    /// - Parameter allowOtherModel: accept an `unembed_hash` that is not the model's. A missing
    ///   hash is always accepted, as hosted artifacts have none.
    /// - Throws: `LensError`, `CheckpointError`, `FileError`.
    package static func read(
        _ folder: String, for model: LanguageModel, allowOtherModel: Bool = false
    ) throws -> Lens {
        try readWithHash(folder, for: model, allowOtherModel: allowOtherModel).lens
    }

    /// The lens as `read` gives it, and the SHA-256 of the file with its parameters, of the bytes that
    /// were read.
    package static func readWithHash(
        _ folder: String, for model: LanguageModel, allowOtherModel: Bool = false
    ) throws -> (lens: Lens, sha256: String) {
        let path = join(folder, "config.json")
        guard fileExists(folder) else {
            throw LensError.missingFolder(
                path: folder,
                closest: closestName(to: folder.lowercased(), among: ["logit"])
                    ?? closestFolder(to: folder))
        }
        guard fileExists(path) else { throw LensError.missingFile(path: path) }
        guard try decodeJSON(ModelMarker.self, from: path).type == nil else {
            throw LensError.model(path: path)
        }
        let configuration = try decodeJSON(LensConfiguration.self, from: path)
        if let type = configuration.lensType, type != LensConfiguration.linearTunedLens {
            throw LensError.wrongKind(path: path, found: type)
        }
        let (layers, d) = (model.configuration.nLayers, model.configuration.dModel)
        for (key, found, expected) in [
            ("d_model", configuration.dModel, d),
            ("num_hidden_layers", configuration.numHiddenLayers, layers),
        ] where found != expected {
            throw LensError.wrongSize(path: path, key: key, found: found, expected: expected)
        }
        if let found = configuration.unembedHash, !allowOtherModel {
            let expected = unembeddingHash(model.unembedding.weight)
            guard found == expected else {
                throw LensError.otherUnembedding(path: path, found: found, expected: expected)
            }
        }

        let parameters = try Checkpoint(file: try parametersPath(folder))
        let weight = Tensor(layers, d, d)
        let bias = Tensor(layers, d)
        for layer in 0..<layers {
            for (name, place) in [("weight", weight[layer]), ("bias", bias[layer])] {
                let stored = try parameters.float32("\(layer).\(name)", shape: place.shape)
                try parameters.requireFinite(stored, "\(layer).\(name)")
                place.assign(stored)
            }
        }
        return (Lens(weight: weight, bias: bias), try parameters.sha256())
    }

    private static func parametersPath(_ folder: String) throws -> String {
        for name in ["params.pt", "params.safetensors"] where fileExists(join(folder, name)) {
            return join(folder, name)
        }
        throw LensError.missingFile(path: join(folder, "params.pt"))
    }

    /// Writes the folder; `config.json` comes last, so that a folder with one is complete.
    ///
    /// - Parameter recipe: its name, which goes into the metadata of `params.safetensors`.
    package static func write(
        _ lens: Lens, for model: LanguageModel, recipe: String? = nil, to folder: String
    ) throws {
        let tensors = (0..<lens.layerCount).flatMap { layer in
            [
                (name: "\(layer).weight", tensor: lens.weight[layer]),
                (name: "\(layer).bias", tensor: lens.bias[layer]),
            ]
        }
        try TorchArchive.write(tensors, to: join(folder, "params.pt"))
        try Safetensors.write(
            tensors.map { ($0.name, StoredTensor($0.tensor)) },
            metadata: ["format": "pt"].merging(recipe.map { ["recipe": $0] } ?? [:]) { $1 },
            to: join(folder, "params.safetensors"))
        let configuration = LensConfiguration(
            baseModelNameOrPath: model.name, dModel: lens.dModel, numHiddenLayers: lens.layerCount,
            unembedHash: unembeddingHash(model.unembedding.weight))
        try writeFile(configuration.text, to: join(folder, "config.json"))
    }
}
