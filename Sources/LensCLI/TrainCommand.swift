import ArgumentParser
import Files
import Foundation
import Lenses
import Reports
import StateSpaceModels

/// `lens train`: one translator for every block of a model.
struct TrainCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a tuned lens: one affine translator for every block of a model.",
        discussion: """
            The defaults are the recipe of tuned-lens 0.2 (Belrose et al. 2023). The folder --out \
            gets config.json and params.pt, which Python's tuned-lens loads, the same parameters \
            as params.safetensors, the losses of every step in train.jsonl, and run.json. The \
            windows of --held-out, the next ones in the text after those that training takes, are \
            for measuring alone. Ctrl-C leaves a snapshot there, from which the same command with \
            --resume goes on.

              lens train --model mamba2-370m --data val.jsonl.zst --out lenses/mamba2-370m
            """)

    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var corpus: CorpusOptions
    @OptionGroup var recipe: RecipeOptions
    @OptionGroup var measuring: HeldOutOptions

    @Option(
        help: ArgumentHelp("Start from this lens instead of zero translators.", valueName: "dir"))
    var lens: String?

    @Flag(help: "Start from --lens even if it was trained for another unembedding.")
    var allowOtherModel = false

    @OptionGroup var session: SessionOptions

    func validate() throws {
        guard lens != session.out else {
            throw ValidationError("--lens and --out are the same folder; write to another one.")
        }
    }

    func perform() throws -> String {
        let out = session.out
        try session.check(
            finished: LensArtifact.exists(in: out) ? LensError.finished(folder: out) : nil)
        let model = try modelOptions.loadModel()
        let start = try lens.map {
            try LensArtifact.read($0, for: model, allowOtherModel: allowOtherModel)
        }
        let startSHA256 = try lens.map(LensArtifact.sha256)
        var options = recipe.options(window: corpus.window)
        options.precision = model.precision
        options.evalEvery = measuring.every(of: options.steps)
        options.keep = measuring.keep
        let (windows, heldOut) = try measuring.split(
            try corpus.readWindows(
                modelOptions.loadTokenizer(for: model),
                limit: max(1, options.windowsNeeded + measuring.atMost)),
            after: options.windowsNeeded)
        let trainer = try LensTrainer(
            model, lens: start ?? Lens(zeroFor: model.configuration), windows: windows,
            heldOut: heldOut, options: options)

        let lock = try session.claim(retracting: LensArtifact.self)
        defer { withExtendedLifetime(lock) {} }
        let log = TrainingLog(folder: out)
        try session.run(trainer, log: log) { report, heldOut in
            let measured = heldOut.map { "  held out \(decimal($0.mean))" } ?? ""
            return "mean loss \(decimal(report.loss.mean))\(measured)"
        }

        try LensArtifact.write(trainer.result, for: model, to: out)
        let measured = try log.reports(HeldOutReport<[Double]>.self)
        let record = TrainingRecord(
            run: try RunRecord(
                command: commandLine, version: version, seed: options.seed, model: model,
                lens: lens, lensSHA256: startSHA256, data: corpus.data,
                dataSHA256: windows.sha256),
            options: options, windows: windows, heldOut: heldOut, measured: measured,
            smallest: trainer.smallestLosses)
        try writeFile(try encodeJSON(record), to: join(out, "run.json"))
        session.snapshots.remove()
        return try summary(log.reports(LensTrainer.Report.self), heldOut: record.heldOut)
    }

    /// Losses of the first and the last step, and of what was held out.
    private func summary(
        _ reports: [LensTrainer.Report], heldOut: TrainingRecord.HeldOut?
    ) throws -> String {
        guard let first = reports.first, let last = reports.last else { return session.out }
        var table = TextTable(
            ["blocks", "first step", "last step", "bits per byte"]
                + (heldOut == nil ? [] : ["held out: start", "end"]))
        for layer in last.loss.indices {
            let measured = heldOut.map { [$0.start[layer], $0.end[layer]] } ?? []
            table.add(
                ["\(layer + 1)"]
                    + ([first.loss[layer], last.loss[layer], last.lossBitsPerByte[layer]]
                    + measured).map { decimal($0) })
        }
        let unit = recipe.loss == .kl ? "KL to the model's output" : "Cross entropy"
        return """
            \(unit) in nats after each block\(measuring.sentence(heldOut?.windows ?? 0)):
            \(table.text)
            lens written to \(session.out)
            """
    }
}

extension LensArtifact: TrainingResult {}

extension LensTrainer: ResumableTraining {
    var totalSteps: Int { options.steps }
    var tokensSeen: Int { windowsSeen * options.window }
    var totalTokens: Int { options.steps * options.tokensPerStep }
    func writeSnapshot(to folder: String) throws { try LensSnapshot.write(self, to: folder) }
    func restore(from folder: String) throws { try LensSnapshot.restore(self, from: folder) }
}

extension [Double] {
    fileprivate var mean: Double { reduce(0, +) / Double(count) }
}
