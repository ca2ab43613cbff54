import Base
import Foundation

/// A file with a record beside it, `FILE.run.json`, by which a later run knows it as its own: for what
/// has no place for its provenance inside.
package struct MadeFile {
    private let path: String
    private let line: String
    private let version: String
    private let recordPath: String
    private let file: OutputFile
    private let record: OutputFile?

    /// - Parameters:
    ///   - command: whose files of an earlier run may be replaced.
    ///   - line: the command line that makes this one.
    ///   - version: of the program.
    ///   - bytes: how much will be written, as far as is known.
    package init(
        _ path: String, of command: String, by line: String, version: String, bytes: Int = 0
    ) throws {
        self.path = path
        self.line = line
        self.version = version
        let recordPath = path + ".run.json"
        self.recordPath = recordPath
        file = try OutputFile(path, of: command, bytes: bytes) { path in
            let made = try? MadeRecord(path: recordPath)
            let hashes = (made?.files.prefix(1).map(\.sha256) ?? []) + (made?.replaces ?? [])
            return try hashes.contains(SHA256.hex(ofFile: path))
        }
        // A pipe has no file beside it.
        record = isReplaced(path) ? try OutputFile(recordPath, of: command) : nil
    }

    /// Replaces the file by what `write` makes of it.
    ///
    /// The record says what the file is about to become before it does: killed in between, a run leaves
    /// the old or the new content, and either is known as ours. Where writing fails, another run's
    /// record stands there again.
    ///
    /// - Parameter write: gets what must be called with the SHA-256 of the content before it takes the
    ///   path.
    /// - Returns: what `write` does, and what a record says of the file; of a pipe it knows no hash.
    package func replace<Result>(
        _ write: (_ willReplace: (String) throws -> Void) throws -> Result
    ) throws -> (Result, MadeRecord.File) {
        var (before, claim): (Data?, Data?)
        var made = MadeRecord.File(path: path, sha256: "")
        do {
            let result = try write { sha256 in
                guard let record else { return }
                before = try? readFile(recordPath)
                made = MadeRecord.File(path: path, sha256: sha256)
                let old = fileExists(path) ? [try SHA256.hex(ofFile: path)] : []
                let data = try MadeRecord(
                    command: line, version: version, files: [made], replaces: old
                ).json()
                try record.write(data)
                claim = data
            }
            return (result, made)
        } catch {
            if let before, let claim, (try? readFile(recordPath)) == claim {
                try? writeFile(before, to: recordPath)
            }
            throw error
        }
    }

    /// As above, with content that is at hand.
    package func replace(with content: Data) throws -> MadeRecord.File {
        let hash = SHA256()
        content.withUnsafeBytes { hash.update($0) }
        let sha256 = hash.finalize()
        return try replace { willReplace in
            try willReplace(sha256)
            try file.write(content)
        }.1
    }

    package func write(_ record: MadeRecord) throws {
        try self.record?.write(try record.json())
    }

    /// Replaces file and record.
    package func write(content: Data) throws {
        try write(
            MadeRecord(
                command: line, version: version, files: [try replace(with: content)]))
    }
}
