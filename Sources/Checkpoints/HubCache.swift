import Base
import Foundation

/// The models that Hugging Face tools have downloaded: of each a folder with one folder of files for
/// every revision, which the hub calls snapshots.
///
/// - SeeAlso: the cache layout in the guide "Understand caching" of huggingface_hub.
struct HubCache {
    private let path: String

    /// Where huggingface_hub keeps downloads: `HF_HUB_CACHE`, or its older name
    /// `HUGGINGFACE_HUB_CACHE`, else `HF_HOME/hub`, else under `XDG_CACHE_HOME`, else under `~/.cache`.
    init(_ environment: [String: String]) {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : ($0 as NSString).expandingTildeInPath }
        }
        let caches =
            value("XDG_CACHE_HOME") ?? join(value("HOME") ?? NSHomeDirectory(), ".cache")
        path =
            value("HF_HUB_CACHE") ?? value("HUGGINGFACE_HUB_CACHE")
            ?? value("HF_HOME").map { join($0, "hub") } ?? join(caches, "huggingface/hub")
    }

    /// As `org/model`.
    var models: [String] {
        ((try? fileNames(in: path)) ?? []).sorted().filter { $0.hasPrefix("models--") }
            .map { String($0.dropFirst("models--".count)).replacing("--", with: "/") }
    }

    /// The folder with a model's files.
    ///
    /// - Throws: `CheckpointError.modelNotFound`, `.revisionNotFound` or `.ambiguousRevision`;
    ///   `FileError`.
    func folder(of name: HubName) throws -> String {
        let folder = join(path, "models--" + name.model.replacing("/", with: "--"))
        guard isFolder(folder) else {
            throw CheckpointError.modelNotFound(name: name.model, lookedIn: [path])
        }
        let revisions = join(folder, "snapshots")
        let commits =
            ((try? FileManager.default.contentsOfDirectory(atPath: revisions)) ?? []).sorted()
        let reference = join(folder, "refs/\(name.revision)")
        if fileExists(reference), !isFolder(reference) {
            let commit = String(decoding: try readFile(reference), as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            if commits.contains(commit) { return join(revisions, commit) }
        }
        let matches = commits.filter { $0.hasPrefix(name.revision) }
        guard matches.count < 2 else {
            throw CheckpointError.ambiguousRevision(
                name: name.model, revision: name.revision, found: matches)
        }
        guard let match = matches.first else {
            throw CheckpointError.revisionNotFound(
                name: name.model, revision: name.revision, folder: folder, found: commits)
        }
        return join(revisions, match)
    }
}

/// The models that Hugging Face tools have downloaded, as `org/model`.
package func cachedModels(
    _ environment: [String: String] = ProcessInfo.processInfo.environment
) -> [String] {
    HubCache(environment).models
}

/// `org/model@revision` taken apart; no part can lead out of the cache.
struct HubName {
    let model: String
    let revision: String

    init(_ text: String) throws {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        model = String(parts[0])
        revision = parts.count == 2 ? String(parts[1]) : "main"
        let names = model.split(separator: "/", omittingEmptySubsequences: false)
        // Branches may have slashes: "refs/pr/1" is a real one.
        let branches = revision.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(names.count), (names + branches).allSatisfy(Self.isPlain) else {
            throw CheckpointError.malformedModelName(name: text)
        }
    }

    private static func isPlain(_ name: Substring) -> Bool {
        !name.isEmpty && !name.hasPrefix(".")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                    UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}
