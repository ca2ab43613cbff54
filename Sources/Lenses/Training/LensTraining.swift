import Base
import Corpora
import Models
import Results
import Training

/// Trains a lens for a model on a text by a recipe: plans what to do with the text, holds a part of it
/// out, and finds translators by the closed form, by steps, or both.
///
///     let training = try LensTraining(model: model, text: windows, recipe: .fast)
///     let lens = try training.run().lens
package final class LensTraining {
    /// How far it is.
    package enum Progress {
        /// Tokens that the closed form has read, of how many.
        case closedForm(tokens: Int, of: Int)
        case steps(TrainingProgress<LensTrainer>)
    }

    package let model: LanguageModel
    package let options: LensTrainingOptions
    package let plan: LensTrainingPlan
    /// What a plan for a budget is expected to take.
    package let forecast: LensTrainingPlan.Forecast?
    /// To train on.
    package let windows: TokenWindows
    package let heldOut: HeldOutText
    private let start: NamedLens?

    /// - Parameters:
    ///   - text: to train and to measure on; of more than `recipe.windowsToRead` the rest is left.
    ///   - start: where training begins; nil for zero translators.
    ///   - snapshots: of the training that this one goes on with; a time that is measured anew would give
    ///     another plan.
    ///   - began: when the time of a budget began to run.
    /// - Throws: `LensError`, and what the model throws while its speed is measured.
    package init(
        model: LanguageModel, text: TokenWindows, recipe: LensRecipe = .fast,
        start: NamedLens? = nil, resuming snapshots: SnapshotFolder? = nil,
        since began: ContinuousClock.Instant = .now
    ) throws {
        var options = recipe.options(window: text.window)
        options.objective.precision = model.precision
        let planner = Planner(model: model, recipe: recipe, snapshots: snapshots, began: began)
        (plan, forecast) = try planner.plan(text, &options)
        options.measuring.every = recipe.evalEvery ?? options.measuring.every
        if let warmup = options.optimizer.warmupSteps, warmup >= options.text.steps {
            throw LensError.warmup(steps: warmup, of: options.text.steps)
        }
        let held: TokenWindows
        (windows, held) = try plan.split(text, isWanted: recipe.heldOut != nil)
        heldOut = HeldOutText(
            held, model: model, objective: options.objective,
            positions: options.measuring.positions)
        self.model = model
        self.options = options
        self.start = start
    }

    /// Trains, and writes what came of it where the session has a folder.
    ///
    /// - Parameters:
    ///   - origin: what the record of a written lens says of its making.
    ///   - progress: told after every piece of work.
    /// - Throws: `TrainingError`, `SnapshotError`, `LensError`, `ModelError`, `FileError`.
    package func run(
        _ session: TrainingSession = TrainingSession(), origin: RunOrigin = RunOrigin(),
        progress: (Progress) -> Void = { _ in }
    ) throws -> TrainedLens {
        switch plan.work {
        case .closedForm: try solve(session, origin, progress)
        case .steps: try train(session, origin, progress)
        case .closedFormThenSteps: try train(session, origin, progress, fromClosedForm: true)
        }
    }

    /// Translators by least squares.
    private func solve(
        _ session: TrainingSession, _ origin: RunOrigin, _ progress: (Progress) -> Void
    ) throws -> TrainedLens {
        if let folder = session.folder {
            let bytes = 2 * Lens(zeroFor: model.configuration).byteCount
            try checkSpace(for: folder.path, in: folder.path, bytes: bytes)
        }
        let text = try TrainingText(
            windows, model: model, options: options.text, objective: options.objective)
        let solution = try closedForm(of: text, session, progress)
        let losses = solution.losses
        try session.log.begin()
        try session.log.append(HeldOutMeasurement(step: 0, scores: losses.start))
        try session.log.append(HeldOutMeasurement(step: 1, scores: losses.end))
        let trained = TrainedLens(
            lens: solution.lens,
            heldOut: HeldOutLosses(
                heldOut.windows, start: losses.start, end: losses.end, ridges: losses.ridges))
        if let folder = session.folder {
            try write(trained, origin, to: folder.work)
            try folder.commit()
        }
        return trained
    }

    /// Translators by steps along the gradient.
    private func train(
        _ session: TrainingSession, _ origin: RunOrigin, _ progress: (Progress) -> Void,
        fromClosedForm: Bool = false
    ) throws -> TrainedLens {
        let trainer = try LensTrainer(
            model, lens: start?.lens ?? Lens(zeroFor: model.configuration), windows: windows,
            heldOut: heldOut, options: options)
        if let folder = session.folder { try trainer.checkSpace(in: folder) }
        let began = ContinuousClock.now
        if fromClosedForm, !session.isResumed {
            let enough = LensTrainingPlan.closedFormWindows(
                of: windows.window, dModel: model.configuration.dModel)
            trainer.start(
                from: try closedForm(of: trainer.text, atMost: enough, session, progress))
        }
        try session.run(trainer, since: began) { progress(.steps($0)) }

        let reports = try session.log.reports(LensTrainingStep.self)
        let trained = TrainedLens(
            lens: trainer.result, heldOut: try losses(of: trainer, session.log),
            firstStep: reports.first, lastStep: reports.last)
        try session.finish(trainer) { try write(trained, origin, to: $0) }
        return trained
    }

    /// What each layer's loss was where training started, and is now; nil where nothing is held out, or
    /// the log that says so was lost while training was interrupted.
    private func losses(of trainer: LensTrainer, _ log: TrainingLog) throws -> HeldOutLosses? {
        let measured = try log.reports(HeldOutMeasurement<[Double]>.self)
        guard let first = measured.first, let last = measured.last, first.step == 0,
            last.step == trainer.completedSteps
        else { return nil }
        return HeldOutLosses(
            heldOut.windows, start: trainer.closedForm?.start ?? first.scores,
            closedForm: trainer.closedForm?.end, end: trainer.smallestLosses ?? last.scores,
            ridges: trainer.closedForm?.ridges)
    }

    /// Reads the text once, or the windows that steps take first, which can not be put away half-way.
    private func closedForm(
        of text: TrainingText, atMost limit: Int = .max, _ session: TrainingSession,
        _ progress: (Progress) -> Void
    ) throws -> ClosedFormFit.Solution {
        let fit = try ClosedFormFit(model, text: text, atMost: limit, heldOut: heldOut)
        func tell() {
            let length = text.windows.window
            progress(
                .closedForm(
                    tokens: fit.windowsSeen * length, of: fit.windowsToSee * length))
        }
        tell()
        while !fit.isRead {
            if session.isInterrupted() { throw TrainingError.interrupted(folder: nil) }
            try fit.advance()
            tell()
        }
        return try fit.solve()
    }

    private func write(
        _ trained: TrainedLens, _ origin: RunOrigin, to folder: String
    ) throws {
        try LensArtifact.write(trained.lens, for: model, recipe: options.recipe, to: folder)
        let record = LensTrainingRecord(
            run: try origin.record(
                model, start, dataSHA256: windows.sha256, seed: options.text.seed),
            options: options, windows: windows.count, heldOut: trained.heldOut,
            documents: windows.documentCount, natsToBitsPerByte: windows.natsToBitsPerByte)
        try writeFile(try record.json(), to: join(folder, "run.json"))
    }
}

/// What a training found.
package struct TrainedLens {
    package let lens: Lens
    /// Absent where nothing was held out.
    package let heldOut: HeldOutLosses?
    /// Absent where there were no steps.
    package var firstStep, lastStep: LensTrainingStep?
}

extension HeldOutLosses {
    fileprivate init(
        _ windows: TokenWindows, start: [Double], closedForm: [Double]? = nil, end: [Double],
        ridges: [Double?]? = nil
    ) {
        self.init(
            windows: windows.count, sha256: windows.sha256, start: start, closedForm: closedForm,
            end: end, ridges: ridges)
    }
}
