import ArgumentParser
import Lenses
import StateSpaceModels

/// Through which lens to read.
struct LensOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Folder of a tuned lens (config.json and params.pt), or logit for the logit lens.",
            valueName: "dir|logit"))
    var lens: String

    @Flag(help: "Use the lens even if it was trained for another unembedding.")
    var allowOtherModel = false

    /// nil for the logit lens.
    func loadTunedLens(for model: LanguageModel) throws -> Lens? {
        guard lens != "logit" else { return nil }
        return try LensArtifact.read(lens, for: model, allowOtherModel: allowOtherModel)
    }

    /// SHA-256 of the lens's parameters; nil for the logit lens, which has none.
    func sha256() throws -> String? {
        lens == "logit" ? nil : try LensArtifact.sha256(lens)
    }
}
