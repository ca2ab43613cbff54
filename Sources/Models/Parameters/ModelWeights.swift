import Base
import Checkpoints
import Foundation

/// A checkpoint under the names that the model reads, and a configuration that knows what the
/// checkpoint holds.
///
/// Programs save the same model in several ways: compiled or wrapped as a whole or in parts
/// (`_orig_mod.`, `module.`), without its head, its head stored beside the embedding that it is tied to,
/// or alone.
struct ModelWeights {
    let checkpoint: Checkpoint
    let configuration: ModelConfiguration
    /// What was found that the configuration does not say, a sentence each.
    let notes: [String]

    /// - Throws: `ModelError.tooFewBlocks`; `CheckpointError` for a stored head of another shape.
    init(_ stored: Checkpoint, _ configuration: ModelConfiguration, folder: String) throws {
        var (names, notes) = Self.canonical(Self.unwrapped(stored))
        try Self.checkBlocks(names, configuration, folder: folder)
        var configuration = configuration
        if configuration.tieEmbeddings, names.isStored(tiedHeadName) {
            let embedding =
                names.contains(legacyEmbeddingName) ? legacyEmbeddingName : embeddingName
            if !names.isStored(embedding) {
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
        if let variant = stored.variant {
            notes.append("its only weights are those of the variant '\(variant)', which are used")
        }
        checkpoint = names
        self.configuration = configuration
        self.notes = notes
    }

    /// Components of names that programs put around modules when they compile or distribute them.
    private static let wrappers: Set<Substring> = [
        "_checkpoint_wrapped_module", "_forward_module", "_fsdp_wrapped_module", "_orig_mod",
        "module",
    ]

    /// Takes wrappers off wherever they stand, unless two names would become one.
    private static func unwrapped(_ stored: Checkpoint) -> (Checkpoint, notes: [String]) {
        func parts(_ name: String) -> [Substring] {
            name.split(separator: ".", omittingEmptySubsequences: false)
        }
        func bare(_ name: String) -> String {
            parts(name).filter { !wrappers.contains($0) }.joined(separator: ".")
        }
        let found = (stored.names + stored.foreign.map(\.name)).reduce(into: Set<Substring>()) {
            $0.formUnion(parts($1).filter(wrappers.contains))
        }
        guard !found.isEmpty, stored.areDistinct(renamed: bare) else { return (stored, []) }
        let names = found.sorted().map { "'\($0).'" }.joined(separator: " and ")
        return (
            stored.renamed(bare),
            ["the tensors' names contain \(names), taken off wherever it stands"]
        )
    }

    /// Takes off what all names begin with before `backbone.`, and puts that in front where the
    /// backbone was saved by itself. Of two models in one file neither is chosen.
    private static func canonical(
        _ unwrapped: (stored: Checkpoint, notes: [String])
    ) -> (Checkpoint, notes: [String]) {
        let (stored, notes) = unwrapped
        let mark = "layers.0.norm.weight"
        let marked = stored.names.filter { $0.hasSuffix(mark) }
        guard marked.count == 1, let prefix = marked.first.map({ $0.dropLast(mark.count) }),
            prefix != backbone
        else { return unwrapped }
        let rename: (String) -> String
        let note: String
        if prefix.hasSuffix(backbone) {
            let wrapper = prefix.dropLast(backbone.count)
            guard stored.names.allSatisfy({ $0.hasPrefix(wrapper) }) else { return unwrapped }
            rename = { $0.hasPrefix(wrapper) ? String($0.dropFirst(wrapper.count)) : $0 }
            note =
                "every tensor's name begins with '\(String(wrapper).clipped)', which is taken off"
        } else {
            rename = { name in
                name.hasPrefix(prefix) && !name.hasSuffix(tiedHeadName)
                    ? backbone + name.dropFirst(prefix.count) : name
            }
            let found = prefix.isEmpty ? "have no prefix" : "begin with '\(String(prefix).clipped)'"
            note = "the tensors' names \(found) where 'backbone.' is usual"
        }
        guard stored.areDistinct(renamed: rename) else { return unwrapped }
        return (stored.renamed(rename), notes + [note])
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
            return first.hasSameBytes(as: second)
        }
        let values = try checkpoint.float32(one, shape: second.shape)
        let others = try checkpoint.float32(other, shape: second.shape)
        return values.withElements { values in
            others.withElements { values.elementsEqual($0) }
        }
    }
}

private let backbone = "backbone."
let finalNormName = "backbone.norm_f.weight"
/// The embedding's name; mamba_ssm's has no "s".
let embeddingName = "backbone.embeddings.weight"
let legacyEmbeddingName = "backbone.embedding.weight"
