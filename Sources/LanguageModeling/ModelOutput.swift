import Checkpoints
import Files
import Foundation
import StateSpaceModels
import Tensors

/// A model folder as transformers' `Mamba2ForCausalLM` loads it.
package struct ModelOutput {
    private let configuration: String

    /// - Parameters:
    ///   - path: the `config.json` that training started from, whose every key is kept.
    ///   - placement: the differential blocks that training adds to it; nil for none.
    /// - Throws: `LanguageModelingError.notTrainable` for families and layouts without training.
    package init(
        configurationFile path: String, _ configuration: ModelConfiguration,
        adding placement: DifferentialPlacement?
    ) throws {
        guard configuration.family != .mamba1, configuration.layout == .huggingFace else {
            throw LanguageModelingError.notTrainable(
                path: path,
                found:
                    "\(configuration.family.rawValue) in \(configuration.layout.rawValue)'s layout")
        }
        let text = String(decoding: try readFile(path), as: UTF8.self)
        guard let placement, let brace = text.firstIndex(of: "{") else {
            self.configuration = text
            return
        }
        // As text, since a limit of Infinity does not survive a JSON reader.
        self.configuration =
            text[...brace]
            + "\n  \"diffmamba\": true,\n  \"diffmamba_settings\": \"\(placement)\","
            + text[text.index(after: brace)...]
    }

    /// Whether a folder holds a model.
    package static func exists(in folder: String) -> Bool {
        fileExists(join(folder, "model.safetensors"))
    }

    /// Writes the configuration, the tokenizer's file and last the weights, which make the folder a
    /// model.
    package func write(_ parameters: Parameters, tokenizer: String, to folder: String) throws {
        try writeFile(configuration, to: join(folder, "config.json"))
        try writeFile(readFile(tokenizer), to: join(folder, "tokenizer.json"))
        try Safetensors.write(
            parameters.named.map { ($0.name, StoredTensor($0.value)) }, metadata: ["format": "pt"],
            to: join(folder, "model.safetensors"))
    }

    /// Makes a folder no model, before another one is trained in it.
    package static func retract(from folder: String) throws {
        try FileManager.default.removeItem(atPath: join(folder, "model.safetensors"))
    }
}
