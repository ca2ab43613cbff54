import Base
import Corpora
import Lenses
import Models
import Results
import TestSupport
import Training

/// A small random model with windows of random tokens.
struct SmallSetup {
    let folder: TemporaryFolder
    let model: LanguageModel
    let windows: TokenWindows

    init(
        _ kind: SmallModel.Kind = .diffAlternate, windows: Int = 24, of length: Int = 16
    ) throws {
        folder = try TemporaryFolder()
        try SmallModel.write(kind, to: folder.path)
        model = try LanguageModel(folder: folder.path)
        var random = TestRandom(seed: 5)
        self.windows = TokenWindows(
            window: length, ids: random.ids(windows * length, below: SmallModel.vocabSize),
            tokenCount: windows * length, documentCount: 1, byteCount: windows * length * 4)
    }

    /// Options for 6 steps of 4 windows.
    func options(_ change: (inout LensTrainingOptions) -> Void = { _ in }) -> LensTrainingOptions {
        var options = LensTrainingOptions()
        options.text.steps = 6
        options.text.window = windows.window
        options.text.tokensPerStep = 4 * windows.window
        change(&options)
        return options
    }

    /// - Parameters:
    ///   - heldOut: windows at the end to measure on instead of training on them.
    ///   - pool: how many windows' streams to hold where positions are mixed; as many as there are if nil.
    func trainer(
        _ options: LensTrainingOptions, lens: Lens? = nil, heldOut: Int = 0, pool: Int? = nil
    ) throws -> LensTrainer {
        let trained = windows.count - heldOut
        return try LensTrainer(
            model, lens: lens ?? Lens(zeroFor: model.configuration),
            windows: windows.part(0..<trained),
            heldOut: HeldOutText(
                windows.part(trained..<windows.count), model: model, objective: options.objective,
                positions: options.measuring.positions),
            options: options,
            poolBytes: pool.map {
                $0 * windows.window * (SmallModel.nLayers + 1) * SmallModel.dModel * 4
            } ?? TrainingText.poolBytes)
    }
}

extension LensTrainer {
    /// All reports until the last step.
    func run() throws -> [Report] {
        var reports: [Report] = []
        while !isFinished {
            if let report = try advance() { reports.append(report) }
        }
        return reports
    }

    /// All reports and measurements from here until the last step.
    func runMeasured() throws -> ([Report], [HeldOutMeasurement<[Double]>]) {
        var (reports, measured) = (
            [Report](), [HeldOutMeasurement<[Double]>]()
        )
        func measure() throws { if let report = try self.measure() { measured.append(report) } }
        if tokensSeen == 0 { try measure() }
        while !isFinished {
            guard let report = try advance() else { continue }
            reports.append(report)
            try measure()
        }
        return (reports, measured)
    }

    /// All numbers of the lens, to compare bit for bit.
    var parameters: [Float] { Array(lens.weight.elements) + Array(lens.bias.elements) }
}
