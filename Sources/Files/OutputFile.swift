import Foundation

/// A single file that a command writes.
///
/// The one rule: an existing file is replaced only by the command that made it, which its provenance
/// says; whatever else stands there is somebody's work, and maybe the input. It is looked at before
/// the work and again before the result takes its place.
package struct OutputFile {
    package let path: String
    private let command: String
    private let isOurs: (String) throws -> Bool

    /// Checks at the start what can be known then.
    ///
    /// - Parameters:
    ///   - command: `lens eval text`, for example; as the provenance of its results begins.
    ///   - bytes: how much will be written, as far as is known.
    ///   - isOurs: tells whether the file at a path is a result of the command; by default from the
    ///     provenance inside.
    /// - Throws: `FileError`.
    package init(
        _ path: String, of command: String, bytes: Int = 0,
        isOurs: ((String) throws -> Bool)? = nil
    ) throws {
        self.path = path
        self.command = command
        self.isOurs = isOurs ?? { isCall(try provenance(of: $0), of: command) }
        try checkPlace()
        try checkWritable(path, bytes: bytes)
    }

    /// - Throws: `FileError.foreign` if the file that would be replaced is not ours.
    package func checkPlace() throws {
        guard case .file(let target) = try WritePlace(path) else { return }
        var status = stat()
        guard stat(target, &status) == 0, status.st_size > 0, try !isOurs(target) else { return }
        throw FileError.foreign(path: path, command: command)
    }

    /// Writes a result that took long to compute. Where that fails it is kept elsewhere.
    ///
    /// - Parameter write: writes it to a path, all or nothing.
    /// - Throws: `FileError.keptElsewhere`, or the first failure if no place could be written to.
    package func write(_ write: (String) throws -> Void) throws {
        do {
            try checkPlace()
            try write(path)
        } catch let failure as FileError {
            let name = path.split(separator: "/").last.map { String($0.prefix(80)) } ?? "result"
            let beside = isReplaced(path) ? [parentFolder(of: path)] : []
            for folder in beside + ["", NSTemporaryDirectory()] {
                let kept = join(folder, "\(name).kept-\(getpid())")
                if (try? write(kept)) != nil {
                    throw FileError.keptElsewhere(failure: "\(failure)", kept: kept)
                }
            }
            throw failure
        }
    }

    package func write(_ data: some ContiguousBytes) throws {
        try write { try writeFile(data, to: $0) }
    }

    package func write(_ text: String) throws { try write(Array(text.utf8)) }
}

/// Checks that no two of the outputs of a command are one file, however they are spelled.
package func checkDistinct(_ outputs: [(option: String, path: String?)]) throws {
    var seen: [String: String] = [:]
    for (option, path) in outputs {
        guard let path, case .file(let target) = try WritePlace(path) else { continue }
        let folder = parentFolder(of: target)
        let name = target.split(separator: "/").last ?? ""
        let place = join(realPath(folder.isEmpty ? "." : folder) ?? folder, String(name))
        if let other = seen.updateValue(option, forKey: place) {
            throw FileError.sameOutput(path: path, options: [other, option])
        }
    }
}

/// The command line that made a file, as its provenance says: JSON results and the metadata of
/// safetensors files hold it under the key `command`.
///
/// - Returns: its first 80 bytes; nil for files that say nothing.
package func provenance(of path: String) throws -> String? {
    let key = Array(#""command""#.utf8)
    return try MappedFile(path).withBytes { bytes in
        var rest = bytes[...]
        while let quote = rest.firstIndex(of: key[0]) {
            rest = rest[quote...]
            guard rest.starts(with: key) else {
                rest = rest.dropFirst()
                continue
            }
            rest = rest.dropFirst(key.count)
            let value = rest.drop { [0x20, 0x0A, 0x0D, 0x09, UInt8(ascii: ":")].contains($0) }
            guard value.starts(with: #""lens "#.utf8) else { continue }
            let line = value.dropFirst().prefix(80).prefix { $0 != key[0] }
            return String(decoding: line, as: UTF8.self)
        }
        return nil
    }
}

/// Whether a command line calls `command`.
func isCall(_ line: String?, of command: String) -> Bool {
    line.map { $0 == command || $0.hasPrefix(command + " ") } ?? false
}
