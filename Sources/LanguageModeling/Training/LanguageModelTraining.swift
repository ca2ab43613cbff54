import Base
import Models
import Results
import Tensors
import Training

/// Where the training of a language model begins, and how its result is to be written.
package struct LanguageModelStart {
    let parameters: Parameters
    let output: ModelOutput

    /// Random parameters.
    ///
    /// - Parameters:
    ///   - path: a `config.json`.
    ///   - dtype: of the weights that are written; training is in float32 either way.
    /// - Throws: `LanguageModelingError.notTrainable`, and what is wrong with the file.
    package init(
        configurationFile path: String, wholeWidthNorm: Bool = false, scales: InitialScales,
        seed: UInt64, writing dtype: DType = .float32
    ) throws {
        let configuration = try ModelConfiguration(path: path, wholeWidthNorm: wholeWidthNorm)
        output = try ModelOutput(
            configurationFile: path, configuration, adding: nil, dtype: dtype)
        parameters = try Parameters(initialOf: configuration, seed: seed, scales: scales)
    }

    /// A model's parameters, or those of the differential one that a Mamba-2 is turned into.
    ///
    /// - Parameter seed: of the parameters that the model has no value for.
    /// - Throws: `LanguageModelingError.notTrainable`, `.cannotConvert`.
    package init(
        _ model: LanguageModel, convertedTo placement: DifferentialPlacement? = nil, seed: UInt64,
        writing dtype: DType = .float32
    ) throws {
        output = try ModelOutput(
            configurationFile: join(model.folder, "config.json"), model.configuration,
            adding: placement, dtype: dtype)
        parameters =
            try placement.map { try Parameters(converting: model, to: $0, seed: seed) }
            ?? Parameters(copying: model)
    }
}

/// Trains a language model, new or from another one, and writes it as a folder that transformers loads.
package struct LanguageModelTraining {
    private let trainer: LanguageModelTrainer
    private let output: ModelOutput

    package init(
        _ start: LanguageModelStart, mixture: TrainingMixture, options: TrainingOptions,
        heldOut: HeldOutSets = HeldOutSets()
    ) throws {
        output = start.output
        trainer = try LanguageModelTrainer(
            start.parameters, mixture: mixture, options: options, heldOut: heldOut)
    }

    /// Trains, and writes the model where the session has a folder.
    ///
    /// - Parameters:
    ///   - tokenizer: the `tokenizer.json` to write with it.
    ///   - start: the name of what training started from, for the record.
    /// - Throws: `TrainingError`, `SnapshotError`, `LanguageModelingError`, `ModelError`, `FileError`.
    package func run(
        _ session: TrainingSession = TrainingSession(), tokenizer: String, from start: String = "",
        origin: RunOrigin = RunOrigin(),
        progress: (TrainingProgress<LanguageModelTrainer>) -> Void = { _ in }
    ) throws -> TrainedLanguageModel {
        if let folder = session.folder { try trainer.checkSpace(in: folder) }
        try session.run(trainer, progress: progress)
        let steps = try session.log.reports(ModelTrainingStep.self)
        let measured = try session.log.reports(HeldOutMeasurement<[EvaluationScore]>.self)
        let trained = TrainedLanguageModel(
            parameters: trainer.parameters, firstStep: steps.first, lastStep: steps.last,
            scores: measured.last?.scores)
        try session.finish(trainer) { folder in
            try output.write(trainer.parameters, tokenizer: tokenizer, to: folder)
            var run = try origin.record(
                LanguageModel(folder: folder), dataSHA256: trainer.mixture.sha256,
                seed: trainer.options.seed)
            run.model = modelName(ofFolder: session.folder?.path ?? folder)
            let record = ModelTrainingRecord(
                run: run, start: start, options: trainer.options,
                parameters: trainer.parameters.count,
                sequences: trainer.mixture.sequenceCount)
            try writeFile(try record.json(), to: join(folder, "run.json"))
        }
        return trained
    }
}

/// What a training found.
package struct TrainedLanguageModel {
    package let parameters: Parameters
    /// Absent where the log was lost while training was interrupted.
    package let firstStep, lastStep: ModelTrainingStep?
    /// On what is held out; absent where nothing is.
    package let scores: [EvaluationScore]?
}
