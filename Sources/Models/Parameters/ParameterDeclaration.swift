/// A parameter as the part of a model that owns it declares it, at the place where it reads it.
package struct ParameterDeclaration: Sendable {
    /// In a checkpoint, Hugging Face's.
    package let name: String
    package let shape: [Int]
    package let role: ParameterRole
}

/// What training has to know of a parameter beside its shape.
package struct ParameterRole: Sendable {
    /// How its first values are drawn.
    package let law: InitialLaw
    /// Whether weight decay pulls at it: at the weights of linear layers and convolutions, not at
    /// embeddings, norms, biases and what the recurrence is made of, as mamba_ssm marks them.
    package let decays: Bool
    /// Whether it is a matrix inside a block, which Muon is for.
    package let isHiddenMatrix: Bool

    package init(_ law: InitialLaw, decays: Bool = false, isHiddenMatrix: Bool = false) {
        self.law = law
        self.decays = decays
        self.isHiddenMatrix = isHiddenMatrix
    }
}

/// The laws by which first values are drawn, those of mamba_ssm and PyTorch's layers.
package enum InitialLaw: Sendable {
    /// N(0, σ²), σ being the deviation of embeddings.
    case embedding
    /// N(0, 1).
    case normal
    /// Uniform in ±1/√inputs, the inputs of one output.
    case uniform(inputs: Int)
    /// As `uniform`, divided by √n_layers more, so that the stream's variance does not grow with depth.
    case output(inputs: Int)
    case zeros, ones
    /// `log A` of A uniform in 1 to a largest.
    case logDecay
    /// In every row `log 1, log 2, …`.
    case logCounting
    /// Such that softplus gives steps log-uniform in 0.001...0.1, at least 1e-4.
    case timeStep
}

extension ParameterRole {
    static let embedding = ParameterRole(.embedding)
    static let norm = ParameterRole(.ones)
    static let bias = ParameterRole(.zeros)

    /// The unembedding where it is not the embedding.
    static func head(inputs: Int) -> ParameterRole {
        ParameterRole(.uniform(inputs: inputs), decays: true)
    }

    /// A linear layer inside a block.
    static func projection(inputs: Int) -> ParameterRole {
        ParameterRole(.uniform(inputs: inputs), decays: true, isHiddenMatrix: true)
    }

    /// The last linear layer of a block.
    static func output(inputs: Int) -> ParameterRole {
        ParameterRole(.output(inputs: inputs), decays: true, isHiddenMatrix: true)
    }

    static func convolution(width: Int) -> ParameterRole {
        ParameterRole(.uniform(inputs: width), decays: true)
    }

    static func convolutionBias(width: Int) -> ParameterRole {
        ParameterRole(.uniform(inputs: width))
    }
}
