import Base
import Checkpoints
import Tensors

/// A model folder with random weights, small enough to run in milliseconds: 4 blocks, d_model 32,
/// vocabulary 97 unless told otherwise.
package struct SmallModel {
    package enum Kind: String, CaseIterable, Sendable {
        case mamba1, mamba2, grouped, diffAlternate, diffAll
    }

    package static let vocabSize = 97
    package static let dModel = 32
    package static let nLayers = 4

    private let kind: Kind
    private let vocabSize: Int
    private var generator: TestRandom
    private var tensors: [(name: String, tensor: StoredTensor)] = []

    /// Writes `config.json` and `model.safetensors` into `folder`.
    package static func write(
        _ kind: Kind, vocabSize: Int = vocabSize, seed: UInt64 = 7, to folder: String
    ) throws {
        var model = SmallModel(
            kind: kind, vocabSize: vocabSize, generator: TestRandom(seed: seed))
        model.makeTensors()
        try writeFile(model.configuration, to: join(folder, "config.json"))
        try Safetensors.write(
            model.tensors, metadata: ["format": "pt"], to: join(folder, "model.safetensors"))
    }

    private var groups: Int { kind == .grouped ? 2 : 1 }

    package var configuration: String {
        let family =
            kind == .mamba1
            ? #""model_type": "mamba", "state_size": 8, "time_step_rank": "auto""#
            : #""model_type": "mamba2", "state_size": 16, "head_dim": 16, "num_heads": 4,"#
                + #" "n_groups": \#(groups), "time_step_limit": [0.0, Infinity]"#
        let differential =
            switch kind {
            case .diffAlternate: #", "diffmamba": true, "diffmamba_settings": "alternate""#
            case .diffAll: #", "diffmamba": true, "diffmamba_settings": "4""#
            default: ""
            }
        return """
            {"hidden_size": 32, "num_hidden_layers": 4, "vocab_size": \(vocabSize), "expand": 2, \
            "tie_word_embeddings": true, \(family)\(differential)}
            """
    }

    private mutating func makeTensors() {
        add("backbone.embeddings.weight", [vocabSize, Self.dModel], scale: 0.5)
        for layer in 0..<Self.nLayers {
            let prefix = "backbone.layers.\(layer)"
            add("\(prefix).norm.weight", [Self.dModel], around: 1)
            if kind == .diffAll || kind == .diffAlternate && layer % 2 == 0 {
                addMamba2("\(prefix).mixer_1", inner: 32, heads: 4)
                addMamba2("\(prefix).mixer_2", inner: 32, heads: 4)
                add("\(prefix).lambda_q1", [Self.dModel], scale: 0.2)
                add("\(prefix).subln.weight", [Self.dModel], around: 1)
            } else if kind == .mamba1 {
                addMamba1("\(prefix).mixer")
            } else {
                addMamba2("\(prefix).mixer", inner: 64, heads: 4)
            }
        }
        add("backbone.norm_f.weight", [Self.dModel], around: 1)
    }

    private mutating func addMamba2(_ prefix: String, inner: Int, heads: Int) {
        let channels = inner + 2 * groups * 16
        add("\(prefix).in_proj.weight", [inner + channels + heads, Self.dModel])
        add("\(prefix).conv1d.weight", [channels, 1, 4])
        add("\(prefix).conv1d.bias", [channels])
        add("\(prefix).dt_bias", [heads], around: -2)
        add("\(prefix).A_log", [heads], around: 1)
        add("\(prefix).D", [heads], around: 1)
        add("\(prefix).norm.weight", [inner], around: 1)
        add("\(prefix).out_proj.weight", [Self.dModel, inner])
    }

    private mutating func addMamba1(_ prefix: String) {
        add("\(prefix).in_proj.weight", [128, Self.dModel])
        add("\(prefix).conv1d.weight", [64, 1, 4])
        add("\(prefix).conv1d.bias", [64])
        add("\(prefix).x_proj.weight", [2 + 16, 64])
        add("\(prefix).dt_proj.weight", [64, 2])
        add("\(prefix).dt_proj.bias", [64], around: -2)
        add("\(prefix).A_log", [64, 8], around: 1)
        add("\(prefix).D", [64], around: 1)
        add("\(prefix).out_proj.weight", [Self.dModel, 64])
    }

    private mutating func add(
        _ name: String, _ shape: [Int], around mean: Float = 0, scale: Float = 0.3
    ) {
        let values = (0..<shape.reduce(1, *)).map { _ in mean + scale * generator.normal() }
        tensors.append((name, StoredTensor(Tensor(values, shape: shape))))
    }
}

/// Numbers fixed by a seed (xorshift64*, Vigna 2016, arXiv:1402.6246).
package struct TestRandom {
    private var state: UInt64

    package init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    package mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    /// In `0 ..< 1`.
    package mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// Nearly normal, mean 0 and variance 1: a sum of twelve uniform numbers.
    package mutating func normal() -> Float {
        (0..<12).reduce(-6) { sum, _ in sum + uniform() }
    }

    package mutating func ids(_ count: Int, below bound: Int) -> [Int32] {
        (0..<count).map { _ in Int32(next() % UInt64(bound)) }
    }
}
