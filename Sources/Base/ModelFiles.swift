/// Whether a file that is to be written would be taken for a part of the model or lens in its folder.
///
/// Programs find those parts by their names, the first of several that there are: a new
/// `model.safetensors` would stand before a `pytorch_model.bin`.
///
/// - Returns: the file by which the folder is one of a model or lens; nil if there is no danger.
func modelPart(beside path: String) -> String? {
    let folder = parentFolder(of: path)
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    guard isModelPart(name) else { return nil }
    // A tokenizer may be made for a configuration; that of weights is what they were trained with.
    let isTokenizer = tokenizerParts.contains(name)
    return (isTokenizer ? weights : weights + ["config.json"]).first {
        $0 != name && isNamed(join(folder.isEmpty ? "." : folder, $0))
    }
}

private let weights = [
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
    "pytorch_model.bin.index.json", "params.pt", "params.safetensors",
]

private let tokenizerParts = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"]

private func isModelPart(_ name: String) -> Bool {
    if (weights + tokenizerParts + ["config.json", "generation_config.json"]).contains(name) {
        return true
    }
    // Shards, variants, and their indexes.
    return ["model.", "model-", "pytorch_model.", "pytorch_model-"].contains { name.hasPrefix($0) }
        && [".safetensors", ".bin", ".json"].contains { name.hasSuffix($0) }
}
