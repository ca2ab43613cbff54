import Base
import Checkpoints
import Corpora
import Kernels
import Models
import Randomness
import Results
import Tensors
import Training

/// Trains the parameters of a model on weighted next-token cross entropy.
package final class LanguageModelTrainer {
    package typealias Report = ModelTrainingStep

    package let parameters: Parameters
    package let options: TrainingOptions
    let mixture: TrainingMixture
    let heldOut: HeldOutSets
    /// SHA-256 of the parameters that training started from.
    let start: String
    private let gradient: Gradients
    private let first, second: [Tensor]
    private let memory = TrainingMemory()
    private var model: LanguageModel
    private var order: TrainingMixture.Order
    /// Where training stands: complete steps, and sequences and losses of the one under way.
    package private(set) var progress = Progress()

    package struct Progress: Codable, Equatable {
        var step = 0
        var sequencesDone = 0
        var lossSum = 0.0
        var weight = 0.0
        var tokens = 0
    }

    /// - Parameter parameters: where training starts; they are changed in place.
    package init(
        _ parameters: Parameters, mixture: TrainingMixture, options: TrainingOptions,
        heldOut: HeldOutSets = HeldOutSets()
    ) throws {
        self.parameters = parameters
        self.mixture = mixture
        self.heldOut = heldOut
        self.options = options
        start = parameters.sha256
        gradient = Gradients(for: parameters)
        first = parameters.named.map { Tensor($0.value.shape) }
        // Muon keeps one moment of the matrices it is for.
        second = parameters.declarations.map { Tensor(options.isForMuon($0) ? [0] : $0.shape) }
        model = try parameters.model(folder: "the model in training")
        order = TrainingMixture.Order(
            mixture, seed: options.seed, shuffle: options.shuffle)
    }

    package var isFinished: Bool { progress.step == options.steps }
    /// Those of an unfinished step included.
    package var tokensSeen: Int { progress.tokens }

    /// Those of all steps, if the sequences to come are as long as the mean.
    package var totalTokens: Int {
        Int(Double(options.steps * options.batch) * mixture.meanLength)
    }

    package var tensors: [(name: String, tensor: Tensor)] {
        zip(parameters.named, zip(first, second)).flatMap { parameter, moments in
            [
                ("parameter.\(parameter.name)", parameter.value),
                ("first.\(parameter.name)", moments.0),
                ("second.\(parameter.name)", moments.1),
            ]
        }
    }

    package var gradients: [(name: String, tensor: Tensor)] {
        zip(parameters.named, gradient.tensors).map { ("gradient.\($0.name)", $1) }
    }

    package func restored(_ progress: Progress) throws {
        self.progress = progress
        order = TrainingMixture.Order(mixture, seed: options.seed, shuffle: options.shuffle)
        order.skip(progress.step * options.batch + progress.sequencesDone)
        try parametersChanged()
    }

    /// What is derived from the parameters is computed anew.
    private func parametersChanged() throws {
        model = try parameters.model(folder: model.folder)
    }

    /// Does the next piece of work, a few sequences; at the end of a step also the update.
    ///
    /// - Returns: the step's report when a step was completed, else nil.
    /// - Throws: `LanguageModelingError.diverged`; `ModelError.notFinite` where that is the model's that
    ///   training started from.
    package func advance() throws -> Report? {
        let count = min(options.atATime, options.batch - progress.sequencesDone)
        let (batch, labels) = mixture.batch((0..<count).map { _ in order.next() })
        progress.lossSum += try orDiverged {
            try model.accumulateGradients(
                batch, labels: labels, into: gradient, memory: memory, dropout: dropout(count))
        }
        progress.weight += labels.labels.weights.reduce(0) { $0 + Double($1) }
        progress.tokens += batch.ids.count
        progress.sequencesDone += count
        guard progress.sequencesDone == options.batch else { return nil }
        let report = try finishStep()
        // No step after the last one would tell that its update was too large.
        if isFinished { _ = try orDiverged { try model.predictions(batch, labels: labels) } }
        return report
    }

    /// Does what fails once an update has made a parameter too large.
    private func orDiverged<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch ModelError.notFinite where progress.step > 0 {
            throw LanguageModelingError.diverged(step: progress.step)
        }
    }

    /// For the next sequences, each by its place in training, so that neither a resumed training nor
    /// another `atATime` has other masks.
    private func dropout(_ count: Int) -> Dropout? {
        guard options.dropout > 0 else { return nil }
        var seeds = SplitMix64(seed: options.seed)
        let first = seeds.next()
        let place = progress.step * options.batch + progress.sequencesDone
        return Dropout(
            probability: options.dropout,
            keys: (place..<place + count).map {
                var random = SplitMix64(seed: first &+ UInt64($0))
                return random.next() | 1
            })
    }

    private func finishStep() throws -> Report {
        let step = progress.step
        let loss = progress.lossSum / progress.weight
        let squares = gradient.tensors.reduce(0) { $0 + dot($1, $1) }
        let norm = squares.squareRoot() / progress.weight
        guard loss.isFinite, norm.isFinite else {
            throw LanguageModelingError.diverged(step: step + 1)
        }
        let clip = options.clip > 0 ? min(1, options.clip / (norm + 1e-6)) : 1
        update(step: step, scale: Float(clip / progress.weight))
        do {
            try parametersChanged()
        } catch CheckpointError.notFinite {
            throw LanguageModelingError.diverged(step: step + 1)
        }
        progress = Progress(step: step + 1, tokens: progress.tokens)
        return Report(
            step: step + 1, loss: loss, gradientNorm: norm,
            learningRate: options.rates.rate(step: step), tokens: progress.tokens)
    }

    /// Scores of the model on what is held out.
    ///
    /// - Returns: nil where that is not to be measured after the steps done.
    package func measure() throws -> HeldOutMeasurement<[EvaluationScore]>? {
        try orDiverged {
            try heldOut.scores(of: model, step: progress.step, of: options.steps)
        }.map { HeldOutMeasurement(step: progress.step, scores: $0) }
    }

    /// One update with the gradients times `scale`; then they are zero again.
    private func update(step: Int, scale: Float) {
        let rate = options.rates.rate(step: step)
        let declarations = parameters.declarations
        let matrices = declarations.indices.filter { options.isForMuon(declarations[$0]) }
        muon(
            matrices.map { parameters.named[$0].value },
            gradients: matrices.map { gradient.tensors[$0] },
            velocities: matrices.map { first[$0] }, scale: scale,
            weightDecay: options.weightDecay, rates: matrices.map { _ in rate })
        for index in declarations.indices where !options.isForMuon(declarations[index]) {
            adamW(
                parameters.named[index].value, gradient: gradient.tensors[index],
                first: first[index], second: second[index], step: step + 1, scale: scale,
                weightDecay: declarations[index].role.decays ? options.weightDecay : 0,
                beta1: options.beta1, beta2: options.beta2, rate: rate)
        }
        for tensor in gradient.tensors { Kernels.scale(tensor, by: 0, into: tensor) }
    }
}

extension TrainingOptions {
    /// Whether Muon updates a parameter: if it is chosen, the matrices inside the blocks.
    fileprivate func isForMuon(_ parameter: ParameterDeclaration) -> Bool {
        optimizer == .muon && parameter.role.isHiddenMatrix
    }
}

extension Parameters {
    /// Over the values of all parameters in order.
    var sha256: String {
        let hash = SHA256()
        for (_, value) in named { hash.update(value) }
        return hash.finalize()
    }
}
