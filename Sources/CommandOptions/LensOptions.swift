import ArgumentParser
import Lenses
import Models

/// Through which lens to read.
package struct LensOptions: ParsableArguments {
    package init() {}

    @Option(
        help: ArgumentHelp(
            "Folder of a tuned lens (config.json and params.pt), or logit for the logit lens.",
            valueName: "dir|logit"), completion: .lens)
    package var lens = NamedLens.logit

    @OptionGroup(title: .expert) package var other: OtherModelOption

    package func load(for model: LanguageModel) throws -> NamedLens {
        try NamedLens(lens, for: model, allowOtherModel: other.allowOtherModel)
    }
}

/// Whether a lens may read another model than its own.
package struct OtherModelOption: ParsableArguments {
    package init() {}

    @Flag(help: "Use a lens even if it was trained for another unembedding.")
    package var allowOtherModel = false
}
