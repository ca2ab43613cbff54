import Checkpoints
import Files
import Foundation

/// A checkpoint under the names that the model reads, and a configuration that knows what the
/// checkpoint holds.
///
/// Programs save the same model in several ways: compiled or wrapped (`_orig_mod.`, `module.`), without
/// its head, its head stored beside the embedding that it is tied to, or alone.
struct ModelWeights {
    let checkpoint: Checkpoint
    let configuration: ModelConfiguration
    /// What was found that the configuration does not say, a sentence each.
    let notes: [String]

    /// - Throws: `ModelError.tooFewBlocks`; `CheckpointError` for a stored head of another shape.
    init(_ stored: Checkpoint, _ configuration: ModelConfiguration, folder: String) throws {
        var (names, notes) = Self.canonical(stored)
        try Self.checkBlocks(names, configuration, folder: folder)
        var configuration = configuration
        if configuration.tieEmbeddings, names.contains(tiedHeadName) {
            let embedding =
                names.contains(legacyEmbeddingName) ? legacyEmbeddingName : embeddingName
            if !names.contains(embedding), names.foreign[embedding] == nil {
                names = names.renamed { $0 == tiedHeadName ? embeddingName : $0 }
                notes.append(
                    "'\(tiedHeadName)' is stored alone and serves as the embedding it is tied to")
            } else if try !Self.areEqual(names, tiedHeadName, embedding) {
                configuration.tieEmbeddings = false
                notes.append(
                    "the stored '\(tiedHeadName)' differs from the embedding that config.json ties it"
                        + " to; the stored one is used, as transformers 5 does")
            }
        }
        checkpoint = names
        self.configuration = configuration
        self.notes = notes
    }

    /// Takes off what all names begin with before `backbone.`, and puts that in front where the
    /// backbone was saved by itself.
    private static func canonical(_ stored: Checkpoint) -> (Checkpoint, notes: [String]) {
        let mark = "layers.0.norm.weight"
        guard let first = stored.names.first(where: { $0.hasSuffix(mark) }) else {
            return (stored, [])
        }
        let prefix = String(first.dropLast(mark.count))
        guard prefix != backbone else { return (stored, []) }
        if prefix.hasSuffix(backbone) {
            let wrapper = String(prefix.dropLast(backbone.count))
            guard stored.names.allSatisfy({ $0.hasPrefix(wrapper) }) else { return (stored, []) }
            return (
                stored.renamed { String($0.dropFirst(wrapper.count)) },
                ["every tensor's name begins with '\(wrapper)', which is taken off"]
            )
        }
        let note = prefix.isEmpty ? "have no prefix" : "begin with '\(prefix)'"
        return (
            stored.renamed { name in
                name.hasPrefix(prefix) && !name.hasSuffix(tiedHeadName)
                    ? backbone + name.dropFirst(prefix.count) : name
            }, ["the tensors' names \(note) where 'backbone.' is usual"]
        )
    }

    /// Nothing is made for blocks that no tensor backs.
    private static func checkBlocks(
        _ checkpoint: Checkpoint, _ configuration: ModelConfiguration, folder: String
    ) throws {
        let prefix = "\(backbone)layers."
        let stored = Set(
            checkpoint.names.compactMap { name -> Int? in
                guard name.hasPrefix(prefix) else { return nil }
                return Int(name.dropFirst(prefix.count).prefix { $0 != "." })
            })
        guard !stored.isEmpty, stored.count < configuration.nLayers else { return }
        throw ModelError.tooFewBlocks(
            path: folder, found: stored.count, expected: configuration.nLayers)
    }

    /// Whether two tensors hold the same numbers, in whatever element type.
    private static func areEqual(
        _ checkpoint: Checkpoint, _ one: String, _ other: String
    ) throws -> Bool {
        let (first, second) = (try checkpoint.stored(one), try checkpoint.stored(other))
        guard first.dtype != second.dtype || first.shape != second.shape else {
            return withExtendedLifetime((first, second)) {
                let (one, other) = (first.bytes, second.bytes)
                guard let start = one.baseAddress, let otherStart = other.baseAddress else {
                    return one.count == other.count
                }
                return one.count == other.count && memcmp(start, otherStart, one.count) == 0
            }
        }
        let values = try checkpoint.float32(one, shape: second.shape)
        let others = try checkpoint.float32(other, shape: second.shape)
        return withExtendedLifetime((values, others)) {
            values.elements.elementsEqual(others.elements)
        }
    }
}

private let backbone = "backbone."
/// The embedding's name; mamba_ssm's has no "s".
let embeddingName = "backbone.embeddings.weight"
let legacyEmbeddingName = "backbone.embedding.weight"
