import Lenses
import Models
import Results

/// What the provenance of a result says of the run that nobody but the caller knows.
package struct RunOrigin: Sendable {
    /// The whole command line, or what stands for one.
    package let command: String
    /// Of the program.
    package let version: String
    /// Names of the files with the text or the prompts.
    package let data: [String]

    package init(command: String, version: String, data: [String]) {
        self.command = command
        self.version = version
        self.data = data
    }

    /// - Throws: where the model's files cannot be hashed.
    package func record(
        _ model: LanguageModel, _ lens: NamedLens, dataSHA256: String, seed: UInt64? = nil
    ) throws -> RunRecord {
        try RunRecord(
            command: command, version: version, seed: seed, model: model, lens: lens.name,
            lensSHA256: lens.sha256, data: data, dataSHA256: dataSHA256)
    }
}
