import Tensors

/// How translators are moved along the gradient that was summed up for them: its rates, its state and
/// its update.
protocol LensUpdateRule: Sendable {
    /// Its peak rate, before a user scales it.
    static func rate(momentum: Double) -> Double
    /// Over how many of `steps` the rate rises unless a user says so.
    static func warmup(steps: Int) -> Int

    /// - Parameter room: makes what of the translators' shapes it remembers.
    init(_ room: TranslatorRoom)
    /// What it remembers from step to step, by name.
    var state: [(name: String, tensor: Tensor)] { get }
    func update(_ update: LensUpdate)
}

extension LensUpdateRule {
    static func warmup(steps: Int) -> Int { 0 }
}

extension LensOptimizer {
    /// The rules there are, by the names that options have for them.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case sgd, adam, muon

        var rule: any LensUpdateRule.Type {
            switch self {
            case .sgd: SGD.self
            case .adam: Adam.self
            case .muon: Muon.self
            }
        }
    }
}

/// One update: of which translators, along which gradient, how far.
struct LensUpdate {
    let lens: Lens
    let gradient: TranslatorGradient
    /// Those to move.
    let layers: [Int]
    /// From 0, of how many.
    let step, steps: Int
    /// Of this step.
    let rate: Double
    /// Factor on the gradient: clipping, and the mean over the positions.
    let scale: Float
    /// Root mean square of the last stream's elements, the unit of the biases.
    let streamRMS: Double
    let options: LensOptimizer.Options

    /// Calls `body` with every tensor to move, its gradient and its moments.
    func forEach(
        _ moments: TranslatorMoments,
        _ body: (_ parameters: Tensor, _ gradient: Tensor, _ moments: [Tensor]) -> Void
    ) {
        for layer in layers {
            if !options.biasOnly {
                body(
                    lens.weight[layer], gradient.weight[layer], moments.weight.map { $0[layer] })
            }
            body(lens.bias[layer], gradient.bias[layer], moments.bias.map { $0[layer] })
        }
    }
}

/// The gradients of all translators.
struct TranslatorGradient: Sendable {
    /// `[n_layers, d_model, d_model]`; without training of the weights `[n_layers, 0, 0]`.
    let weight: Tensor
    /// `[n_layers, d_model]`.
    let bias: Tensor

    var named: [(name: String, tensor: Tensor)] {
        [("gradient.weight", weight), ("gradient.bias", bias)]
    }
}

/// What a rule remembers of the gradients of all translators, of the shapes of these.
struct TranslatorMoments: Sendable {
    let weight, bias: [Tensor]

    var named: [(name: String, tensor: Tensor)] {
        weight.enumerated().map { ("moments.\($0).weight", $1) }
            + bias.enumerated().map { ("moments.\($0).bias", $1) }
    }
}

/// Makes tensors of the translators' shapes, all zero.
struct TranslatorRoom {
    private let weightShape, biasShape: [Int]

    init(_ lens: Lens, biasOnly: Bool) {
        // Without training of the weights nothing of their size is kept.
        weightShape = biasOnly ? [lens.layerCount, 0, 0] : lens.weight.shape
        biasShape = lens.bias.shape
    }

    var layerCount: Int { biasShape[0] }

    func gradient() -> TranslatorGradient {
        TranslatorGradient(weight: Tensor(weightShape), bias: Tensor(biasShape))
    }

    func moments(ofWeights weights: Int, ofBiases biases: Int) -> TranslatorMoments {
        TranslatorMoments(
            weight: (0..<weights).map { _ in Tensor(weightShape) },
            bias: (0..<biases).map { _ in Tensor(biasShape) })
    }
}
