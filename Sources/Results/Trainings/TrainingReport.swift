/// What a training says about itself after some of its steps.
package protocol TrainingReport: Codable {
    /// Complete steps.
    var step: Int { get }
}

/// A measurement on what a training does not learn from.
package struct HeldOutMeasurement<Scores: Codable & Sendable & Equatable>: TrainingReport, Sendable,
    Equatable
{
    /// Complete steps; 0 for where training starts.
    package let step: Int
    package let scores: Scores

    enum CodingKeys: String, CodingKey {
        case step
        case scores = "held_out"
    }

    package init(step: Int, scores: Scores) {
        self.step = step
        self.scores = scores
    }
}

/// What one step of a lens's training did.
package struct LensTrainingStep: TrainingReport, Sendable, Equatable {
    /// From 1.
    package let step: Int
    /// Mean loss of each layer over the step's positions, in nats, before the update; of a layer
    /// that is not trained any more, that of its last step.
    package let loss: [Double]
    package let lossBitsPerByte: [Double]
    /// Norm of the gradient of all translators together, before clipping.
    package let gradientNorm: Double
    package let learningRate: Double
    /// Tokens that training has seen by the end of this step.
    package let tokens: Int

    enum CodingKeys: String, CodingKey {
        case step, loss, tokens
        case lossBitsPerByte = "loss_bits_per_byte"
        case gradientNorm = "gradient_norm"
        case learningRate = "learning_rate"
    }

    package init(
        step: Int, loss: [Double], lossBitsPerByte: [Double], gradientNorm: Double,
        learningRate: Double, tokens: Int
    ) {
        self.step = step
        self.loss = loss
        self.lossBitsPerByte = lossBitsPerByte
        self.gradientNorm = gradientNorm
        self.learningRate = learningRate
        self.tokens = tokens
    }
}

/// What one step of a language model's training did.
package struct ModelTrainingStep: TrainingReport, Sendable, Equatable {
    /// From 1.
    package let step: Int
    /// Mean over the step's labels in nats, before the update.
    package let loss: Double
    /// Of all parameters together, before clipping.
    package let gradientNorm: Double
    package let learningRate: Double
    /// That training has seen by the end of this step.
    package let tokens: Int

    enum CodingKeys: String, CodingKey {
        case step, loss, tokens
        case gradientNorm = "gradient_norm"
        case learningRate = "learning_rate"
    }

    package init(
        step: Int, loss: Double, gradientNorm: Double, learningRate: Double, tokens: Int
    ) {
        self.step = step
        self.loss = loss
        self.gradientNorm = gradientNorm
        self.learningRate = learningRate
        self.tokens = tokens
    }
}
