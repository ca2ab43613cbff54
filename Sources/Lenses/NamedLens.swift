import Models
import Results

/// A lens as people name it: a tuned one by its folder, or `logit`.
package struct NamedLens: Sendable {
    package let name: String
    package let lens: Lens
    /// Of the file with its parameters; nil for the logit lens, which has none.
    package let sha256: String?

    package var isTuned: Bool { name != Self.logit }

    /// What the lens of zero translators is called.
    package static let logit = "logit"

    /// One that is nowhere stored.
    package init(_ name: String, _ lens: Lens) {
        (self.name, self.lens, sha256) = (name, lens, nil)
    }

    /// - Parameter allowOtherModel: see `LensArtifact.read`.
    /// - Throws: as `LensArtifact.read`.
    package init(
        _ name: String, for model: LanguageModel, allowOtherModel: Bool = false
    ) throws {
        self.name = name
        guard name != Self.logit else {
            (lens, sha256) = (Lens(zeroFor: model.configuration), nil)
            return
        }
        (lens, sha256) = try LensArtifact.readWithHash(
            name, for: model, allowOtherModel: allowOtherModel)
    }
}

extension RunOrigin {
    /// - Throws: where the model's files cannot be hashed.
    package func record(
        _ model: LanguageModel, _ lens: NamedLens?, dataSHA256: String, seed: UInt64? = nil
    ) throws -> RunRecord {
        try record(
            model, lens: lens?.name, lensSHA256: lens?.sha256, dataSHA256: dataSHA256, seed: seed)
    }
}
