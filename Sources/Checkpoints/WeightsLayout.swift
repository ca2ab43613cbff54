import Base

/// The file in a model folder at which its weights begin: one with all of them, or an index of shards.
struct WeightsLayout {
    let name: String
    /// What `save_pretrained(variant:)` put into the name; nil for the plain one.
    let variant: String?

    /// What is looked for, the first one present being taken.
    static let names = [
        "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
        "pytorch_model.bin.index.json",
    ]

    var isIndex: Bool { name.hasSuffix(".json") }

    /// - Throws: `CheckpointError.noWeights`, `.severalVariants`.
    init(in folder: String) throws {
        if let name = Self.names.first(where: { isNamed(join(folder, $0)) }) {
            self.init(name: name, variant: nil)
            return
        }
        let files = (try? fileNames(in: folder)) ?? []
        let variants = Self.names.flatMap { plain in
            files.compactMap { file in
                Self.variant(of: file, like: plain).map { WeightsLayout(name: file, variant: $0) }
            }
        }
        guard let first = variants.first else {
            throw CheckpointError.noWeights(
                folder: folder, lookedFor: Self.names, found: files.filter(Self.looksLikeWeights))
        }
        guard variants.allSatisfy({ $0.variant == first.variant }) else {
            throw CheckpointError.severalVariants(folder: folder, found: variants.map(\.name))
        }
        self = first
    }

    private init(name: String, variant: String?) {
        self.name = name
        self.variant = variant
    }

    /// "fp16" of `model.fp16.safetensors` and of `model.safetensors.index.fp16.json`: what stands before
    /// the last part of the plain name.
    private static func variant(of file: String, like plain: String) -> String? {
        guard let dot = plain.lastIndex(of: ".") else { return nil }
        let (front, end) = (plain[...dot], plain[dot...])
        guard file.hasPrefix(front), file.hasSuffix(end), file.utf8.count > plain.utf8.count else {
            return nil
        }
        let variant = file.dropFirst(front.count).dropLast(end.count)
        // A shard's name has its number there.
        return variant.isEmpty || variant.contains("-of-") ? nil : String(variant)
    }

    private static func looksLikeWeights(_ file: String) -> Bool {
        [".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".gguf", ".h5", ".msgpack", ".onnx"]
            .contains { file.hasSuffix($0) }
    }
}
