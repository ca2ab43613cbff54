import Base
import Foundation

/// The folder of a model, named by its path or as `org/model` or `org/model@revision` among the
/// models that Hugging Face tools have downloaded.
///
/// An existing folder wins. Revisions are branches, tags, or commits of which the first digits
/// suffice; without one it is `main`. The network is never used.
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
    return try HubCache(environment).folder(of: HubName(nameOrPath))
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

/// The folder of a file, "." for a bare name.
func parent(_ path: String) -> String {
    let folder = parentFolder(of: path)
    return folder.isEmpty ? "." : folder
}
