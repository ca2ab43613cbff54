import Corpora
import Files
import Kernels
import StateSpaceModels
import Tensors

/// Finds translators without steps: each is the least-squares map of the stream after its block to
/// the last stream, from one pass of the model over the text and none over the vocabulary.
///
/// What is minimized is `Σ |h + A h + b − h*|² / rms(h*)²` with h* the last stream, whose norm divides
/// by its rms before it reaches the vocabulary, and `ridge · |A|²`, which pulls towards the logit lens.
/// Of a few ridges each layer takes the one with the smallest loss on what is held out.
package final class ClosedFormFit {
    /// Shares of the mean square of the inputs.
    package static let ridges = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]

    private let model: LanguageModel
    private let windows: TokenWindows
    private let heldOut: HeldOutText
    /// Of all layers but the last, which reads the last stream itself.
    private let moments: [SecondMoments]
    package private(set) var windowsSeen = 0

    /// - Parameter options: the loss to measure on what is held out, and in which arithmetic.
    /// - Throws: `LensError.nothingHeldOut`, `.tokenShift`.
    package init(
        _ model: LanguageModel, windows: TokenWindows, heldOut: TokenWindows,
        options: LensTrainingOptions
    ) throws {
        guard heldOut.count > 0 else { throw LensError.nothingHeldOut }
        guard abs(options.tokenShift) < options.window else {
            throw LensError.tokenShift(shift: options.tokenShift, window: options.window)
        }
        self.model = model
        self.windows = windows
        self.heldOut = HeldOutText(
            heldOut, model: model,
            vocabulary: Vocabulary(model.unembedding.weight, precision: options.precision),
            options: options)
        let d = model.configuration.dModel
        moments = (1..<model.configuration.nLayers).map { _ in
            SecondMoments(inputs: d, outputs: d)
        }
    }

    package var isRead: Bool { windowsSeen == windows.count }

    /// Reads the next few windows.
    package func advance() throws {
        let count = min(windowsAtATime(of: windows.window), windows.count - windowsSeen)
        let batch = TokenBatch((windowsSeen..<windowsSeen + count).map { windows[$0] })
        let streams = try model.capturedStreams(batch)
        let final = streams[model.configuration.nLayers - 1]
        let inverseRMS = Tensor(batch.ids.count)
        model.unembedding.normalize(
            final, into: Tensor(final.shape), inverseRMS: inverseRMS.pointer)
        parallel(moments.count) { layer in
            let (stream, target) = (streams[layer], final.copy())
            for i in 0..<target.count { target.pointer[i] -= stream.pointer[i] }
            moments[layer].add(stream.matrix, target.matrix, scale: inverseRMS.pointer)
            withExtendedLifetime(target) {}
        }
        withExtendedLifetime(inverseRMS) {}
        windowsSeen += count
    }

    /// What `solve` found for each layer.
    package struct Solution {
        package let lens: Lens
        /// nil where the logit lens is best.
        package let ridges: [Double?]
        /// Losses of the logit lens and of `lens` on what is held out, in nats.
        package let start, end: [Double]
    }

    /// The best translators for what was read.
    ///
    /// - Throws: `LensError.notFinite` if the logit lens's own losses are not finite.
    package func solve() throws -> Solution {
        let lens = Lens(zeroFor: model.configuration)
        let best = Lens(weight: lens.weight, bias: lens.bias)
        let start = try heldOut.losses(of: best)
        if let broken = start.firstIndex(where: { !$0.isFinite }) {
            throw LensError.notFinite(blocks: broken + 1)
        }
        var smallest = start
        var chosen = [Double?](repeating: nil, count: lens.layerCount)
        for ridge in Self.ridges {
            let candidate = Lens(weight: Tensor(lens.weight.shape), bias: Tensor(lens.bias.shape))
            parallel(moments.count) { layer in
                // Where it fails the candidate stays the logit lens.
                _ = moments[layer].solve(
                    ridge: ridge, weight: candidate.weight[layer], bias: candidate.bias[layer])
            }
            let losses = try heldOut.losses(of: candidate)
            for layer in moments.indices where losses[layer] < smallest[layer] {
                chosen[layer] = ridge
            }
            best.takeBetter(of: candidate, losses: losses, smallest: &smallest)
        }
        return Solution(lens: best, ridges: chosen, start: start, end: smallest)
    }
}
