import Base
import Foundation
import Results

/// The folder of a demo, taken for as long as the value lives.
///
/// Its record lists every file of the demo with a hash. A folder that holds anything else is not
/// taken, and no other file is ever moved or removed. A finished demo stays in `previous` until the new
/// one is finished.
package final class DemoFolder {
    private let path: String
    private let lock: FolderLock
    private var record: DemoRecord

    private static let marker = "run.json"
    private static let summary = "summary.txt"
    private static let previous = "previous"

    /// Makes the folder ours and puts what an earlier demo made aside.
    ///
    /// - Throws: `DemoError.foreignFolder` if it holds anything but a demo; `FileError`.
    package init(_ path: String, _ record: DemoRecord) throws {
        self.path = path
        self.record = record
        lock = try FolderLock(path)
        let earlier = Demo(in: path)
        let previous = Demo(in: join(path, Self.previous), isPart: earlier.record != nil)
        let foreign =
            earlier.foreign.filter { !isOfPrevious($0) }
            + previous.foreign.map { join(Self.previous, $0) }
        guard foreign.isEmpty else {
            throw DemoError.foreignFolder(path: path, names: foreign.sorted())
        }
        // A demo that was killed while it was put aside has its record in both places.
        if earlier.isFinished || earlier.record != nil && earlier.record == previous.record {
            if earlier.record != previous.record { previous.removeWithRecord() }
            try earlier.move(to: previous)
        } else {
            earlier.remove()
            self.record.begun = earlier.record?.begun ?? []
        }
        removeEmptyFolders(below: path)
        try writeRecord()
    }

    /// Whether a path leads into the folder of the demo before; it is no link.
    private func isOfPrevious(_ name: String) -> Bool {
        name.hasPrefix(Self.previous + "/")
            || name == Self.previous && !isLink(join(path, name))
    }

    /// Whether a folder stands at a step's output, where a demo was killed.
    package func isMade(_ output: String) -> Bool { isFolder(join(path, output)) }

    /// Runs a step of the demo.
    ///
    /// - Parameters:
    ///   - output: what it writes, relative to the folder.
    ///   - command: its line, as its provenance has it.
    package func make(_ output: String, by command: String, _ body: () throws -> Void) throws {
        let step = DemoRecord.Step(output: output, command: command)
        // What an earlier demo left there may be there still.
        record.begun.append(step)
        try writeRecord()
        try body()
        for name in filesBelow(path) where step.covers(name) {
            record.files[name] = try SHA256.hex(ofFile: join(path, name))
        }
        record.begun.removeAll { $0.output == output }
        try writeRecord()
    }

    /// Completes the demo; what an earlier one left goes.
    package func finish(_ summary: String) throws {
        guard !fileExists(join(path, Self.summary)) else {
            throw DemoError.foreignFolder(path: path, names: [Self.summary])
        }
        record.files[Self.summary] = SHA256.hex(of: summary)
        try writeRecord()
        try writeFile(summary, to: join(path, Self.summary))
        Demo(in: join(path, Self.previous), isPart: true).removeWithRecord()
        removeEmptyFolders(below: path)
    }

    private func writeRecord() throws {
        try writeFile(try record.json(), to: join(path, Self.marker))
    }

    /// What a demo left in a folder.
    private struct Demo {
        private let folder: String
        let record: DemoRecord?
        /// Its files that are as it left them.
        private var files: [String] = []
        /// What its last, unfinished step left.
        private var unfinished: [String] = []
        /// What it did not make, or somebody changed.
        private(set) var foreign: [String] = []

        /// - Parameter isPart: whether the folder is one of a demo's.
        init(in folder: String, isPart: Bool = false) {
            self.folder = folder
            let found = try? DemoRecord(path: join(folder, marker))
            let isDemo = found.map {
                $0.command == "lens demo" || $0.command.hasPrefix("lens demo ")
            }
            record = isDemo == true ? found : nil
            let begun = (record?.begun ?? []).filter { Self.isUnfinished($0, in: folder) }
            // Where no demo was, the names at the top tell enough.
            let names =
                record == nil && !isPart ? (try? fileNames(in: folder)) ?? [] : filesBelow(folder)
            for name in names
            where !name.hasPrefix(marker + ".partial-") && (name != marker || record == nil) {
                let hash = isLink(join(folder, name)) ? nil : record?.files[name]
                if let hash, (try? SHA256.hex(ofFile: join(folder, name))) == hash {
                    files.append(name)
                } else if let step = begun.last(where: { $0.covers(name) }) {
                    // What is finished, the step's own command replaces, if it is its own.
                    if step.isState(name), !isComplete(join(folder, step.output)) {
                        unfinished.append(name)
                    }
                } else {
                    foreign.append(name)
                }
            }
        }

        var isFinished: Bool { files.contains(summary) }

        /// The record goes first, so that a kill leaves it in both places. The summary, without which a
        /// demo is not finished, is the last.
        func move(to other: Demo) throws {
            try writeFile(try readFile(join(folder, marker)), to: join(other.folder, marker))
            for name in files.filter({ $0 != summary }) + files.filter({ $0 == summary }) {
                let target = join(other.folder, name)
                try createFolder(parentFolder(of: target))
                guard rename(join(folder, name), target) == 0 else {
                    throw FileError.writing(target)
                }
            }
        }

        func remove() { for name in files + unfinished { unlink(join(folder, name)) } }

        func removeWithRecord() {
            remove()
            if record != nil { unlink(join(folder, marker)) }
        }

        /// Whether what stands at a step's output is no finished work of another command line.
        private static func isUnfinished(_ step: DemoRecord.Step, in folder: String) -> Bool {
            let output = join(folder, step.output)
            let records =
                isFolder(output) ? [join(output, marker)] : [output, output + ".run.json"]
            return records.filter(fileExists).allSatisfy {
                guard let command = try? provenance(of: $0) else { return true }
                return command == step.command
            }
        }
    }
}

extension DemoRecord.Step {
    /// Whether a file is the output or its record, whole or in part, or lies in it.
    fileprivate func covers(_ name: String) -> Bool {
        name.hasPrefix(output + "/")
            || [output, output + ".run.json"].contains {
                name == $0 || name.hasPrefix($0 + ".partial-")
            }
    }

    /// Whether a file is a part of an unfinished result in an output folder.
    fileprivate func isState(_ name: String) -> Bool {
        ["/unfinished/", "/snapshots/"].contains { name.hasPrefix(output + $0) }
    }
}
