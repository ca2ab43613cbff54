import Checkpoints
import Foundation

/// A named place in the forward pass, printed in the spelling of TransformerLens. `meaning` says what its
/// value is, `axes(_:)` of what shape.
package enum HookPoint: Hashable, Sendable, CustomStringConvertible {
    case embed
    case residPre(block: Int)
    case residPost(block: Int)
    case normed(block: Int)
    /// Inside a mixer; `index` is 1 or 2 in a differential block, nil in an ordinary one.
    case mixer(MixerPart, block: Int, index: Int? = nil)
    case lambda(block: Int)
    case difference(block: Int)
    case subln(block: Int)
    case finalNorm
    case logits

    package var description: String {
        let place = block.map { "blocks.\($0)." } ?? ""
        return place + nameInBlock
    }

    /// The shell pattern that the same points of all blocks match.
    package var pattern: String { (block == nil ? "" : "blocks.*.") + nameInBlock }

    private var nameInBlock: String {
        switch self {
        case .embed: "hook_embed"
        case .residPre: "hook_resid_pre"
        case .residPost: "hook_resid_post"
        case .normed: "norm.hook_out"
        case .mixer(let part, _, let index): "mixer\(index.map { "_\($0)" } ?? "").\(part.name)"
        case .lambda: "hook_lambda"
        case .difference: "hook_difference"
        case .subln: "subln.hook_out"
        case .finalNorm: "ln_final.hook_out"
        case .logits: "logits"
        }
    }

    /// What the value is, for people, in one line.
    ///
    /// transformers' `hidden_states` of Mamba models have no embedding: entry i is the stream after block i,
    /// and one more, the last, is what the final norm gives.
    package var meaning: String {
        switch self {
        case .embed: "the token's embedding: the stream before block 0"
        case .residPre:
            "the residual stream before block i; for i > 0 transformers' hidden_states[i - 1]"
        case .residPost: "the residual stream after block i; transformers' hidden_states[i]"
        case .normed: "the stream after the block's norm: what its mixers read"
        case .mixer(let part, _, _): part.meaning
        case .lambda: "λ = σ(Σ lambda_q1) + λ_init"
        case .difference: "mixer_1 − λ mixer_2"
        case .subln:
            "the difference after subln; the stream gets it times 1 − λ_init, which is"
                + " 0.2 + 0.6 exp(−0.3 i)"
        case .finalNorm:
            "the last stream after the final norm; transformers' hidden_states[-1]"
        case .logits: "the scores of the next token, which the final norm's output gives"
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

    /// Axes of the value, without its first one if that counts positions or sequences.
    package func axes(_ configuration: ModelConfiguration) -> [ValueAxis] {
        switch self {
        case .embed, .residPre, .residPost, .normed, .difference, .subln, .finalNorm:
            [ValueAxis("d_model", configuration.dModel)]
        case .lambda: [ValueAxis("λ", 1)]
        case .logits: [ValueAxis("vocab", configuration.vocabSize)]
        case .mixer(let part, let block, _): configuration.blocks[block].axes(of: part)
        }
    }

    /// Shape of the value, without its first axis if that counts positions or sequences.
    package func shape(_ configuration: ModelConfiguration) -> [Int] {
        axes(configuration).map(\.count)
    }

    /// The axes as a captured file has them, in words: `[batch, pos, n_heads 4]`.
    package func captured(_ configuration: ModelConfiguration) -> String {
        let first =
            switch axis {
            case .positions: ["batch", "pos"]
            case .sequences: ["batch"]
            case .parameters: [String]()
            }
        let axes = first + axes(configuration).map(\.description)
        return "[\(axes.joined(separator: ", "))]"
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

    /// Points with the parameters that are needed to do again what happens there: `A` and `D` beside the
    /// values of a scan, λ beside those of a differential block's mixers.
    package func withParameters(_ points: [HookPoint]) -> [HookPoint] {
        points
            + points.flatMap { point -> [HookPoint] in
                switch point {
                case .mixer(let part, let block, let index):
                    let parameters = blocks[block].mixer.hookPoints.map(\.part).filter {
                        part.isOfScan && $0.axis == .parameters
                    }
                    return parameters.map { .mixer($0, block: block, index: index) }
                        + (index == nil ? [] : [.lambda(block: block)])
                case .difference(let block), .subln(let block): return [.lambda(block: block)]
                default: return []
                }
            }
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
