import ArgumentParser
import Lenses
import Models

/// Through which lens to read.
struct LensOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Folder of a tuned lens (config.json and params.pt), or logit for the logit lens.",
            valueName: "dir|logit"))
    var lens: String

    @Flag(help: "Use the lens even if it was trained for another unembedding.")
    var allowOtherModel = false

    /// The lens and the SHA-256 of its parameters; nil for the logit lens, which has none.
    func loadTunedLens(for model: LanguageModel) throws -> (lens: Lens, sha256: String)? {
        guard lens != "logit" else { return nil }
        return try LensArtifact.readWithHash(lens, for: model, allowOtherModel: allowOtherModel)
    }
}
