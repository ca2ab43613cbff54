import Base
import Corpora
import Foundation
import Kernels
import Models
import Results
import Tensors
import Training

/// Trains one translator for each layer of a model on windows of text.
///
/// One forward pass of the model serves all layers; the logits are never stored.
package final class LensTrainer {
    package typealias Report = LensTrainingStep

    let model: LanguageModel
    package let options: LensTrainingOptions
    private let vocabulary: VocabularyPass
    package let text: TrainingText
    package let heldOut: HeldOutText
    let optimizer: LensOptimizer
    /// With `keep` `best`: of every layer the best translator so far, at first the logit lens's.
    let best: Lens?
    /// Of the lens that training started from.
    let startingLens: String
    /// Where training stands: complete steps, and positions and losses of the one under way.
    package internal(set) var progress: Progress

    package struct Progress: Codable, Equatable {
        var step = 0
        /// Of the complete step before, by layer.
        var losses: [Double]
        var lossSums: [Double]
        var positions = 0
        /// Sum of the squares of the last stream's elements.
        var squares = 0.0
        /// With `keep` `best`: losses of the best translators on what is held out, and for how many
        /// measurements they have been the best.
        var smallestLosses: [Double]?
        var measurementsSinceBest: [Int]
        /// Of the closed form, if training began with that.
        var closedForm: ClosedFormFit.Losses?

        init(layers: Int) {
            losses = Array(repeating: 0, count: layers)
            lossSums = losses
            measurementsSinceBest = Array(repeating: 0, count: layers)
        }
    }

    /// - Parameters:
    ///   - lens: where training starts; it is changed in place.
    ///   - windows: at least `options.windowsNeeded`.
    ///   - heldOut: what to measure the lens on.
    ///   - poolBytes: see `TrainingText`.
    /// - Throws: `LensError.tokensPerStep`, `.tokenShift`, `.tooLittleData`, `.nothingHeldOut`.
    package init(
        _ model: LanguageModel, lens: Lens, windows: TokenWindows,
        heldOut: HeldOutText? = nil, options: LensTrainingOptions,
        poolBytes: Int = TrainingText.poolBytes
    ) throws {
        let sizes = options.text
        guard
            sizes.tokensPerStep > 0,
            sizes.mixesPositions || sizes.tokensPerStep % sizes.window == 0
        else {
            throw LensError.tokensPerStep(tokens: sizes.tokensPerStep, window: sizes.window)
        }
        try options.objective.check(window: sizes.window)
        let needed = options.windowsNeeded
        guard windows.count >= needed else {
            throw LensError.tooLittleData(
                windows: windows.count, needed: needed, window: sizes.window)
        }
        guard options.measuring.keep == .last || heldOut?.isEmpty == false else {
            throw LensError.nothingHeldOut(windows: windows.count, window: sizes.window)
        }
        self.model = model
        self.options = options
        startingLens = lens.sha256
        text = try TrainingText(
            windows, taking: needed, model: model, options: sizes, objective: options.objective,
            poolBytes: poolBytes)
        self.heldOut =
            heldOut
            ?? HeldOutText(
                windows.part(0..<0), model: model, objective: options.objective, positions: 0)
        vocabulary = self.heldOut.vocabulary
        optimizer = LensOptimizer(
            Lens(
                weight: lens.weight, bias: lens.bias,
                isBiasOnly: lens.isBiasOnly && options.optimizer.biasOnly),
            options: options.optimizer, steps: sizes.steps, precision: options.objective.precision)
        // A layer that never does better than the logit lens ends as it.
        best =
            options.measuring.keep == .best
            ? Lens(weight: Tensor(lens.weight.shape), bias: Tensor(lens.bias.shape)) : nil
        progress = Progress(layers: lens.layerCount)
    }

    /// Lets training begin with what the closed form found, instead of the lens that `init` was given.
    package func start(from solution: ClosedFormFit.Solution) {
        lens.weight.assign(solution.lens.weight)
        lens.bias.assign(solution.lens.bias)
        best?.weight.assign(solution.lens.weight)
        best?.bias.assign(solution.lens.bias)
        if best != nil { progress.smallestLosses = solution.losses.end }
        progress.closedForm = solution.losses
    }

    /// What the closed form achieved, if training began with that.
    package var closedForm: ClosedFormFit.Losses? { progress.closedForm }

    /// Layers that are still trained: those that may yet do better on what is held out, by
    /// `options.measuring.patience`, and have more than rounding to lose.
    package var trainedLayers: [Int] {
        let all = Array(0..<lens.layerCount)
        guard let smallest = progress.smallestLosses else { return all }
        let patience = options.measuring.patience ?? .max
        return all.filter {
            progress.measurementsSinceBest[$0] < patience && smallest[$0] > 1e-6
        }
    }

    /// As the last step left it.
    package var lens: Lens { optimizer.lens }
    /// What training is for: the last lens, or the best translator of every layer.
    package var result: Lens { best ?? lens }
    /// Of `result` on what is held out, where the best translators are kept.
    package var smallestLosses: [Double]? { progress.smallestLosses }
    package var isFinished: Bool { progress.step == options.text.steps || trainedLayers.isEmpty }
    /// Tokens that training has seen, those of an unfinished step included.
    package var tokensSeen: Int {
        progress.step * options.text.tokensPerStep
            + progress.positions * options.text.tokensPerStep / options.positionsPerStep
    }

    /// Does the next piece of work: the model reads a few windows, or all layers learn from about 1,024
    /// positions, or both; at the end of a step also the update.
    ///
    /// - Returns: the step's report when a step was completed, else nil.
    /// - Throws: `LensError.diverged` if a loss or a parameter is not finite; `LensError.notFinite` or
    ///   `ModelError.notFinite` if a loss is not from the start.
    package func advance() throws -> Report? {
        guard let captured = try text.next(step: progress.step, after: progress.positions) else {
            return nil
        }
        accumulate(captured)
        guard progress.positions == options.positionsPerStep else { return nil }
        let report = try finishStep()
        if progress.step == options.text.steps, heldOut.isEmpty { try checkResult(captured) }
        return report
    }

    /// Reads the last positions through the lens once more: no step after the last one would tell that
    /// its update was too large.
    private func checkResult(_ positions: CapturedPositions) throws {
        if let broken = readout.firstNotFinite(positions.streams, layers: trainedLayers) {
            throw LensError.diverged(step: progress.step, blocks: broken + 1)
        }
    }

    private var readout: LensReadout {
        LensReadout(lens, unembedding: model.unembedding, vocabulary: vocabulary)
    }

    /// Loss of every layer on what is held out, in nats; the best translators are kept if that is
    /// asked for.
    ///
    /// - Returns: nil where nothing is held out, or not to be measured after the steps done.
    /// - Throws: `LensError.diverged` if a loss is not finite; `LensError.notFinite` or
    ///   `ModelError.notFinite` if that is so from the start.
    package func measure() throws -> HeldOutMeasurement<[Double]>? {
        guard !heldOut.isEmpty, options.measuringSchedule.isDue(after: progress.step) else {
            return nil
        }
        let layers = trainedLayers
        let known = progress.smallestLosses
        let losses =
            if progress.step == 0, let known {
                known
            } else {
                try heldOut.losses(of: lens, layers: layers, known: known)
            }
        if let broken = losses.firstIndex(where: { !$0.isFinite }) {
            throw progress.step == 0
                ? lens.notFinite(layer: broken, of: model)
                : LensError.diverged(step: progress.step, blocks: broken + 1)
        }
        if let best {
            // Before the first measurement the best are still those of the logit lens.
            var smallest =
                try known
                ?? (best.sha256 == startingLens ? losses : heldOut.losses(of: best))
            let before = smallest
            best.takeBetter(of: lens, losses: losses, smallest: &smallest)
            progress.smallestLosses = smallest
            for layer in layers where progress.step > 0 {
                let isBetter = smallest[layer] < before[layer]
                progress.measurementsSinceBest[layer] =
                    isBetter ? 0 : progress.measurementsSinceBest[layer] + 1
            }
        }
        return HeldOutMeasurement(step: progress.step, scores: losses)
    }

    /// Adds loss and gradient of every layer at some positions.
    package func accumulate(_ positions: CapturedPositions) {
        let (streams, layers) = (positions.streams, trainedLayers)
        let labels = LensLabels(
            options.objective.loss, ids: positions.ids, finalStream: positions.final,
            unembedding: model.unembedding, vocabulary: vocabulary)
        let losses = readout.differentiate(streams, layers: layers, labels: labels) { pieces in
            optimizer.accumulate(pieces.map { ($0.gradient, streams[$0.layer], $0.layer) })
        }
        for (loss, layer) in zip(losses, layers) { progress.lossSums[layer] += loss }
        progress.positions += positions.count
        progress.squares += dot(positions.final, positions.final)
    }

    /// Updates the translators with the mean of what was accumulated.
    package func finishStep() throws -> Report {
        let step = progress.step
        let layers = trainedLayers
        var loss = progress.losses
        for layer in layers { loss[layer] = progress.lossSums[layer] / Double(progress.positions) }
        if let broken = layers.first(where: { !loss[$0].isFinite }) {
            throw step == 0
                ? lens.notFinite(layer: broken, of: model)
                : LensError.diverged(step: step + 1, blocks: broken + 1)
        }
        let elements = Double(progress.positions * lens.dModel)
        let norm = optimizer.update(
            layers, step: step, count: progress.positions,
            streamRMS: (progress.squares / elements).squareRoot())
        if let broken = layers.first(where: { !lens.squaredNorm(layer: $0).isFinite }) {
            throw LensError.diverged(step: step + 1, blocks: broken + 1)
        }
        progress.step += 1
        progress.losses = loss
        progress.lossSums = Array(repeating: 0, count: lens.layerCount)
        progress.positions = 0
        progress.squares = 0
        return Report(
            step: step + 1, loss: loss,
            lossBitsPerByte: loss.map { $0 * text.windows.natsToBitsPerByte },
            gradientNorm: norm, learningRate: options.schedule.rate(step: step),
            tokens: (step + 1) * options.text.tokensPerStep)
    }
}
