import Base
import Foundation

/// The rows of tasks at one length, in task order; each task's in the order of its file.
///
/// `data` may be
/// - a BABILong folder: `{task}/{length}.json` or `.jsonl`, in it or in its folder `data`;
/// - a bAbI folder: `{task}_*_test.txt`, in its folder `en-10k`, else `en`, else itself. Its rows
///   are length 0k, the first 1000 or 999 as BABILong keeps them;
/// - a file of records, lines or an array. Records may name their `task`; if none does, all are
///   of the one task asked for. A file holds one length, so `length` is not looked at.
///
/// - Parameters:
///   - length: as BABILong spells it: `0k`, `1k`, ... `10M`.
///   - tasks: from `BabilongTasks.parse`.
/// - Throws: `CorpusError` or `FileError`, with the file and the line or entry.
package func loadBabilong(
    data: String, length: String, tasks: [String]
) throws -> [BabilongSample] {
    try tasks.forEach(BabilongTasks.check)
    guard fileExists(data) else { throw FileError.missing(path: data) }
    if isFolder(data) {
        return try tasks.flatMap { try loadTask($0, from: data, length: length) }
    }
    return try select(tasks, from: BabilongRecord.read(data), path: data)
}

/// The rows of one task; see `loadBabilong(data:length:tasks:)`.
package func loadBabilong(
    data: String, length: String, task: String
) throws -> [BabilongSample] {
    try loadBabilong(data: data, length: length, tasks: [task])
}

private func loadTask(
    _ task: String, from folder: String, length: String
) throws -> [BabilongSample] {
    var lookedFor: [String] = []
    for name in ["\(length).json", "\(length).jsonl"] {
        for relative in ["\(task)/\(name)", "data/\(task)/\(name)"] {
            let path = join(folder, relative)
            if fileExists(path) {
                return try select([task], from: BabilongRecord.read(path), path: path)
            }
            lookedFor.append(relative)
        }
    }
    for subfolder in ["en-10k", "en", ""] {
        if let path = try storyFile(task, in: join(folder, subfolder)) {
            guard length == "0k" else {
                throw CorpusError.onlyShortestLength(data: folder, length: length)
            }
            return try BabiReader.read(
                path, task: task, limit: BabilongTasks.rowCount(task))
        }
        lookedFor.append(join(subfolder, "\(task)_*_test.txt"))
    }
    throw CorpusError.missingTask(
        data: folder, task: task, length: length, lookedFor: lookedFor)
}

/// The bAbI test file of a task, nil if `folder` is none or has none.
private func storyFile(_ task: String, in folder: String) throws -> String? {
    guard isFolder(folder) else { return nil }
    return try fileNames(in: folder)
        .first { $0.hasPrefix("\(task)_") && $0.hasSuffix("_test.txt") }
        .map { join(folder, $0) }
}

private func select(
    _ tasks: [String], from records: [BabilongRecord], path: String
) throws -> [BabilongSample] {
    let namesTasks = records.contains { $0.task != nil }
    if let unnamed = records.firstIndex(where: { $0.task == nil }),
        namesTasks || tasks.count > 1
    {
        throw CorpusError.unnamedTask(path: path, entry: unnamed + 1, asked: tasks)
    }
    return try tasks.flatMap { task in
        let rows = records.filter { $0.task == task || !namesTasks }
        guard !rows.isEmpty else { throw CorpusError.noRows(path: path, task: task) }
        return rows.enumerated().map { $1.sample(task: task, index: $0) }
    }
}
