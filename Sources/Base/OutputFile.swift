import Foundation

/// A single file that a command writes.
///
/// The one rule: an existing file is replaced only by the command that made it, which its provenance
/// says; whatever else stands there is somebody's work, and maybe the input. Nor may a result become a
/// part of a model by its name alone. It is looked at before the work and again before the result takes
/// its place.
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
        if case .file(let target) = try WritePlace(path) { try refuseWorkingParts(target) }
        try checkPlace()
        try checkWritable(path, bytes: bytes)
    }

    /// - Throws: `FileError.foreign` if the file that would be replaced is not ours, `.modelPart` if the
    ///   new one would become a part of somebody's model.
    package func checkPlace() throws {
        guard case .file(let target) = try WritePlace(path) else { return }
        for place in [path, target] {
            guard let part = modelPart(beside: place) else { continue }
            throw FileError.modelPart(path: path, beside: part)
        }
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
            let last = isReplaced(path) ? path.split(separator: "/").last : nil
            let name = last.map { String($0.prefix(80)) } ?? "result"
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
        let parent = folder.isEmpty ? "." : folder
        let resolved = realPath(parent) ?? URL(fileURLWithPath: parent).standardizedFileURL.path
        let place = join(resolved, String(name))
        if let other = seen.updateValue(option, forKey: place) {
            throw FileError.sameOutput(path: path, options: [other, option])
        }
    }
}

/// The command line that made a file, as its provenance says: under `command` or `run.command` of a JSON
/// result, or in the metadata of a safetensors file.
///
/// - Returns: nil for files that say nothing, or are none of these.
package func provenance(of path: String) throws -> String? {
    struct Marker: Decodable {
        struct Run: Decodable { let command: String? }
        let command: String?
        let run: Run?
        let metadata: Run?

        enum CodingKeys: String, CodingKey {
            case command, run
            case metadata = "__metadata__"
        }
    }
    return try MappedFile(path).withBytes { bytes in
        var text = bytes[...]
        // As the length of a header a JSON text is beyond any file.
        if bytes.count > 9, bytes[8] == UInt8(ascii: "{"),
            case let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)),
            length <= bytes.count - 8
        {
            text = bytes[8..<8 + Int(length)]
        }
        // More than any result has.
        guard text.first == UInt8(ascii: "{"), text.count < 1 << 30,
            let marker = try? decodeJSON(Marker.self, from: Data(text), path: path)
        else { return nil }
        return marker.command ?? marker.run?.command ?? marker.metadata?.command
    }
}

/// Whether a command line calls `command`.
func isCall(_ line: String?, of command: String) -> Bool {
    line.map { $0 == command || $0.hasPrefix(command + " ") } ?? false
}
