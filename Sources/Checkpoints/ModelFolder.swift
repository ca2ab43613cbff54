import Base
import Foundation

/// The folder of a model, named by its path or as `org/model` or `org/model@revision` among the
/// models that Hugging Face tools have downloaded.
///
/// An existing folder wins. Revisions are branches, tags, or commits of which the first digits
/// suffice; without one it is `main`. The network is never used.
///
/// - SeeAlso: the cache layout in the guide "Understand caching" of huggingface_hub.
package func resolveModelFolder(
    _ nameOrPath: String, environment: [String: String] = ProcessInfo.processInfo.environment
) throws -> String {
    if isFolder(nameOrPath) { return nameOrPath }
    if fileExists(nameOrPath) {
        throw CheckpointError.fileInsteadOfFolder(
            path: nameOrPath, folder: isReplaced(nameOrPath) ? parent(nameOrPath) : nil)
    }
    if let target = linkTarget(nameOrPath) {
        throw FileError.danglingLink(path: nameOrPath, target: target)
    }
    if let closest = closestFolder(to: nameOrPath) {
        throw CheckpointError.mistypedFolder(path: nameOrPath, closest: closest)
    }
    let name = try HubName(nameOrPath)
    let cache = hubCache(environment)
    let folder = join(cache, "models--" + name.model.replacing("/", with: "--"))
    guard isFolder(folder) else {
        throw CheckpointError.modelNotFound(name: name.model, lookedIn: [cache])
    }
    let snapshots = join(folder, "snapshots")
    let commits = ((try? FileManager.default.contentsOfDirectory(atPath: snapshots)) ?? []).sorted()
    let reference = join(folder, "refs/\(name.revision)")
    if fileExists(reference), !isFolder(reference) {
        let commit = String(decoding: try readFile(reference), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        if commits.contains(commit) { return join(snapshots, commit) }
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
    return join(snapshots, match)
}

/// An existing folder of which `path` is a misspelling in its last part; nil if there is none.
package func closestFolder(to path: String) -> String? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: true)
    // Of a letter or two everything is a misspelling.
    guard let last = parts.last, last.count > 2 else { return nil }
    let folder = parentFolder(of: path.hasSuffix("/") ? String(path.dropLast()) : path)
    let names = (try? fileNames(in: folder.isEmpty ? "." : folder)) ?? []
    let folders = names.filter { isFolder(join(folder, $0)) }
    return closestName(to: String(last), among: folders).map { join(folder, $0) }
}

/// `org/model@revision` taken apart; no part can lead out of the cache.
private struct HubName {
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

/// Where huggingface_hub keeps downloads: `HF_HUB_CACHE`, or its older name `HUGGINGFACE_HUB_CACHE`, else
/// `HF_HOME/hub`, else under `XDG_CACHE_HOME`, else under `~/.cache`.
private func hubCache(_ environment: [String: String]) -> String {
    func value(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : ($0 as NSString).expandingTildeInPath }
    }
    if let cache = value("HF_HUB_CACHE") ?? value("HUGGINGFACE_HUB_CACHE") { return cache }
    if let home = value("HF_HOME") { return join(home, "hub") }
    let caches = value("XDG_CACHE_HOME") ?? join(value("HOME") ?? NSHomeDirectory(), ".cache")
    return join(caches, "huggingface/hub")
}

/// The folder of a file, "." for a bare name.
func parent(_ path: String) -> String {
    let folder = parentFolder(of: path)
    return folder.isEmpty ? "." : folder
}
