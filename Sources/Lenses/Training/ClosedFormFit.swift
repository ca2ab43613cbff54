import Base
import Corpora
import Kernels
import Models
import Tensors

/// Finds translators without steps: each is the least-squares map of the stream after its block to
/// the last stream, from one pass of the model over the text and none over the vocabulary.
///
/// What is minimized is `Σ |h + A h + b − h*|² / rms(h*)²` with h* the last stream, whose norm divides
/// by its rms before it reaches the vocabulary, and `ridge · |A|²`, which pulls towards the logit lens.
/// Of a few ridges each layer takes the one whose squares are smallest on what is held out, and where
/// its loss there is not below the logit lens's, the layer stays that.
package final class ClosedFormFit {
    /// Shares of the mean square of the inputs.
    package static let ridges = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]

    private let model: LanguageModel
    private let text: TrainingText
    private let heldOut: HeldOutText
    /// Of all layers but the last, which reads the last stream itself.
    private let moments: [SecondMoments]
    /// How many windows, the first that steps will take.
    package let windowsToSee: Int
    package private(set) var windowsSeen = 0

    /// - Parameter limit: after how many windows to stop, with what was read beside them.
    /// - Throws: `LensError.nothingHeldOut`, `.tooLittleData`.
    package init(
        _ model: LanguageModel, text: TrainingText, atMost limit: Int = .max, heldOut: HeldOutText
    ) throws {
        let window = text.windows.window
        guard !heldOut.isEmpty else {
            throw LensError.nothingHeldOut(windows: text.count, window: window)
        }
        guard text.count > 0 else {
            throw LensError.tooLittleData(windows: 0, needed: 1, window: window)
        }
        windowsToSee = min(limit, text.count)
        self.model = model
        self.text = text
        self.heldOut = heldOut
        let d = model.configuration.dModel
        moments = (1..<model.configuration.nLayers).map { _ in
            SecondMoments(inputs: d, outputs: d)
        }
    }

    package var isRead: Bool { windowsSeen >= windowsToSee }

    /// Reads the next few windows, of which it takes all positions: they cost it little. What steps want
    /// of them stays in memory.
    package func advance() throws {
        let few = min(windowsAtATime(of: text.windows.window), windowsToSee - windowsSeen)
        let part =
            try text.readIntoRound(showing: add)
            ?? text.read(windowsSeen..<windowsSeen + few, showing: add)
        windowsSeen += part.count / text.positionsPerWindow
    }

    private func add(_ streams: Tensor) {
        let final = streams[model.configuration.nLayers - 1]
        let inverseRMS = Tensor(final.shape[0])
        model.unembedding.normalize(
            final, into: Tensor(final.shape), inverseRMS: inverseRMS)
        parallel(moments.count) { layer in
            let (stream, target) = (streams[layer], final.copy())
            subtract(stream, from: target)
            moments[layer].add(stream, target, scale: inverseRMS)
        }
    }

    /// What `solve` found.
    package struct Solution {
        package let lens: Lens
        package let losses: Losses
    }

    /// What the translators of a solution achieve, by layer.
    package struct Losses: Codable, Equatable, Sendable {
        /// nil where the logit lens is best.
        package let ridges: [Double?]
        /// Losses of the logit lens and of the solution on what is held out, in nats.
        package let start, end: [Double]
    }

    /// The best translators for what was read.
    ///
    /// - Throws: `ModelError.notFinite` if the logit lens's own losses are not finite.
    package func solve() throws -> Solution {
        let logit = Lens(zeroFor: model.configuration)
        let start = try heldOut.losses(of: logit)
        if let broken = start.firstIndex(where: { !$0.isFinite }) {
            throw logit.notFinite(layer: broken, of: model)
        }
        let fitted = Lens(weight: Tensor(logit.weight.shape), bias: Tensor(logit.bias.shape))
        var errors = try heldOut.squaredErrors(of: logit)
        var ridges = [Double?](repeating: nil, count: logit.layerCount)
        for ridge in Self.ridges {
            let candidate = Lens(weight: Tensor(logit.weight.shape), bias: Tensor(logit.bias.shape))
            parallel(moments.count) { layer in
                // Where it fails the candidate stays the logit lens.
                _ = moments[layer].solve(
                    ridge: ridge, weight: candidate.weight[layer], bias: candidate.bias[layer])
            }
            let losses = try heldOut.squaredErrors(of: candidate)
            for layer in moments.indices where losses[layer] < errors[layer] {
                ridges[layer] = ridge
            }
            fitted.takeBetter(of: candidate, losses: losses, smallest: &errors)
        }
        let best = Lens(weight: logit.weight, bias: logit.bias)
        var smallest = start
        let losses = try heldOut.losses(of: fitted)
        for layer in losses.indices where !(losses[layer] < start[layer]) { ridges[layer] = nil }
        best.takeBetter(of: fitted, losses: losses, smallest: &smallest)
        return Solution(
            lens: best, losses: Losses(ridges: ridges, start: start, end: smallest))
    }
}
