import Checkpoints
import Files
import Foundation
import StateSpaceModels
import Tensors

/// A model folder as transformers' `Mamba2ForCausalLM` loads it.
package struct ModelOutput {
    private let configuration: String
    private let dtype: DType

    /// - Parameters:
    ///   - path: the `config.json` that training started from, whose every key is kept but the one
    ///     that names the weights' element type.
    ///   - placement: the differential blocks that training adds to it; nil for none.
    ///   - dtype: of all the weights, as in what `save_pretrained` of transformers writes: float32,
    ///     or bfloat16, to which they are rounded.
    /// - Throws: `LanguageModelingError.notTrainable` for families and layouts without training.
    package init(
        configurationFile path: String, _ configuration: ModelConfiguration,
        adding placement: DifferentialPlacement?, dtype: DType = .float32
    ) throws {
        precondition(dtype == .float32 || dtype == .bfloat16, "weights of \(dtype)")
        guard configuration.family != .mamba1, configuration.layout == .huggingFace else {
            throw LanguageModelingError.notTrainable(
                path: path,
                found:
                    "\(configuration.family.rawValue) in \(configuration.layout.rawValue)'s layout")
        }
        // As text, since a limit of Infinity does not survive a JSON reader.
        var text = String(decoding: try readFile(path), as: UTF8.self)
        if let placement {
            text = adding(
                "\"diffmamba\": true,\n  \"diffmamba_settings\": \"\(placement)\"", to: text)
        }
        self.dtype = dtype
        self.configuration = naming(dtype, in: text)
    }

    /// Writes the configuration, the tokenizer's file and last the weights, which make the folder a
    /// model.
    package func write(_ parameters: Parameters, tokenizer: String, to folder: String) throws {
        try writeFile(configuration, to: join(folder, "config.json"))
        try writeFile(readFile(tokenizer), to: join(folder, "tokenizer.json"))
        try Safetensors.write(
            parameters.named.map {
                (
                    $0.name,
                    dtype == .bfloat16 ? StoredTensor(bfloat16: $0.value) : StoredTensor($0.value)
                )
            }, metadata: ["format": "pt"], to: join(folder, "model.safetensors"))
    }
}

/// Puts keys at the beginning of the text of a JSON object.
private func adding(_ keys: String, to text: String) -> String {
    guard let brace = text.firstIndex(of: "{") else { return text }
    return text[...brace] + "\n  \(keys)," + text[text.index(after: brace)...]
}

/// Says the weights' element type under `dtype`, as transformers does since 4.56, or where `text`
/// says it already, be it under the older `torch_dtype`.
private func naming(_ dtype: DType, in text: String) -> String {
    let name = dtype == .bfloat16 ? "bfloat16" : "float32"
    let entry = /"(torch_dtype|dtype)"\s*:\s*(?:"[^"]*"|null)/
    guard text.contains(entry) else { return adding("\"dtype\": \"\(name)\"", to: text) }
    return text.replacing(entry) { "\"\($0.output.1)\": \"\(name)\"" }
}
