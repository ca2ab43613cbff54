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

        init(path: String, sha256: String) {
            self.path = path
            self.sha256 = sha256
        }

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
    let path: String
    let file: OutputFile
    private let record: OutputFile?

    /// - Parameter bytes: how much will be written, as far as is known.
    init(_ path: String, of command: String, bytes: Int = 0) throws {
        self.path = path
        let recordPath = path + ".run.json"
        file = try OutputFile(path, of: command, bytes: bytes) { path in
            let made = try? decodeJSON(Made.self, from: recordPath)
            let hashes = (made?.files.prefix(1).map(\.sha256) ?? []) + (made?.replaces ?? [])
            return try hashes.contains(SHA256.hex(ofFile: path))
        }
        // A pipe has no file beside it.
        record = isReplaced(path) ? try OutputFile(recordPath, of: command) : nil
    }

    /// Says in the record what the file is about to become, before it does: killed in between, a run leaves
    /// the old or the new content, and either is known as ours.
    ///
    /// - Parameter sha256: of the new content.
    func announce(_ sha256: String) throws {
        guard let record else { return }
        let old = fileExists(path) ? [try SHA256.hex(ofFile: path)] : []
        let made = Made(
            command: commandLine, version: version,
            files: [DataRecord.File(path: path, sha256: sha256)], replaces: old)
        try record.write(try encodeJSON(made))
    }

    func write(_ record: some Encodable) throws {
        try self.record?.write(try encodeJSON(record))
    }

    private struct Made: Codable {
        let command: String?
        let version: String?
        let files: [DataRecord.File]
        /// Of what stood there before; nil once the file is what `files` says.
        let replaces: [String]?
    }
}
