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
struct DataRecord: Codable {
    struct File: Codable {
        let path: String
        let sha256: String

        /// - Parameter folder: what `path` is relative to.
        init(path: String, in folder: String = "") throws {
            self.path = path
            // What went into a pipe is not there any more.
            guard !folder.isEmpty || isReplaced(path) else {
                sha256 = ""
                return
            }
            sha256 = try SHA256.hex(ofFile: folder.isEmpty ? path : join(folder, path))
        }
    }

    let command: String
    let version: String
    let seed: UInt64
    let files: [File]
}

/// A file of made data with its record, `FILE.run.json`, by which a later run knows it as its own.
struct MadeFile {
    let file: OutputFile
    private let record: OutputFile?

    /// - Parameter bytes: how much will be written, as far as is known.
    init(_ path: String, of command: String, bytes: Int = 0) throws {
        let recordPath = path + ".run.json"
        file = try OutputFile(path, of: command, bytes: bytes) { path in
            let files = try? decodeJSON(Made.self, from: recordPath).files
            return try files?.first?.sha256 == SHA256.hex(ofFile: path)
        }
        // A pipe has no file beside it.
        record = isReplaced(path) ? try OutputFile(recordPath, of: command) : nil
    }

    func write(_ record: some Encodable) throws {
        try self.record?.write(try encodeJSON(record))
    }

    private struct Made: Decodable { let files: [DataRecord.File] }
}
