import Base
import Corpora
import Lenses
import Models
import Training

/// Windows of tokens to train or to measure on.
public struct Text: Sendable {
    let windows: TokenWindows
    let files: [String]

    /// Reads documents, each with the end-of-text token before it, one after the other, and cuts them into
    /// windows.
    ///
    /// The tokens are in a mapped file once they are many.
    ///
    /// - Parameters:
    ///   - files: `.txt` or `.jsonl`, plain or `.zst`.
    ///   - tokenizer: that of the model.
    ///   - window: tokens in a window.
    ///   - limit: how many windows to keep; all if nil.
    public init(
        files: [String], tokenizer: Tokenizer, window: Int = 2048, limit: Int? = nil
    ) throws(Failure) {
        self.files = files
        windows = try facing {
            let tokenizer = tokenizer.tokenizer
            return try tokenWindows(
                from: DocumentReader(paths: files, cut: tokenizer.cuts.last),
                encode: tokenizer.encode, endOfText: tokenizer.requiredEndOfText,
                window: window, limit: limit)
        }
    }

    /// How many windows there are.
    public var count: Int { windows.count }
}

extension Lens {
    /// How translators are found.
    public enum Recipe: Sendable {
        /// The closed form, then steps of Muon from there: the losses of `published` with a tenth of its
        /// text and less of its time.
        case fast
        /// `fast` in at most so many seconds.
        case within(seconds: Double)
        /// As tuned-lens 0.2: 250 steps of 262,144 tokens.
        case published
    }

    /// A trained lens, and how well it does on text that was held out.
    public struct Trained: Sendable {
        public let lens: Lens
        /// KL divergence of the model's output from each block's, mean over the text held out, in nats: at
        /// first, and of the lens; empty where nothing could be held out.
        public let lossAtStart, loss: [Double]
    }

    /// Trains a lens for a model on a text.
    ///
    ///     let text = try Text(files: ["val.jsonl.zst"], tokenizer: model.tokenizer())
    ///     let trained = try Lens.train(for: model, on: text)
    ///     try trained.lens.write(to: "lenses/mamba2-370m")
    ///
    /// - Parameters:
    ///   - model: whose streams are read.
    ///   - text: to train on and, a part of it, to measure on.
    ///   - recipe: how translators are found.
    ///   - progress: told the share of the steps that is done, 0 to 1; false ends the training with a
    ///     `Failure` of kind `interrupted`.
    public static func train(
        for model: Model, on text: Text, recipe: Recipe = .fast,
        progress: (Double) -> Bool = { _ in true }
    ) throws(Failure) -> Trained {
        try facing {
            var chosen: LensRecipe = if case .published = recipe { .published } else { .fast }
            if case .within(let seconds) = recipe { chosen.budget = .seconds(seconds) }
            let training = try LensTraining(
                model: model.model, text: text.windows, recipe: chosen)
            return try withoutActuallyEscaping(progress) { progress in
                var goesOn = true
                var session = TrainingSession()
                session.isInterrupted = { !goesOn }
                let trained = try training.run(session, origin: RunOrigin(data: text.files)) {
                    if case .steps(let steps) = $0 {
                        goesOn = progress(
                            Double(steps.tokensSeen) / Double(max(1, steps.totalTokens)))
                    }
                }
                return Trained(
                    lens: Lens(NamedLens("trained", trained.lens), of: model),
                    lossAtStart: trained.heldOut?.start ?? [], loss: trained.heldOut?.end ?? [])
            }
        }
    }
}
