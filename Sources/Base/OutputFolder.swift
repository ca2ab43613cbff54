import Foundation

/// The folder that a command fills, taken for as long as the value lives.
///
/// It is locked before it is looked at, and is taken only if it is absent or empty or holds what the
/// same command left there: an unfinished state to go on from, or a finished result that the user
/// wants replaced. What the command makes lies in `work` until it is complete; only then does the
/// old result go and the new one take its place, so that a failure at any moment leaves one of them
/// whole.
package final class OutputFolder {
    /// A command and what it leaves in its folder.
    package struct Kind: Sendable {
        /// `lens train`, for example; as the provenance of its results begins.
        package let command: String
        /// "a finished lens", for example.
        let result: String
        /// The file without which nobody takes the folder for a result: the old one goes first, the
        /// new one comes last.
        let key: String
        /// The names of the result's files, those aside that its provenance lists.
        let files: [String]

        package init(
            command: String, result: String, key: String, files: [String] = []
        ) {
            self.command = command
            self.result = result
            self.key = key
            self.files = files
        }
    }

    /// What the user says of what is there.
    package enum Mode: Sendable { case new, resume, overwrite }

    package let path: String
    /// Where files are put that belong to the result once it is complete.
    package let work: String
    private let kind: Kind
    private let lock: FolderLock
    private let isCreated: Bool
    /// Whether the folder may be changed.
    private var isTaken = false
    /// The state that a training goes on from.
    private let states: String

    /// - Parameter inputs: what the command reads, with the options that name it; none of it may be the
    ///   folder or in it, by whatever links.
    /// - Throws: `FileError.locked`, `OutputFolderError`.
    package init(
        _ path: String, for kind: Kind, mode: Mode = .new,
        inputs: [(option: String, path: String)] = []
    ) throws {
        try refuseWorkingParts(path)
        self.path = path
        self.kind = kind
        work = join(path, Self.workName)
        states = join(path, Self.statesName)
        isCreated = !fileExists(path)
        lock = try FolderLock(path)
        try check(inputs)
        try look(mode)
        isTaken = true
        try createFolder(work)
        try writeFile(kind.command + "\n", to: join(work, Self.owner))
        try checkWritable(join(path, kind.key))
    }

    deinit {
        if isTaken, !hasState, isOurs(work), !fileExists(join(work, Self.complete)) {
            removeWork()
        }
        if isCreated { rmdir(path) }
        withExtendedLifetime(lock) {}
    }

    /// Whether an unfinished state is there to go on from.
    package var hasState: Bool {
        ((try? fileNames(in: states)) ?? []).contains { Self.isState($0) }
    }

    /// Puts what lies in `work` in the place of the old result.
    ///
    /// - Throws: `OutputFolderError.foreign` if a file that is not ours would be replaced.
    package func commit() throws {
        let new = filesBelow(work).filter { $0 != Self.owner }
        let old = try resultFiles()
        try refuseLinks(old.union(new))
        let foreign = Set(new).subtracting(old).filter { fileExists(join(path, $0)) }
        guard foreign.isEmpty else { throw self.foreign(foreign.sorted()) }
        for name in old.union(new).sorted() {
            let place = join(path, name)
            guard fileExists(place), let reason = whyNotReplaceable(place) else { continue }
            throw FileError.unwritable(path: place, reason: reason)
        }
        let plan = Exchange(new: new, stale: old.subtracting(new).sorted())
        try writeFile(encodeJSON(plan), to: join(work, Self.complete))
        try exchange()
    }

    /// Removes what lies in `work` but the log of a training, which a state goes on with.
    ///
    /// What is complete stays: the next command moves the rest of it.
    package func removeIncomplete() {
        guard !fileExists(join(work, Self.complete)) else { return }
        for name in (try? fileNames(in: work)) ?? []
        where name != Self.owner && !name.hasSuffix(".jsonl") {
            try? FileManager.default.removeItem(atPath: join(work, name))
        }
    }

    fileprivate static let workName = "unfinished"
    fileprivate static let statesName = "snapshots"
    /// Names whose work it is.
    fileprivate static let owner = "command"
    /// Says that the result is complete, and what is to be exchanged.
    fileprivate static let complete = "complete.json"

    private struct Exchange: Codable {
        let new: [String]
        /// Files of the old result that the new one does not have.
        let stale: [String]
    }

    /// Neither a state nor what a killed process left of one.
    private static func isStranger(_ name: String) -> Bool {
        !isState(name) && !(name.hasPrefix("step-") && name.contains(".safetensors.partial-"))
    }

    private static func isState(_ name: String) -> Bool {
        name.hasPrefix("step-") && name.hasSuffix(".safetensors")
    }

    /// Whether `work` names this command, or nobody yet: that is its first file and the last to go.
    private func isOurs(_ work: String) -> Bool {
        guard let names = try? fileNames(in: work) else { return false }
        guard names.contains(Self.owner) else {
            return names.allSatisfy { $0.hasPrefix(Self.owner + ".partial-") }
        }
        return (try? readFile(join(work, Self.owner))) == Data("\(kind.command)\n".utf8)
    }

    private func removeWork() {
        for name in (try? fileNames(in: work)) ?? [] where name != Self.owner {
            try? FileManager.default.removeItem(atPath: join(work, name))
        }
        try? FileManager.default.removeItem(atPath: work)
    }

    private func check(_ inputs: [(option: String, path: String)]) throws {
        let contents = FileIdentity.contents(of: path)
        for (option, input) in inputs {
            let read = FileIdentity.read(from: input, besides: FileIdentity(path))
            guard read.isDisjoint(with: contents) else {
                throw OutputFolderError.isInput(path: path, option: option, input: input)
            }
        }
    }

    /// What lies behind a linked folder is not in this one.
    private func refuseLinks(_ names: some Sequence<String>) throws {
        for name in names.sorted() {
            var parent = parentFolder(of: name)
            while !parent.isEmpty {
                guard !isLink(join(path, parent)) else { throw foreign([parent]) }
                parent = parentFolder(of: parent)
            }
        }
    }

    /// Decides whether the folder may be taken, and clears what an unfinished run left for nobody.
    private func look(_ mode: Mode) throws {
        for part in [Self.workName, Self.statesName] where isLink(join(path, part)) {
            throw foreign([part])
        }
        if fileExists(work) {
            guard isOurs(work) else { throw foreign([Self.workName]) }
            // A result that was complete when its process was killed.
            if fileExists(join(work, Self.complete)) { try exchange() }
        }
        let strangers = fileExists(states) ? try fileNames(in: states).filter(Self.isStranger) : []
        guard strangers.isEmpty else { throw foreign(strangers.map { "\(Self.statesName)/\($0)" }) }
        let names = try fileNames(in: path).filter {
            ![Self.workName, Self.statesName].contains($0) && !$0.contains(".partial-")
        }
        if !names.isEmpty { try lookAtResult(names, mode) }
        switch mode {
        case .resume where !hasState: throw OutputFolderError.nothingToResume(path: path)
        case .new where hasState, .overwrite where hasState:
            throw OutputFolderError.unfinished(path: path)
        case .new, .overwrite: removeWork()
        case .resume: break
        }
    }

    private func lookAtResult(_ names: [String], _ mode: Mode) throws {
        let old = try resultFiles()
        try refuseLinks(old)
        let weights = names.filter { name in
            Self.weightSuffixes.contains { name.hasSuffix($0) } && !old.contains(name)
        }
        guard names.contains(kind.key), !old.isEmpty, weights.isEmpty else {
            throw foreign(weights.isEmpty ? names : weights)
        }
        switch mode {
        case .overwrite: break
        // The state of one that is to replace the result.
        case .resume where hasState: break
        case .resume:
            throw OutputFolderError.alreadyFinished(
                path: path, result: kind.result, command: kind.command)
        case .new: throw OutputFolderError.finished(path: path, result: kind.result)
        }
    }

    private static let weightSuffixes = [".safetensors", ".bin", ".pt", ".pth", ".index.json"]

    /// The files of the finished result, from its provenance; none if it is not ours.
    private func resultFiles() throws -> Set<String> {
        let record = join(path, "run.json")
        guard fileExists(record), isCall(try provenance(of: record), of: kind.command) else {
            return []
        }
        struct Made: Decodable {
            struct File: Decodable { let path: String }
            let files: [File]?
        }
        let made = try decodeJSON(Made.self, from: record).files?.map(\.path) ?? []
        let inside = made.filter { !$0.hasPrefix("/") && !$0.split(separator: "/").contains("..") }
        return Set(inside + kind.files + ["run.json"])
    }

    private func foreign(_ names: [String]) -> OutputFolderError {
        .foreign(path: path, names: names, command: kind.command)
    }

    /// Moves a complete result out of `work`, or what of it a killed process left there. The key file
    /// is missing meanwhile.
    private func exchange() throws {
        let plan = try decodeJSON(Exchange.self, from: join(work, Self.complete))
        try refuseLinks(plan.new + plan.stale)
        let left = plan.new.filter { fileExists(join(work, $0)) }
        if left.contains(kind.key) { unlink(join(path, kind.key)) }
        for name in plan.stale { unlink(join(path, name)) }
        for name in left.filter({ $0 != kind.key }) + left.filter({ $0 == kind.key }) {
            let target = join(path, name)
            try createFolder(parentFolder(of: target))
            guard rename(join(work, name), target) == 0 else { throw FileError.writing(target) }
        }
        for name in (try? fileNames(in: states)) ?? [] where !Self.isStranger(name) {
            unlink(join(states, name))
        }
        rmdir(states)
        removeWork()
    }
}

