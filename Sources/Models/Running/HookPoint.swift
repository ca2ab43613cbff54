import Checkpoints
import Foundation

/// A named place in the forward pass, printed in the spelling of TransformerLens.
package enum HookPoint: Hashable, Sendable, CustomStringConvertible {
    /// `[pos, d_model]`: the stream before block 0.
    case embed
    /// `[pos, d_model]`: input of a block.
    case residPre(block: Int)
    /// `[pos, d_model]`: the stream after a block.
    case residPost(block: Int)
    /// `[pos, d_model]`: what the mixers of a block read.
    case normed(block: Int)
    /// Inside a mixer; `index` is 1 or 2 in a differential block, nil in an ordinary one.
    case mixer(MixerPart, block: Int, index: Int? = nil)
    /// `[1]`: λ of a differential block.
    case lambda(block: Int)
    /// `[pos, d_model]`: `mixer_1 − λ · mixer_2`.
    case difference(block: Int)
    /// `[pos, d_model]`: the difference after `subln`, before the factor `1 − λ_init`.
    case subln(block: Int)
    /// `[pos, d_model]`: what the unembedding multiplies.
    case finalNorm
    /// `[pos, vocab]`.
    case logits

    package var description: String {
        switch self {
        case .embed: "hook_embed"
        case .residPre(let block): "blocks.\(block).hook_resid_pre"
        case .residPost(let block): "blocks.\(block).hook_resid_post"
        case .normed(let block): "blocks.\(block).norm.hook_out"
        case .mixer(let part, let block, let index):
            "blocks.\(block).mixer\(index.map { "_\($0)" } ?? "").\(part.name)"
        case .lambda(let block): "blocks.\(block).hook_lambda"
        case .difference(let block): "blocks.\(block).hook_difference"
        case .subln(let block): "blocks.\(block).subln.hook_out"
        case .finalNorm: "ln_final.hook_out"
        case .logits: "logits"
        }
    }
}

extension HookPoint {
    /// What the first axis of the value counts.
    package var axis: MixerPart.Axis {
        switch self {
        case .lambda: .parameters
        case .mixer(let part, _, _): part.axis
        default: .positions
        }
    }

    /// The block that reaches the point; nil before the first and after the last.
    package var block: Int? {
        switch self {
        case .residPre(let block), .residPost(let block), .normed(let block), .lambda(let block),
            .difference(let block), .subln(let block), .mixer(_, let block, _):
            block
        case .embed, .finalNorm, .logits: nil
        }
    }

    /// Shape of the value, without its first axis if that counts positions or sequences.
    package func shape(_ configuration: ModelConfiguration) -> [Int] {
        switch self {
        case .embed, .residPre, .residPost, .normed, .difference, .subln, .finalNorm:
            [configuration.dModel]
        case .lambda: [1]
        case .logits: [configuration.vocabSize]
        case .mixer(let part, let block, _): configuration.blocks[block].shape(of: part)
        }
    }

    /// How many elements the value has in a pass over `positions` tokens of `sequences` sequences.
    package func elementCount(
        positions: Int, sequences: Int, _ configuration: ModelConfiguration
    ) -> Int {
        let first =
            switch axis {
            case .positions: positions
            case .sequences: sequences
            case .parameters: 1
            }
        return shape(configuration).reduce(first, *)
    }
}

extension ModelConfiguration {
    /// Every hook point of the model, in the order of the forward pass.
    package var hookPoints: [HookPoint] {
        [.embed] + blocks.indices.flatMap { blocks[$0].hookPoints(block: $0) }
            + [.finalNorm, .logits]
    }

    /// The hook points whose printed name matches a shell pattern such as
    /// `blocks.*.hook_resid_post`.
    ///
    /// - Throws: `ModelError.unknownHook` if there is none.
    package func hookPoints(matching pattern: String) throws -> [HookPoint] {
        let all = hookPoints
        let matching = all.filter { fnmatch(pattern, $0.description, 0) == 0 }
        guard matching.isEmpty else { return matching }
        throw ModelError.unknownHook(
            pattern: pattern, closest: closest(to: pattern))
    }

    /// A few patterns that may have been meant: those with the same last part, else the one that is
    /// spelled nearly so; of the blocks that were asked for, if there are such.
    private func closest(to pattern: String) -> [String] {
        let lowered = pattern.lowercased()
        let number = /^blocks\.[^.]*\./
        var asked = lowered.firstMatch(of: number).map { String($0.output) } ?? "blocks.*."
        if !(0..<nLayers).contains(where: { fnmatch(asked, "blocks.\($0).", 0) == 0 }) {
            asked = "blocks.\(nLayers - 1)."
        }
        var names: [String] = []
        for name in hookPoints.map({ $0.description.replacing(number, with: asked) })
        where !names.contains(name) { names.append(name) }
        let part = lowered.split(separator: ".").last.map(String.init) ?? ""
        let alike = part.count < 2 ? [] : names.filter { $0.lowercased().contains(part) }
        return alike.isEmpty
            ? [closestName(to: lowered.replacing(number, with: asked), among: names)].compactMap(
                \.self)
            : Array(alike.prefix(3))
    }
}
