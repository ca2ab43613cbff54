import Corpora
import Files
import Kernels
import StateSpaceModels
import Tensors

/// Trains the parameters of a model with AdamW on weighted next-token cross entropy.
package final class LanguageModelTrainer {
    /// What one step of training did.
    package struct Report: StepReport, Sendable, Equatable {
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
    }

    package let parameters: Parameters
    package let options: TrainingOptions
    let sequences: TrainingSequences
    /// SHA-256 of the parameters that training started from.
    let start: String
    let gradients: Gradients
    private let first, second: [Tensor]
    private let memory = TrainingMemory()
    private var model: LanguageModel
    private var order: (epoch: Int, sequences: [Int])
    /// Where training stands: complete steps, and sequences and losses of the one under way.
    var progress = Progress()

    struct Progress: Codable, Equatable {
        var step = 0
        var sequencesDone = 0
        var lossSum = 0.0
        var weight = 0.0
        var tokens = 0
    }

    /// - Parameter parameters: where training starts; they are changed in place.
    package init(
        _ parameters: Parameters, sequences: TrainingSequences, options: TrainingOptions
    ) throws {
        self.parameters = parameters
        self.sequences = sequences
        self.options = options
        start = parameters.sha256
        gradients = Gradients(for: parameters)
        first = parameters.named.map { Tensor($0.value.shape) }
        second = parameters.named.map { Tensor($0.value.shape) }
        model = try parameters.model(folder: "the model in training")
        order = (-1, [])
    }

    package var completedSteps: Int { progress.step }
    package var isFinished: Bool { progress.step == options.steps }
    /// Those of an unfinished step included.
    package var tokensSeen: Int { progress.tokens }

    /// Those of all steps, if the sequences to come are as long as the mean.
    package var expectedTokens: Int {
        let mean = Double(sequences.tokenCount) / Double(sequences.count)
        return Int(Double(options.steps * options.batch) * mean)
    }

    /// The tensors that a snapshot holds, by name.
    var tensors: [(name: String, tensor: Tensor)] {
        let named = zip(parameters.named, zip(gradients.tensors, zip(first, second)))
        return named.flatMap { parameter, others in
            [
                ("parameter.\(parameter.name)", parameter.value),
                ("gradient.\(parameter.name)", others.0),
                ("first.\(parameter.name)", others.1.0),
                ("second.\(parameter.name)", others.1.1),
            ]
        }
    }

    /// What is derived from the parameters is computed anew.
    func parametersChanged() throws { model = try parameters.model(folder: model.folder) }

    /// The sequence at a place of the endless series of epochs, each in an order of its own.
    private func sequence(at place: Int) -> Int {
        let (epoch, index) = place.quotientAndRemainder(dividingBy: sequences.count)
        guard options.shuffle else { return index }
        if order.epoch != epoch {
            let seed = options.seed &+ UInt64(epoch)
            order = (epoch, shuffledOrder(count: sequences.count, seed: seed))
        }
        return order.sequences[index]
    }

    /// Does the next piece of work, a few sequences; at the end of a step also the update.
    ///
    /// - Returns: the step's report when a step was completed, else nil.
    /// - Throws: `LanguageModelingError.diverged`; `ModelError.notFinite`.
    package func advance() throws -> Report? {
        let firstPlace = progress.step * options.batch + progress.sequencesDone
        let count = min(options.atATime, options.batch - progress.sequencesDone)
        let (batch, labels) = sequences.batch(
            (firstPlace..<firstPlace + count).map(sequence(at:)))
        progress.lossSum += try model.accumulateGradients(
            batch, labels: labels, into: gradients, memory: memory)
        progress.weight += labels.labels.weights.reduce(0) { $0 + Double($1) }
        progress.tokens += batch.ids.count
        progress.sequencesDone += count
        return progress.sequencesDone == options.batch ? try finishStep() : nil
    }

    private func finishStep() throws -> Report {
        let step = progress.step
        let loss = progress.lossSum / progress.weight
        let squares = gradients.tensors.reduce(0) { $0 + dot($1, $1) }
        let norm = squares.squareRoot() / progress.weight
        guard loss.isFinite, norm.isFinite else {
            throw LanguageModelingError.diverged(step: step + 1)
        }
        let clip = options.clip > 0 ? min(1, options.clip / (norm + 1e-6)) : 1
        let rate = options.rate(step: step)
        for (index, parameter) in parameters.named.enumerated() {
            adamW(
                parameter.value, gradient: gradients.tensors[index], first: first[index],
                second: second[index], step: step + 1, scale: Float(clip / progress.weight),
                weightDecay: decays(parameter.name) ? options.weightDecay : 0,
                beta1: options.beta1, beta2: options.beta2, rate: rate)
            scale(gradients.tensors[index], by: 0, into: gradients.tensors[index])
        }
        try parametersChanged()
        progress = Progress(step: step + 1, tokens: progress.tokens)
        return Report(
            step: step + 1, loss: loss, gradientNorm: norm, learningRate: rate,
            tokens: progress.tokens)
    }
}

/// Whether weight decay pulls at a parameter: at the matrices of linear layers and at conv1d's taps,
/// not at embeddings, norms, biases, `A_log`, `D`, `dt_bias` and `lambda_q1`, as mamba_ssm marks them.
private func decays(_ name: String) -> Bool {
    ["in_proj.weight", "conv1d.weight", "out_proj.weight", "lm_head.weight"].contains {
        name.hasSuffix($0)
    }
}

extension Parameters {
    /// Over the values of all parameters in order.
    var sha256: String {
        let hash = SHA256()
        for (_, value) in named { hash.update(UnsafeRawBufferPointer(value.elements)) }
        return hash.finalize()
    }
}
