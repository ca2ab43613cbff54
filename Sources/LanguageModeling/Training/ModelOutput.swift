import Base
import Checkpoints
import Foundation
import Models
import Tensors

/// A model folder as transformers loads it.
package struct ModelOutput {
    private let configuration: String
    private let dtype: DType

    /// - Parameters:
    ///   - path: the `config.json` that training started from, whose every key is kept but the one
    ///     that names the weights' element type.
    ///   - placement: the differential blocks that training adds to it; nil for none.
    ///   - dtype: of all the weights, as in what `save_pretrained` of transformers writes: float32,
    ///     or bfloat16, to which they are rounded.
    /// - Throws: `LanguageModelingError.notTrainable` for another layout than Hugging Face's.
    package init(
        configurationFile path: String, _ configuration: ModelConfiguration,
        adding placement: DifferentialPlacement?, dtype: DType = .float32
    ) throws {
        precondition(dtype == .float32 || dtype == .bfloat16, "weights of \(dtype)")
        guard configuration.layout == .huggingFace else {
            throw LanguageModelingError.notTrainable(
                path: path, found: configuration.layout.rawValue)
        }
        // As text, which keeps the order and the numbers as they are spelled.
        var text = JSONText(String(decoding: try readFile(path), as: UTF8.self))
        if let placement {
            text.set("diffmamba_settings", to: "\"\(placement)\"")
            text.set("diffmamba", to: "true")
        }
        text.set("tie_word_embeddings", to: "\(configuration.tieEmbeddings)")
        for (key, value) in configuration.blocks.first?.configurationKeys ?? [] {
            text.set(key, to: value)
        }
        // As transformers does since 4.56, or where the text says it already, be it under the older name.
        let names = ["torch_dtype", "dtype"].filter(text.contains)
        for name in names.isEmpty ? ["dtype"] : names {
            text.set(name, to: dtype == .bfloat16 ? "\"bfloat16\"" : "\"float32\"")
        }
        self.dtype = dtype
        self.configuration = text.text
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
