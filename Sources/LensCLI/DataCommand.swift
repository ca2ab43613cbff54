import ArgumentParser
import Files

/// `lens data`: made-up stories and texts whose every answer is known, and tokenizers.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Make questions and texts about small worlds, and tokenizers for them.",
        subcommands: [DataBabiCommand.self, DataTextCommand.self, DataTokenizerCommand.self])
}

/// `run.json` of made data: how to make the same bytes again.
struct DataRecord: Encodable {
    struct File: Encodable {
        let path: String
        let sha256: String

        /// - Parameter folder: what `path` is relative to.
        init(path: String, in folder: String = "") throws {
            self.path = path
            sha256 = try SHA256.hex(ofFile: folder.isEmpty ? path : join(folder, path))
        }
    }

    let command: String
    let version: String
    let seed: UInt64
    let files: [File]
}
