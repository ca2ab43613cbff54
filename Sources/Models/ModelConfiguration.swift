import Base

/// The dimensions and choices of a state-space language model, whatever file spelled them.
package struct ModelConfiguration: Sendable, Equatable {
    package enum Family: String, Sendable {
        case mamba1 = "Mamba-1"
        case mamba2 = "Mamba-2"
        case diffMamba2 = "Diff-Mamba-2"
    }

    /// Which program's key and tensor names the files use.
    package enum Layout: String, Sendable {
        case huggingFace = "Hugging Face"
        case mambaSSM = "mamba_ssm"
    }

    package var family: Family
    package var layout: Layout
    /// `hidden_size`, `d_model`.
    package var dModel: Int
    /// `num_hidden_layers`, `n_layer`.
    package var nLayers: Int
    /// Rows of the embedding and unembedding, padding included.
    package var vocabSize: Int
    /// `layer_norm_epsilon`.
    package var epsilon: Float
    package var tieEmbeddings: Bool
    /// The mixer of an ordinary block.
    package var mixer: MixerShape
    /// `diffmamba_settings`; nil where no block is differential.
    package var placement: DifferentialPlacement?

    /// Family, blocks and sizes in words, the same for all models that differ in their weights alone.
    package var architecture: String {
        let blocks = placement.map { " (\($0))" } ?? ""
        return
            "\(family.rawValue)\(blocks), \(counted(nLayers, "block")), d_model \(dModel), d_inner "
            + "\(mixer.dInner), d_state \(mixer.dState), vocabulary \(vocabSize)"
    }

    /// What decides, beside the weights, what the model computes: in words, and a hash of all of it.
    package var identity: [String: String] {
        let norm = mixer.innerNormReading.map { ", gated norm \($0)" } ?? ""
        return [
            "architecture": architecture + norm,
            "configuration_sha256": SHA256.hex(of: String(reflecting: self)),
        ]
    }

    /// Whether block `index` is differential.
    package func isDifferential(_ index: Int) -> Bool {
        placement?.contains(block: index, of: nLayers) ?? false
    }

    /// Each of the two mixers of a differential block: half the width, half the head dimension.
    package var differentialMixer: MixerShape {
        var shape = mixer
        shape.dInner = dModel
        shape.headDim /= 2
        return shape
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
        ModelConfiguration(
            family: placement == nil ? .mamba2 : .diffMamba2, layout: .huggingFace, dModel: dModel,
            nLayers: nLayers, vocabSize: vocabSize, epsilon: 1e-5, tieEmbeddings: true,
            mixer: MixerShape(
                dModel: dModel, dInner: expand * dModel, headDim: headDim, dState: dState,
                nGroups: 1, convKernel: 4, dtRank: 0, useBias: false, useConvBias: true,
                dtLimit: 0...Float.infinity, innerNormGroups: 1),
            placement: placement)
    }
}

/// The dimensions of one mixer.
package struct MixerShape: Sendable, Equatable {
    package var dModel: Int
    /// `expand · d_model`; in Mamba-2 `n_heads · head_dim`.
    package var dInner: Int
    /// `head_dim`; 1 in Mamba-1, whose channels are heads of their own.
    package var headDim: Int
    /// `d_state`, `state_size`.
    package var dState: Int
    /// `n_groups`: B and C are shared by the heads of a group.
    package var nGroups: Int
    /// `conv_kernel`, `d_conv`.
    package var convKernel: Int
    /// `time_step_rank`; Mamba-1 only.
    package var dtRank: Int
    package var useBias: Bool
    package var useConvBias: Bool
    /// `time_step_limit`.
    package var dtLimit: ClosedRange<Float>
    /// Parts of the inner norm, each normed by itself: `n_groups`, or 1 for models that were trained by
    /// transformers before 5.23.
    package var innerNormGroups: Int
    /// How the inner norm is taken, in words; nil where there is one way only.
    package var innerNormReading: String? {
        nGroups == 1 ? nil : innerNormGroups == 1 ? "over the whole width" : "group by group"
    }

    package var nHeads: Int { dInner / headDim }
    /// Channels of conv1d in Mamba-2: `[x, B, C]`.
    package var convChannels: Int { dInner + 2 * nGroups * dState }
    /// Rows of `in_proj` in Mamba-2: `[z, x, B, C, dt]`.
    package var inProjRows: Int { dInner + convChannels + nHeads }
}

/// Which blocks of a Diff-Mamba model are differential.
package enum DifferentialPlacement: Sendable, Equatable, CustomStringConvertible {
    case all
    /// Blocks 0, 2, 4, …
    case alternate
    /// The last `n_layers / 4` blocks.
    case quarter
    /// The last k blocks, as configurations before October 2025 say with a number.
    case last(Int)

    package init?(_ text: String) {
        switch text {
        case "all": self = .all
        case "alternate": self = .alternate
        case "quarter": self = .quarter
        default:
            guard let count = Int(text), count >= 0 else { return nil }
            self = .last(count)
        }
    }

    package func contains(block: Int, of nLayers: Int) -> Bool {
        switch self {
        case .all: true
        case .alternate: block % 2 == 0
        case .quarter: block >= nLayers - nLayers / 4
        case .last(let count): block >= nLayers - count
        }
    }

    package var description: String {
        switch self {
        case .all: "all"
        case .alternate: "alternate"
        case .quarter: "quarter"
        case .last(let count): "last \(count)"
        }
    }
}
