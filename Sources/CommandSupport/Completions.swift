import ArgumentParser
import Base
import Checkpoints

extension CompletionKind {
    /// Folders of models, and models in the Hugging Face cache.
    package static var model: CompletionKind {
        .custom { _, _, begun in
            folders(beginning: begun) { isModel($0) }
                + cachedModels().filter { $0.hasPrefix(begun) }
        }
    }

    /// Folders of tuned lenses, and the logit lens.
    package static var lens: CompletionKind {
        .custom { _, _, begun in
            folders(beginning: begun) { isLens($0) } + ["logit"].filter { $0.hasPrefix(begun) }
        }
    }
}

private func isLens(_ folder: String) -> Bool {
    ["params.safetensors", "params.pt"].contains { fileExists(join(folder, $0)) }
}

private func isModel(_ folder: String) -> Bool {
    fileExists(join(folder, "config.json")) && !isLens(folder)
}

/// The folders that a path may become in which something lies, up to four deep, looking at no more than
/// some thousands: nobody waits long for a key.
private func folders(beginning begun: String, where holds: (String) -> Bool) -> [String] {
    let start = begun.lastIndex(of: "/").map { String(begun[...$0]) } ?? ""
    let part = String(begun.dropFirst(start.count))
    func folders(in path: String) -> [String] {
        ((try? fileNames(in: path.isEmpty ? "." : path)) ?? []).sorted()
            .filter { !$0.hasPrefix(".") && isFolder(path + $0) }.map { path + $0 }
    }
    var found: [String] = []
    var level = folders(in: start).filter { $0.dropFirst(start.count).hasPrefix(part) }
    for _ in 0..<4 {
        found += level.filter(holds)
        level = level.prefix(1000).flatMap { folders(in: $0 + "/") }
    }
    return found
}
