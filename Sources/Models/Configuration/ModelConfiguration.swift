import Base

/// The dimensions and choices of a language model, whatever file spelled them: a list of blocks between
/// an embedding and an unembedding.
package struct ModelConfiguration: Sendable, Equatable {
    /// Which program's key and tensor names the files use.
    package enum Layout: String, Sendable {
        case huggingFace = "Hugging Face"
        case mambaSSM = "mamba_ssm"
    }

    package var layout: Layout
    /// `hidden_size`, `d_model`.
    package var dModel: Int
    /// Rows of the embedding and unembedding, padding included.
    package var vocabSize: Int
    /// `layer_norm_epsilon`.
    package var epsilon: Float
    package var tieEmbeddings: Bool
    package var blocks: [BlockConfiguration]

    /// `num_hidden_layers`, `n_layer`.
    package var nLayers: Int { blocks.count }

    /// The mixers of its blocks: Mamba-2, Diff-Mamba-2 where some are differential.
    package var family: String {
        let names = blocks.distinct(by: \.mixerName).joined(separator: " and ")
        return placement == nil ? names : "Diff-\(names)"
    }

    /// Which blocks are differential; nil if none is.
    package var placement: DifferentialPlacement? {
        DifferentialPlacement(ofBlocks: blocks.map(\.isDifferential))
    }

    /// `family` and which of the blocks are differential.
    package var familyWithPlacement: String {
        family + (placement.map { " (\($0))" } ?? "")
    }

    /// Family, blocks and sizes in words, the same for all models that differ in their weights alone.
    package var architecture: String {
        let sizes = blocks.first.map { ", \($0.sizes)" } ?? ""
        return "\(familyWithPlacement), \(counted(nLayers, "block")), d_model \(dModel)\(sizes), "
            + "vocabulary \(vocabSize)"
    }

    /// How gated norms of several groups are taken, in words; nil where there is one way only.
    package var gatedNorm: String? {
        blocks.lazy.compactMap(\.gatedNorm).first
    }

    /// What decides, beside the weights, what the model computes: by its names, and a hash of all of it.
    package var identity: [String: String] {
        let identity = [
            "architecture": architecture,
            "configuration_sha256": SHA256.hex(of: String(reflecting: self)),
        ]
        return identity.merging(gatedNorm.map { ["gated_norm": $0] } ?? [:]) { first, _ in first }
    }

    /// The kinds of mixers in words, each once: those of ordinary blocks, and those of differential ones.
    package var mixers: [(title: String, description: String)] {
        blocks.distinct(by: \.description).map { description in
            let block = blocks.first { $0.description == description }
            return (block?.isDifferential == true ? "differential mixers" : "mixer", description)
        }.sorted { $0.title > $1.title }
    }
}

extension ModelConfiguration {
    /// A Mamba-2 of these dimensions, or a Diff-Mamba-2 where `placement` says so; in all else as the
    /// released models.
    ///
    /// - Parameter expand: `d_inner / d_model`.
    package static func mamba2(
        dModel: Int, nLayers: Int, vocabSize: Int, dState: Int = 128, headDim: Int = 64,
        expand: Int = 2, placement: DifferentialPlacement? = nil
    ) -> ModelConfiguration {
        let mixer = Mamba2Configuration(
            dModel: dModel, dInner: expand * dModel, headDim: headDim, dState: dState)
        return ModelConfiguration(
            layout: .huggingFace, dModel: dModel, vocabSize: vocabSize, epsilon: mixer.epsilon,
            tieEmbeddings: true, blocks: mixer.blocks(nLayers, placement))
    }

    /// The same with differential blocks where `placement` wants them; nil unless all blocks are
    /// ordinary ones of Mamba-2.
    package func converted(to placement: DifferentialPlacement) -> ModelConfiguration? {
        var converted = self
        for (index, block) in blocks.enumerated() {
            guard !block.isDifferential, let mixer = block.mixer(as: Mamba2Configuration.self)
            else { return nil }
            if placement.contains(block: index, of: nLayers) {
                converted.blocks[index] = .differential(mixer.half)
            }
        }
        return converted
    }
}

extension [BlockConfiguration] {
    /// The values of a property in the order in which they first occur.
    fileprivate func distinct(by property: (BlockConfiguration) -> String) -> [String] {
        var values: [String] = []
        for (index, block) in enumerated() where index == 0 || block != self[index - 1] {
            let value = property(block)
            if !values.contains(value) { values.append(value) }
        }
        return values
    }
}
