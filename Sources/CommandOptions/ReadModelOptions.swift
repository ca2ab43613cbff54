import ArgumentParser
import Base
import Checkpoints
import CommandSupport
import Foundation
import Kernels
import Lenses
import Models
import Tokenization

/// Models to read texts with, and lenses to read them through.
package struct ReadModelOptions: ParsableArguments {
    package init() {}

    @Option(
        help: ArgumentHelp(
            """
            Model folder (config.json beside weights), or org/model in the Hugging Face cache; \
            several are compared.
            """, valueName: "dir"), completion: .model)
    package var model: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Folder of a tuned lens, or logit; one for each model, in their order, or several for \
            one model. (default: logit)
            """, valueName: "dir|logit"), completion: .lens)
    package var lens: [String] = []

    @Option(
        help: ArgumentHelp(
            "A tokenizer.json, for all models. (default: the one in each model's folder)",
            valueName: "file"), completion: .file(extensions: ["json"]))
    package var tokenizer: String?

    @OptionGroup(title: .expert) package var other: OtherModelOption
    @OptionGroup(title: .expert) package var threads: ThreadOptions
    @OptionGroup(title: .expert) package var norm: NormOptions

    package func check() throws {
        guard !model.isEmpty else { throw ValidationError("Name a model with --model DIR.") }
        guard lens.isEmpty || model.count == 1 || lens.count == model.count else {
            throw ValidationError(
                "\(counted(model.count, "model")) and \(lens.count) lens\(lens.count == 1 ? "" : "es") given;"
                    + " expected a --lens for each --model, in their order, or none.")
        }
    }

    /// How many readings there will be of so many texts.
    package func readingCount(of texts: Int) -> Int { texts * max(model.count, lens.count) }

    /// Each model with its lenses.
    private var pairs: [(model: String, lenses: [String])] {
        if lens.isEmpty { return model.map { ($0, [NamedLens.logit]) } }
        return model.count == 1 ? [(model[0], lens)] : zip(model, lens).map { ($0, [$1]) }
    }

    /// What `read` makes of each model, lens and text, in this order; one model is in memory at a time.
    ///
    /// - Parameter read: gets a name for the reading as well, made of what differs between them.
    package func readings<Reading>(
        of texts: [GivenText],
        _ read: (LanguageModel, NamedLens, Tokenizer, GivenText, _ name: String) throws -> Reading
    ) throws -> [Reading] {
        threads.apply()
        let models = shortNames(model)
        var readings: [Reading] = []
        var names: [String: Int] = [:]
        for (index, (path, lenses)) in pairs.enumerated() {
            let model = try LanguageModel(
                folder: resolveModelFolder(path), wholeWidthNorm: norm.wholeWidthNorm)
            model.sayNotes()
            let tokenizer = try ModelOptions.tokenizer(at: tokenizer, for: model)
            for (lensName, lens) in zip(shortNames(lenses), lenses) {
                let named = try NamedLens(lens, for: model, allowOtherModel: other.allowOtherModel)
                for text in texts {
                    let kind = named.isTuned ? "lens \(lensName)" : "logit lens"
                    var name = "\(models[index]), \(kind)"
                    if texts.count > 1 { name += ", \(text.name.clipped)" }
                    names[name, default: 0] += 1
                    if let count = names[name], count > 1 { name += " (\(count))" }
                    readings.append(try read(model, named, tokenizer, text, name))
                }
            }
        }
        return readings
    }

    /// The last parts of paths, with the folder before them where they only number something, as `seed0`; the
    /// paths where these are equal.
    private func shortNames(_ paths: [String]) -> [String] {
        let names = paths.map { path in
            let parts = path.split(separator: "/")
            let isNumber = parts.last?.wholeMatch(of: /(seed|step|checkpoint)?[-_]?[0-9]+/) != nil
            return parts.isEmpty ? path : parts.suffix(isNumber ? 2 : 1).joined(separator: "/")
        }
        return Set(names).count == names.count ? names : paths
    }
}
