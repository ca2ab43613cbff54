import ArgumentParser
import Base

/// `lens data`: made-up stories and texts whose every answer is known, and tokenizers.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Make questions and texts about small worlds, and tokenizers for them.",
        subcommands: [DataBabiCommand.self, DataTextCommand.self, DataTokenizerCommand.self])
}

/// `run.json` of made data: how to make the same bytes again.
struct DataRecord: Codable {
    struct File: Codable {
        let path: String
        let sha256: String

        init(path: String, sha256: String) {
            self.path = path
            self.sha256 = sha256
        }

        /// - Parameter folder: what `path` is relative to.
        init(path: String, in folder: String) throws {
            self.path = path
            sha256 = try SHA256.hex(ofFile: join(folder, path))
        }
    }

    let command: String
    let version: String
    let seed: UInt64
    let files: [File]
}
