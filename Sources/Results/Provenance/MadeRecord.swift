import Base

/// What stands beside files that have no place for their provenance inside: how to make the same bytes
/// again. `run.json` of a folder, `FILE.run.json` of a single file.
package struct MadeRecord: ResultDocument {
    package static let schema = "statelens/made-files/1"

    package struct File: Codable, Sendable, Equatable {
        package let path: String
        /// Empty of a pipe.
        package let sha256: String

        package init(path: String, sha256: String) {
            self.path = path
            self.sha256 = sha256
        }

        /// - Parameter folder: what `path` is relative to.
        package init(path: String, in folder: String) throws {
            self.path = path
            sha256 = try SHA256.hex(ofFile: join(folder, path))
        }
    }

    package let command: String
    package let version: String
    /// Of what is drawn at random; nil where nothing is.
    package let seed: UInt64?
    package let files: [File]
    /// Hashes of what stood there before; nil once the files are what `files` says.
    package let replaces: [String]?
    /// Of a tokenizer: what it was learnt from, the hash over those documents, and how much it has.
    package var data: [String]?
    package var dataSHA256: String?
    package var vocabulary: Int?
    package var merges: Int?

    enum CodingKeys: String, CodingKey {
        case command, version, seed, files, replaces, data, vocabulary, merges
        case dataSHA256 = "data_sha256"
    }

    package init(
        command: String, version: String, seed: UInt64? = nil, files: [File],
        replaces: [String]? = nil
    ) {
        self.command = command
        self.version = version
        self.seed = seed
        self.files = files
        self.replaces = replaces
    }
}
