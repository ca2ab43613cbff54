import Corpora
import Foundation
import Kernels
import Lenses
import Models
import Results
import Tokenization

/// Measures how probable the right answer is at the last position of a prompt, after each block.
package struct BabilongEvaluator {
    private static let promptsAtATime = 256

    private let model: LanguageModel
    private let lens: Lens
    private let tokenizer: Tokenizer
    private let form: PromptForm

    package init(model: LanguageModel, lens: Lens, tokenizer: Tokenizer, form: PromptForm) {
        self.model = model
        self.lens = lens
        self.tokenizer = tokenizer
        self.form = form
    }

    /// One prompt's readings for each sample, in order.
    ///
    /// - Parameter progress: called with the number of prompts done.
    /// - Throws: `EvaluationError`, `LensError.notFinite`, and `ModelError` where the tokenizer is not the
    ///   model's or its output is not finite.
    package func evaluate(
        _ samples: [BabilongSample], progress: (Int) -> Void
    ) throws -> [BabilongResult.Prompt] {
        var results: [BabilongResult.Prompt] = []
        for start in stride(from: 0, to: samples.count, by: Self.promptsAtATime) {
            let group = samples[start..<min(start + Self.promptsAtATime, samples.count)]
            results += try evaluateTogether(Array(group)) { progress(start + $0) }
        }
        return results
    }

    private func evaluateTogether(
        _ samples: [BabilongSample], progress: (Int) -> Void
    ) throws -> [BabilongResult.Prompt] {
        let prompts = samples.map { tokenizer.encode(form.prompt(for: $0)) }
        let targets = try samples.map { sample in
            let ids = tokenizer.encode(PromptForm.answering(sample.target))
            guard let first = ids.first, !sample.target.allSatisfy(\.isWhitespace) else {
                throw EvaluationError.emptyTarget(task: sample.task, index: sample.index)
            }
            guard first < model.configuration.vocabSize else {
                throw EvaluationError.targetOutOfRange(
                    task: sample.task, index: sample.index, target: sample.target, id: Int(first),
                    rows: model.configuration.vocabSize)
            }
            return ids
        }
        let layers = try LensReadout(lens, of: model).readLastPositions(
            of: prompts, by: model, targets: targets.map { Int($0[0]) },
            asking: [.logProbability, .rank], progress: progress
        ).map(\.vocabulary.predictions)
        let broken = layers.indices.filter {
            layers[$0].contains { !$0.logProbability.isFinite }
        }
        if let layer = broken.first {
            // The last row is the model's own.
            throw broken.last == layers.count - 1
                ? model.outputNotFinite
                : lens.notFinite(layer: layer, of: model)
        }
        return samples.indices.map { i in
            BabilongResult.Prompt(
                samples[i], tokens: prompts[i].count, target: targets[i],
                readings: layers.map { $0[i] })
        }
    }
}

extension BabilongEvaluator {
    /// The last rows of each of some tasks, in the order of the tasks.
    ///
    /// - Parameters: `data`, `length` and `tasks` as of `loadBabilong`.
    package static func samples(
        data: String, length: String = "0k", tasks: [String], last count: Int = 100
    ) throws -> [BabilongSample] {
        let rows = try loadBabilong(data: data, length: length, tasks: tasks)
        return tasks.flatMap { task in rows.filter { $0.task == task }.suffix(count) }
    }

    /// What the right answers' probabilities are after each block, with 95% bootstrap intervals.
    ///
    /// - Parameters:
    ///   - seed: of the bootstrap.
    ///   - progress: called with the number of prompts done.
    /// - Throws: as `evaluate`, and where the model's files cannot be hashed.
    package static func result(
        of model: LanguageModel, through lens: NamedLens, tokenizer: Tokenizer, form: PromptForm,
        on samples: [BabilongSample], seed: UInt64 = 0, origin: RunOrigin,
        progress: (Int) -> Void = { _ in }
    ) throws -> BabilongResult {
        let evaluator = BabilongEvaluator(
            model: model, lens: lens.lens, tokenizer: tokenizer, form: form)
        let prompts = try evaluator.evaluate(samples, progress: progress)
        var run = try origin.record(
            model, lens, dataSHA256: sha256(of: samples), seed: seed)
        run.promptForm = form.rawValue
        return BabilongResult(prompts: prompts, run: run, seed: seed)
    }
}

extension BabilongResult.Prompt {
    /// - Parameters:
    ///   - target: tokens of the answer, as `PromptForm` spells it.
    ///   - readings: one for each layer, then the model's own.
    package init(
        _ sample: BabilongSample, tokens: Int, target: [TokenID], readings: [TokenPrediction]
    ) {
        self.init(
            task: sample.task, index: sample.index, tokens: tokens, target: sample.target,
            targetID: Int(target[0]), targetTokens: target.count,
            readings: readings.map { reading in
                TokenReading(
                    probability: exp(reading.logProbability),
                    logProbability: reading.logProbability, rank: reading.rank)
            })
    }
}
