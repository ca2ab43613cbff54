import ArgumentParser
import Lenses
import Models

/// Through which lens to read.
package struct LensOptions: ParsableArguments {
    package init() {}

    @Option(
        help: ArgumentHelp(
            "Folder of a tuned lens (config.json and params.pt), or logit for the logit lens.",
            valueName: "dir|logit"))
    package var lens: String

    @Flag(help: "Use the lens even if it was trained for another unembedding.")
    package var allowOtherModel = false

    package func load(for model: LanguageModel) throws -> NamedLens {
        try NamedLens(lens, for: model, allowOtherModel: allowOtherModel)
    }
}
