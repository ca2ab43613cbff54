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
/// Of a few ridges each layer takes the one whose squares are smallest on what is held out, and where
/// its loss there is not below the logit lens's, the layer stays that.
package final class ClosedFormFit {
    /// Shares of the mean square of the inputs.
    package static let ridges = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]

    private let model: LanguageModel
    private let windows: TokenWindows
    private let heldOut: HeldOutText
    /// Of all layers but the last, which reads the last stream itself.
    private let moments: [SecondMoments]
    /// How many windows, spread over all.
    package let windowsToSee: Int
    package private(set) var windowsSeen = 0

    /// - Parameter limit: how many windows to read at most.
    /// - Throws: `LensError.nothingHeldOut`, `.tokenShift`, `.tooLittleData`.
    package init(
        _ model: LanguageModel, windows: TokenWindows, atMost limit: Int = .max,
        heldOut: HeldOutText, options: LensTrainingOptions
    ) throws {
        guard !heldOut.isEmpty else {
            throw LensError.nothingHeldOut(windows: windows.count, window: options.window)
        }
        guard windows.count > 0 else {
            throw LensError.tooLittleData(windows: 0, needed: 1, window: options.window)
        }
        try options.checkTokenShift()
        windowsToSee = min(limit, windows.count)
        self.model = model
        self.windows = windows
        self.heldOut = heldOut
        let d = model.configuration.dModel
        moments = (1..<model.configuration.nLayers).map { _ in
            SecondMoments(inputs: d, outputs: d)
        }
    }

    package var isRead: Bool { windowsSeen == windowsToSee }

    /// Reads the next few windows.
    package func advance() throws {
        let count = min(windowsAtATime(of: windows.window), windowsToSee - windowsSeen)
        let chosen = (windowsSeen..<windowsSeen + count).map { $0 * windows.count / windowsToSee }
        let batch = TokenBatch(chosen.map { windows[$0] })
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
    /// - Throws: `LensError.notFinite` if the logit lens's own losses are not finite.
    package func solve() throws -> Solution {
        let logit = Lens(zeroFor: model.configuration)
        let start = try heldOut.losses(of: logit)
        if let broken = start.firstIndex(where: { !$0.isFinite }) {
            throw LensError.notFinite(blocks: broken + 1)
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
