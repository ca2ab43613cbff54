import Corpora
import Files
import Foundation
import Kernels
import StateSpaceModels
import Tensors

/// Trains one translator for each layer of a model on windows of text.
///
/// One forward pass of the model serves all layers; the logits are never stored.
package final class LensTrainer {
    /// What one step of training did.
    package struct Report: TrainingReport, Sendable, Equatable {
        /// From 1.
        package let step: Int
        /// Mean loss of each layer over the step's positions, in nats, before the update.
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
    }

    let model: LanguageModel
    package let options: LensTrainingOptions
    private let vocabulary: Vocabulary
    let windows: TokenWindows
    package let heldOut: HeldOutText
    let optimizer: LensOptimizer
    /// With `keep` `best`: of every layer the best translator so far, at first the logit lens's.
    let best: Lens?
    /// Of the lens that training started from.
    let startingLens: String
    private let order: [Int]
    /// Where training stands: complete steps, and windows and losses of the one under way.
    var progress: Progress

    struct Progress: Codable, Equatable {
        var step = 0
        var windowsDone = 0
        var lossSums: [Double]
        var positions = 0
        /// With `keep` `best`: losses of the best translators on what is held out.
        var smallestLosses: [Double]?
    }

    /// - Parameters:
    ///   - lens: where training starts; it is changed in place.
    ///   - windows: at least `options.windowsNeeded`.
    ///   - heldOut: windows to measure the lens on, of the same length.
    /// - Throws: `LensError.tokensPerStep`, `.tokenShift`, `.tooLittleData`, `.nothingHeldOut`.
    package init(
        _ model: LanguageModel, lens: Lens, windows: TokenWindows,
        heldOut: TokenWindows? = nil, options: LensTrainingOptions
    ) throws {
        guard options.tokensPerStep % options.window == 0, options.tokensPerStep > 0 else {
            throw LensError.tokensPerStep(tokens: options.tokensPerStep, window: options.window)
        }
        guard abs(options.tokenShift) < options.window else {
            throw LensError.tokenShift(shift: options.tokenShift, window: options.window)
        }
        guard windows.count >= options.windowsNeeded else {
            throw LensError.tooLittleData(
                windows: windows.count, needed: options.windowsNeeded, window: options.window)
        }
        guard options.keep == .last || heldOut?.count ?? 0 > 0 else {
            throw LensError.nothingHeldOut
        }
        self.model = model
        self.options = options
        vocabulary = Vocabulary(model.unembedding.weight, precision: options.precision)
        startingLens = lens.sha256
        self.windows = windows
        self.heldOut = HeldOutText(
            heldOut ?? windows.part(0..<0), model: model, vocabulary: vocabulary, options: options)
        optimizer = LensOptimizer(
            Lens(
                weight: lens.weight, bias: lens.bias,
                isBiasOnly: lens.isBiasOnly && options.biasOnly),
            options: options)
        // A layer that never does better than the logit lens ends as it.
        best =
            options.keep == .best
            ? Lens(weight: Tensor(lens.weight.shape), bias: Tensor(lens.bias.shape)) : nil
        order =
            options.shuffle
            ? shuffledOrder(count: options.windowsNeeded, seed: options.seed)
            : Array(0..<options.windowsNeeded)
        progress = Progress(lossSums: Array(repeating: 0, count: lens.layerCount))
    }

    /// As the last step left it.
    package var lens: Lens { optimizer.lens }
    /// What training is for: the last lens, or the best translator of every layer.
    package var result: Lens { best ?? lens }
    /// Of `result` on what is held out, where the best translators are kept.
    package var smallestLosses: [Double]? { progress.smallestLosses }
    package var completedSteps: Int { progress.step }
    package var isFinished: Bool { progress.step == options.steps }
    /// Windows that training has seen, those of an unfinished step included.
    package var windowsSeen: Int { progress.step * options.windowsPerStep + progress.windowsDone }

    /// Does the next piece of work, a few windows; at the end of a step also the update.
    ///
    /// - Returns: the step's report when a step was completed, else nil.
    /// - Throws: `LensError.diverged` if a loss or a parameter is not finite.
    package func advance() throws -> Report? {
        let first = progress.step * options.windowsPerStep
        let count = min(
            windowsAtATime(of: options.window), options.windowsPerStep - progress.windowsDone)
        let chosen = order[first + progress.windowsDone..<first + progress.windowsDone + count]
        let batch = TokenBatch(chosen.map { windows[$0] })
        accumulate(batch, streams: try model.capturedStreams(batch))
        progress.windowsDone += count
        guard progress.windowsDone == options.windowsPerStep else { return nil }
        return try finishStep()
    }

    /// Loss of every layer on what is held out, in nats; the best translators are kept if that is
    /// asked for.
    ///
    /// - Returns: nil where nothing is held out, or not to be measured after the steps done.
    /// - Throws: `LensError.diverged` if a loss is not finite, `.notFinite` if that is so from the start.
    package func measure() throws -> HeldOutReport<[Double]>? {
        guard heldOut.windows.count > 0, options.isMeasured(after: progress.step) else {
            return nil
        }
        let losses = try heldOut.losses(of: lens)
        if let broken = losses.firstIndex(where: { !$0.isFinite }) {
            throw progress.step == 0
                ? LensError.notFinite(blocks: broken + 1)
                : LensError.diverged(step: progress.step, blocks: broken + 1)
        }
        if let best {
            // Before the first measurement the best are still those of the logit lens.
            var smallest =
                try progress.smallestLosses
                ?? (best.sha256 == startingLens ? losses : heldOut.losses(of: best))
            best.takeBetter(of: lens, losses: losses, smallest: &smallest)
            progress.smallestLosses = smallest
        }
        return HeldOutReport(step: progress.step, scores: losses)
    }

    /// Adds loss and gradient of every layer for one batch of windows; some layers at a time, whose
    /// rows go through the vocabulary together.
    ///
    /// - Parameter streams: what each translator reads, `[n_layers, pos, d_model]`, the model's last
    ///   stream last.
    package func accumulate(_ batch: TokenBatch, streams: Tensor) {
        let labels = LensLabels(
            options.loss, tokenShift: options.tokenShift, batch: batch,
            finalStream: streams[lens.layerCount - 1], unembedding: model.unembedding,
            vocabulary: vocabulary)
        let positions = batch.ids.count
        let unembedding = model.unembedding
        let groups = layerGroups(lens.layerCount, rows: positions)
        let shape = [(groups.first?.count ?? 0) * positions, lens.dModel]
        let (translated, normed, gradient) = (Tensor(shape), Tensor(shape), Tensor(shape))
        let inverseRMS = Tensor(shape[0])
        for group in groups {
            let all = 0..<group.count * positions
            lens.read(
                streams, group: group, unembedding: unembedding, into: translated[all],
                normed: normed[all], inverseRMS: inverseRMS, precision: options.precision)
            let logPartition = vocabulary.attention(
                normed[all].matrix, expected: gradient[all].matrix)
            for (rows, layer) in group {
                progress.lossSums[layer] += labels.loss(
                    normed: normed[rows], logPartition: Array(logPartition[rows]))
                labels.subtract(from: gradient[rows])
            }
            // From the normed states back to the translated ones; `normed` is free again.
            rmsNormBackward(
                translated[all].matrix, weight: unembedding.norm.pointer,
                inverseRMS: inverseRMS.pointer, dy: gradient[all].matrix,
                into: normed[all].matrix)
            for (rows, layer) in group {
                optimizer.accumulate(normed[rows], h: streams[layer], layer: layer)
            }
        }
        withExtendedLifetime((translated, gradient, inverseRMS)) {}
        progress.positions += labels.count
    }

    /// Updates the translators with the mean of what was accumulated.
    package func finishStep() throws -> Report {
        let step = progress.step
        let loss = progress.lossSums.map { $0 / Double(progress.positions) }
        let norm = optimizer.update(step: step, count: progress.positions)
        let broken = loss.indices.first {
            !loss[$0].isFinite || !lens.squaredNorm(layer: $0).isFinite
        }
        if let broken { throw LensError.diverged(step: step + 1, blocks: broken + 1) }
        progress = Progress(
            step: step + 1, lossSums: Array(repeating: 0, count: lens.layerCount),
            smallestLosses: progress.smallestLosses)
        return Report(
            step: step + 1, loss: loss,
            lossBitsPerByte: loss.map { $0 * windows.natsToBitsPerByte },
            gradientNorm: norm, learningRate: options.learningRate(step: step),
            tokens: (step + 1) * options.tokensPerStep)
    }
}
