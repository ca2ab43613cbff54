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
    private let keepsTexts: Bool

    /// - Parameter keepsTexts: whether what comes back has the text of each prompt.
    package init(
        model: LanguageModel, lens: Lens, tokenizer: Tokenizer, form: PromptForm,
        keepsTexts: Bool = false
    ) {
        self.model = model
        self.lens = lens
        self.tokenizer = tokenizer
        self.form = form
        self.keepsTexts = keepsTexts
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
        let prompts = try samples.map {
            try EncodedPrompt($0, form: form, tokenizer: tokenizer, for: model.configuration)
        }
        let layers = try LensReadout(lens, of: model).readLastPositions(
            of: prompts.map(\.ids), by: model, targets: prompts.map { Int($0.target[0]) },
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
        return prompts.enumerated().map { index, prompt in
            BabilongResult.Prompt(
                prompt, hasText: keepsTexts, readings: layers.map { $0[index] })
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
    ///   - keepsTexts: whether the result has the text of each prompt.
    ///   - progress: called with the number of prompts done.
    /// - Throws: as `evaluate`, and where the model's files cannot be hashed.
    package static func result(
        of model: LanguageModel, through lens: NamedLens, tokenizer: Tokenizer, form: PromptForm,
        on samples: [BabilongSample], seed: UInt64 = 0, keepsTexts: Bool = false,
        origin: RunOrigin, progress: (Int) -> Void = { _ in }
    ) throws -> BabilongResult {
        let evaluator = BabilongEvaluator(
            model: model, lens: lens.lens, tokenizer: tokenizer, form: form,
            keepsTexts: keepsTexts)
        let prompts = try evaluator.evaluate(samples, progress: progress)
        var run = try origin.record(
            model, lens, dataSHA256: sha256(of: samples), seed: seed)
        run.promptForm = form.rawValue
        return BabilongResult(prompts: prompts, run: run, seed: seed)
    }
}

extension BabilongResult.Prompt {
    /// - Parameters:
    ///   - hasText: whether it has the prompt's text.
    ///   - readings: one for each layer, then the model's own.
    init(_ prompt: EncodedPrompt, hasText: Bool, readings: [TokenPrediction]) {
        let sample = prompt.sample
        self.init(
            task: sample.task, index: sample.index, tokens: prompt.ids.count,
            text: hasText ? prompt.text : nil, target: sample.target,
            targetID: Int(prompt.target[0]), targetTokens: prompt.target.count,
            readings: readings.map { reading in
                TokenReading(
                    probability: exp(reading.logProbability),
                    logProbability: reading.logProbability, rank: reading.rank)
            })
    }
}
