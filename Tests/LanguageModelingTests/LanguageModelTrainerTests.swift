import Base
import Checkpoints
import Corpora
import Foundation
import LanguageModeling
import Models
import Results
import Tensors
import Testing
import TestSupport
import Training

@Suite struct LanguageModelTrainerTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func model(_ kind: SmallModel.Kind) throws -> LanguageModel {
        let path = folder("\(kind)")
        try createFolder(path)
        try SmallModel.write(kind, to: path)
        return try LanguageModel(folder: path)
    }

    /// Windows in which every token follows from the one before.
    private func windows(_ count: Int) -> TrainingSequences {
        let ids = (0..<count * 24).map { Int32($0 * $0 % SmallModel.vocabSize) }
        return TrainingSequences(
            TokenWindows(
                window: 24, ids: ids, tokenCount: ids.count, documentCount: 1, byteCount: 900))
    }

    private var options: TrainingOptions {
        var options = TrainingOptions()
        options.steps = 6
        options.batch = 4
        options.atATime = 3
        options.learningRate = 3e-3
        return options
    }

    private func trainer(
        _ options: TrainingOptions, _ mixture: TrainingMixture? = nil,
        heldOut: HeldOutSets = HeldOutSets()
    ) throws -> LanguageModelTrainer {
        try LanguageModelTrainer(
            Parameters(copying: model(.diffAlternate)),
            mixture: mixture ?? TrainingMixture(windows(10)),
            options: options, heldOut: heldOut)
    }

    @discardableResult
    private func finish(_ trainer: LanguageModelTrainer) throws -> [LanguageModelTrainer.Report] {
        var reports: [LanguageModelTrainer.Report] = []
        while !trainer.isFinished {
            if let report = try trainer.advance() { reports.append(report) }
        }
        return reports
    }

    private func values(_ trainer: LanguageModelTrainer) -> [[Float]] {
        trainer.parameters.named.map { Array($0.value.elements) }
    }

    @Test("the loss falls, and the parts of a step add up to the whole")
    func learns() throws {
        var whole = options
        whole.steps = 40
        whole.atATime = 4
        let reports = try finish(trainer(whole))
        #expect(reports[39].loss < reports[0].loss / 3)
        let parts = try finish(trainer(options))
        #expect(abs(parts[0].loss - reports[0].loss) < 1e-5 * reports[0].loss)
        #expect(
            abs(parts[0].gradientNorm - reports[0].gradientNorm) < 1e-4 * reports[0].gradientNorm)
    }

    @Test(
        "a Mamba-1 learns, from a checkpoint and anew",
        arguments: TrainingOptions.Optimizer.allCases, [true, false])
    func mamba1(optimizer: TrainingOptions.Optimizer, isNew: Bool) throws {
        let source = try model(.mamba1)
        let parameters =
            try isNew
            ? Parameters(initialOf: source.configuration, seed: 1) : Parameters(copying: source)
        var options = options
        options.steps = 40
        options.optimizer = optimizer
        let trainer = try LanguageModelTrainer(
            parameters, mixture: TrainingMixture(windows(10)), options: options)
        let reports = try finish(trainer)
        #expect(reports[39].loss < 0.75 * reports[0].loss)

        let output = try ModelOutput(
            configurationFile: join(source.folder, "config.json"), source.configuration,
            adding: nil)
        try writeFile("{}", to: folder("tokenizer.json"))
        try output.write(parameters, tokenizer: folder("tokenizer.json"), to: folder("written"))
        let loaded = try LanguageModel(folder: folder("written"))
        #expect(loaded.configuration == source.configuration)
        let batch = TokenBatch([[1, 2, 3]])
        let (first, second) = (
            try loaded.run(batch), try parameters.model(folder: "").run(batch)
        )
        #expect(Array(first.elements) == Array(second.elements))
    }

    @Test("a new Mamba-1 forgets at the rates 1 to d_state, and steps as upstream's")
    func initialMamba1() throws {
        let configuration = try model(.mamba1).configuration
        let parameters = try Parameters(initialOf: configuration, seed: 3)
        let named = Dictionary(uniqueKeysWithValues: parameters.named.map { ($0.name, $0.value) })
        let aLog = try #require(named["backbone.layers.1.mixer.A_log"])
        let rates = aLog.elements.map { exp($0).rounded() }
        #expect(rates == (0..<aLog.count).map { Float($0 % 8 + 1) })
        let bias = try #require(named["backbone.layers.1.mixer.dt_proj.bias"])
        #expect(bias.elements.allSatisfy { (-6.91 ... -2.25).contains($0) })
        let projection = try #require(named["backbone.layers.1.mixer.x_proj.weight"])
        #expect(Set(projection.elements).count > 100)
        #expect(projection.elements.allSatisfy { abs($0) <= 0.125 })
    }

    @Test(
        "a resumed training equals an uninterrupted one", arguments: [1, 4, 7, 11],
        TrainingOptions.Optimizer.allCases)
    func resumes(stop: Int, optimizer: TrainingOptions.Optimizer) throws {
        let mixture = TrainingMixture([
            TrainingMixture.Part(windows(3), weight: 2),
            TrainingMixture.Part(windows(10), weight: 1),
        ])
        var options = options
        options.dropout = 0.2
        options.optimizer = optimizer
        let whole = try trainer(options, mixture)
        let reports = try finish(whole)
        let interrupted = try trainer(options, mixture)
        var seen = 0
        for _ in 0..<stop where try interrupted.advance() != nil { seen += 1 }
        try interrupted.writeSnapshot(to: SnapshotFolder(in: folder("out")))
        let resumed = try trainer(options, mixture)
        try resumed.restore(from: SnapshotFolder(in: folder("out")))
        #expect(resumed.tokensSeen == interrupted.tokensSeen)
        #expect(try finish(resumed) == Array(reports[seen...]))
        #expect(values(resumed) == values(whole))
    }

    @Test("refuses a snapshot made with other options")
    func mismatch() throws {
        try trainer(options).writeSnapshot(to: SnapshotFolder(in: folder("out")))
        var other = options
        other.beta2 = 0.9
        #expect(throws: SnapshotError.self) {
            try trainer(other).restore(from: SnapshotFolder(in: folder("out")))
        }
    }

    @Test("masks of dropout do not depend on how a step is parted")
    func dropout() throws {
        var whole = options
        whole.dropout = 0.4
        whole.atATime = 4
        var parts = whole
        parts.atATime = 1
        let reports = try [whole, parts, options].map { try finish(trainer($0)) }
        #expect(abs(reports[0][0].loss - reports[1][0].loss) < 1e-5 * reports[0][0].loss)
        #expect(abs(reports[0][0].loss - reports[2][0].loss) > 1e-2 * reports[0][0].loss)
    }

    @Test("what is held out is measured every few steps and after the last, not before the first")
    func measures() throws {
        let set = EvaluationSet(name: "x", kind: .answers, windows(3))
        var dropping = options
        dropping.dropout = 0.4
        let trainer = try trainer(dropping, heldOut: HeldOutSets([set], every: 4))
        #expect(try trainer.measure() == nil)
        var measured: [HeldOutMeasurement<[EvaluationScore]>] = []
        while !trainer.isFinished {
            guard try trainer.advance() != nil else { continue }
            if let report = try trainer.measure() { measured.append(report) }
        }
        #expect(measured.map(\.step) == [4, 6])
        let final = try trainer.parameters.model(folder: "").score(set)
        #expect(measured[1].scores == [final])
    }

    /// The kinds of parameters that one step with these options and one with `others` leave unequal.
    private func unequal(
        _ options: TrainingOptions, _ others: TrainingOptions
    ) throws -> Set<String> {
        let (one, other) = (try trainer(options), try trainer(others))
        try finish(one)
        try finish(other)
        let pairs = zip(one.parameters.named, other.parameters.named)
        return Set(
            pairs.filter { Array($0.0.value.elements) != Array($0.1.value.elements) }
                .map { $0.0.name.split(separator: ".").suffix(2).joined(separator: ".") })
    }

    @Test("decay pulls at matrices and not at norms, embeddings or A_log")
    func decayGroups() throws {
        var decaying = options
        decaying.steps = 1
        var plain = decaying
        decaying.weightDecay = 10
        plain.weightDecay = 0
        #expect(
            try unequal(decaying, plain)
                == ["in_proj.weight", "conv1d.weight", "out_proj.weight"])
    }

    @Test("Muon is for the matrices inside the blocks, AdamW for the rest")
    func muonGroups() throws {
        var adam = options
        adam.steps = 1
        var muon = adam
        muon.optimizer = .muon
        #expect(try unequal(muon, adam) == ["in_proj.weight", "out_proj.weight"])
    }

    @Test("the rate rises over the warm-up and falls to 0")
    func schedule() {
        var options = TrainingOptions()
        options.steps = 10
        options.warmupSteps = 2
        options.learningRate = 1
        #expect(options.rates.rate(step: 0) == 0)
        #expect(options.rates.rate(step: 1) == 0.5)
        #expect(options.rates.rate(step: 2) == 1)
        #expect(abs(options.rates.rate(step: 6) - 0.5) < 1e-12)
        options.schedule = .linear
        #expect(options.rates.rate(step: 8) == 0.25)
        options.schedule = .constant
        #expect(options.rates.rate(step: 9) == 1)
    }

    @Test("initial parameters are drawn from upstream's laws, the same for the same seed")
    func initial() throws {
        let configuration = try model(.diffAlternate).configuration
        let parameters = try Parameters(initialOf: configuration, seed: 3)
        let again = try Parameters(initialOf: configuration, seed: 3)
        for (first, second) in zip(parameters.named, again.named) {
            #expect(Array(first.value.elements) == Array(second.value.elements))
        }
        let named = Dictionary(uniqueKeysWithValues: parameters.named.map { ($0.name, $0.value) })
        func range(_ name: String) throws -> ClosedRange<Float> {
            let values = Array(try #require(named["backbone.layers.1.mixer.\(name)"]).elements)
            return (values.min() ?? 0)...(values.max() ?? 0)
        }
        #expect((Float(0)...2.7726).contains(try range("A_log").lowerBound))
        // softplus⁻¹ of 0.001 and of 0.1
        #expect((-6.91 ... -2.25).contains(try range("dt_bias").lowerBound))
        #expect((-6.91 ... -2.25).contains(try range("dt_bias").upperBound))
        #expect(try range("D") == 1...1)
        // 1 / √64 / √4
        let outProj = try range("out_proj.weight")
        #expect(outProj.upperBound <= 0.0625 && outProj.upperBound > 0.06)
        #expect(outProj.lowerBound >= -0.0625)
    }

    @Test("the sizes of the first parameters can be chosen")
    func scales() throws {
        let configuration = try model(.diffAlternate).configuration
        var scales = InitialScales()
        scales.embedding = 0.2
        scales.output = 0.5
        scales.largestA = 1
        let upstream = try Parameters(initialOf: configuration, seed: 3)
        let chosen = try Parameters(initialOf: configuration, seed: 3, scales: scales)
        for (old, new) in zip(upstream.named, chosen.named) {
            let (before, after) = (Array(old.value.elements), Array(new.value.elements))
            switch old.name {
            case let name where name.hasSuffix("embeddings.weight"):
                #expect(zip(before, after).allSatisfy { abs($1 - 10 * $0) < 1e-6 * abs($1) })
            case let name where name.hasSuffix("out_proj.weight"):
                #expect(zip(before, after).allSatisfy { abs($1 - $0 / 2) <= 1e-6 * abs($1) })
            case let name where name.hasSuffix("A_log"): #expect(after.allSatisfy { $0 == 0 })
            default: #expect(before == after, "\(old.name)")
            }
        }
    }

    @Test("the warm start takes first and last slices by raw index")
    func conversion() throws {
        let source = try model(.mamba2)
        let parameters = try Parameters(converting: source, to: .quarter, seed: 1)
        let named = Dictionary(uniqueKeysWithValues: parameters.named.map { ($0.name, $0.value) })
        func original(_ name: String) throws -> Tensor {
            let stored = try source.checkpoint.stored("backbone.layers.3.mixer.\(name)")
            return try #require(stored.float32())
        }
        func part(_ name: String) throws -> Tensor {
            try #require(named["backbone.layers.3.\(name)"])
        }
        let inProj = try original("in_proj.weight")
        let rows = try part("mixer_1.in_proj.weight").shape[0]
        #expect(
            Array(try part("mixer_1.in_proj.weight").elements)
                == Array(inProj[0..<rows].elements))
        #expect(
            Array(try part("mixer_2.in_proj.weight").elements)
                == Array(inProj[inProj.shape[0] - rows..<inProj.shape[0]].elements))
        let outProj = try original("out_proj.weight")
        let second = try part("mixer_2.out_proj.weight")
        #expect(second.shape == [32, 32] && outProj.shape == [32, 64])
        #expect(Array(second[5].elements) == Array(outProj[5].elements.suffix(32)))
        #expect(Array(try part("mixer_2.A_log").elements) == Array(try original("A_log").elements))
        #expect(Array(try part("subln.weight").elements) == [Float](repeating: 1, count: 32))
        #expect(named["backbone.layers.2.mixer.A_log"] != nil)
        #expect(throws: LanguageModelingError.self) {
            try Parameters(converting: model(.diffAll), to: .all, seed: 1)
        }
    }

    @Test("what is written loads again as the same model")
    func output() throws {
        let source = try model(.mamba2)
        let parameters = try Parameters(converting: source, to: .alternate, seed: 1)
        try writeFile("{}", to: folder("tokenizer.json"))
        let output = try ModelOutput(
            configurationFile: join(source.folder, "config.json"), source.configuration,
            adding: .alternate)
        try output.write(parameters, tokenizer: folder("tokenizer.json"), to: folder("written"))
        let loaded = try LanguageModel(folder: folder("written"))
        #expect(loaded.configuration == parameters.configuration)
        let batch = TokenBatch([[1, 2, 3]])
        let (first, second) = (
            try loaded.run(batch), try parameters.model(folder: "").run(batch)
        )
        #expect(Array(first.elements) == Array(second.elements))
        #expect(throws: LanguageModelingError.self) {
            var other = source.configuration
            other.layout = .mambaSSM
            _ = try ModelOutput(
                configurationFile: join(source.folder, "config.json"), other, adding: nil)
        }
    }

    @Test("keys are set where they stand in config.json, not in what stands in it")
    func nestedKeys() throws {
        let source = try model(.mamba2)
        let inner =
            #"{"tie_word_embeddings": 5, "dtype": "x", "diffmamba": [{"time_step_limit": [1]}]}"#
        let text = String(
            decoding: try readFile(join(source.folder, "config.json")), as: UTF8.self)
        let nested = text.replacing(
            "{", with: #"{"a \" } b": \#(inner), "time_step_min" : 0.5 , "#, maxReplacements: 1)
        try writeFile(nested, to: folder("config.json"))
        try writeFile("{}", to: folder("tokenizer.json"))
        let output = try ModelOutput(
            configurationFile: folder("config.json"), source.configuration, adding: .all)
        try output.write(
            Parameters(converting: source, to: .all, seed: 1), tokenizer: folder("tokenizer.json"),
            to: folder("written"))
        let path = folder("written/config.json")
        let written = String(decoding: try readFile(path), as: UTF8.self)
        #expect(written.contains(inner) && written.contains(#""time_step_min" : 0.5"#))
        #expect(written.contains(#""tie_word_embeddings": true"#))
        #expect(!written.contains("Infinity"))
        #expect(try ModelConfiguration(path: path).placement == .all)
    }

    @Test("a model that the last update destroyed is not handed out", arguments: [1, 3])
    func divergesAtLastStep(steps: Int) throws {
        for rate in [1e30, 1e300] {
            var options = options
            options.steps = steps
            options.learningRate = rate
            let trainer = try trainer(options)
            #expect(throws: LanguageModelingError.diverged(step: 1)) { try finish(trainer) }
        }
    }

    @Test("bfloat16 weights are named in config.json, under the key that is there")
    func bfloat16Output() throws {
        let source = try model(.mamba2)
        let parameters = try Parameters(copying: source)
        try writeFile("{}", to: folder("tokenizer.json"))
        let original = String(
            decoding: try readFile(join(source.folder, "config.json")), as: UTF8.self)
        let keyed = original.replacing(
            "{", with: "{\"torch_dtype\": \"float32\", ", maxReplacements: 1)
        for (text, key) in [(original, "dtype"), (keyed, "torch_dtype")] {
            try writeFile(text, to: folder("config.json"))
            let output = try ModelOutput(
                configurationFile: folder("config.json"), source.configuration, adding: nil,
                dtype: .bfloat16)
            try output.write(parameters, tokenizer: folder("tokenizer.json"), to: folder(key))
            let written = try decodeJSON(
                [String: Ignored].self, from: join(folder(key), "config.json"))
            #expect(written[key]?.text == "bfloat16")
            #expect(written.keys.filter { $0.hasSuffix("dtype") } == [key])
            let loaded = try LanguageModel(folder: folder(key))
            #expect(loaded.configuration == source.configuration)
            for (name, value) in parameters.named {
                let stored = try loaded.checkpoint.stored(name)
                #expect(stored.dtype == .bfloat16)
                let read = try #require(stored.float32())
                for (rounded, exact) in zip(Array(read.elements), Array(value.elements)) {
                    #expect(abs(rounded - exact) <= abs(exact) * 0x1p-8)
                }
            }
        }
    }
}

/// A value of a configuration, of which only text is looked at.
private struct Ignored: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
        text = try? decoder.singleValueContainer().decode(String.self)
    }
}