/// Whether a result that is complete waits in a folder to take its place: the command that made it
/// moves it there.
package func isComplete(_ folder: String) -> Bool {
    fileExists(join(folder, join(OutputFolder.workName, OutputFolder.complete)))
}

/// Refuses to write into what a command works in: it removes what lies there when it is done.
///
/// - Throws: `FileError.unwritable`.
func refuseWorkingParts(_ path: String) throws {
    // The nearest folder that is there says where those to come will be.
    var (there, toCome) = (URL(fileURLWithPath: path).standardizedFileURL.path, [String]())
    while there.count > 1, realPath(there) == nil {
        toCome.insert((there as NSString).lastPathComponent, at: 0)
        there = parentFolder(of: there)
    }
    let place = toCome.reduce(realPath(there) ?? there, join)
    var inside = place
    while inside.count > 1 {
        let name = inside.split(separator: "/").last ?? ""
        let parts = [OutputFolder.workName, OutputFolder.statesName]
        let work = join(parentFolder(of: inside), OutputFolder.workName)
        if parts.contains(String(name)), fileExists(join(work, OutputFolder.owner)) {
            throw FileError.unwritable(
                path: path,
                reason: "\(inside) is where an unfinished run keeps its state; name another place")
        }
        inside = parentFolder(of: inside)
    }
}
