/// The rules of the package's layout; each gives one sentence for every breach.
struct Rules {
    let table: PackageTable

    /// Longest Swift file, in lines.
    static let longestFile = 400

    /// Modules of the toolchain, which no target has to declare.
    static let toolchain: Set = ["Dispatch", "Foundation", "Synchronization"]

    /// The target that alone may start threads, and the words that do.
    static let threading = (
        target: "Kernels", words: ["DispatchQueue", "Thread", "pthread_create"]
    )

    /// The target that alone writes to standard output and error, and the words that do.
    static let streams = (
        target: "Base",
        words: ["print", "debugPrint", "dump", "puts", "fputs", "FileHandle", "STDOUT_FILENO"]
    )

    /// The product that makes a target part of a command line; the others are libraries, whose errors
    /// give facts and know no option.
    static let parser = "ArgumentParser"

    /// Options of other programs, which a library may name.
    static let foreignFlags: Set = ["--long", "--revision"]

    func breaches(in files: [SourceFile]) -> [String] {
        files.flatMap(imports) + shimImporters(files) + files.flatMap(words)
            + files.flatMap(length) + files.flatMap(flags)
    }

    private func target(_ name: String) -> PackageTable.Target? {
        table.targets.first { $0.name == name }
    }

    private func imports(of file: SourceFile) -> [String] {
        guard let own = target(file.target) else {
            return ["\(file.path): Package.swift declares no target '\(file.target)'"]
        }
        return file.imports.compactMap { module in
            if Self.toolchain.contains(module) { return nil }
            if let other = target(module), other.floor >= own.floor {
                return "\(file.path): \(own.name) (floor \(own.floor)) imports \(module)"
                    + " (floor \(other.floor)), expected a lower floor"
            }
            if !own.dependencies.contains(module) {
                return "\(file.path): imports \(module), which Package.swift does not declare as a"
                    + " dependency of \(own.name)"
            }
            return nil
        }
    }

    /// Floor 0 is C, which one Swift target wraps.
    private func shimImporters(_ files: [SourceFile]) -> [String] {
        table.targets.filter { $0.floor == 0 }.compactMap { shim in
            let importers = Set(files.filter { $0.imports.contains(shim.name) }.map(\.target))
            return importers.count == 1
                ? nil : "\(shim.name): imported by \(importers.sorted()), expected one target"
        }
    }

    /// Words that one target has for itself.
    private func words(in file: SourceFile) -> [String] {
        let words = Set(
            file.code.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
        return [(Self.threading, "starts threads"), (Self.streams, "writes to standard streams")]
            .filter { rule, _ in file.target != rule.target }
            .flatMap { rule, what in
                rule.words.filter(words.contains).map {
                    "\(file.path): mentions \($0); only \(rule.target) \(what)"
                }
            }
    }

    /// Options that a library names; Swift itself has nothing that looks like one.
    private func flags(in file: SourceFile) -> [String] {
        guard let target = target(file.target), !target.dependencies.contains(Self.parser) else {
            return []
        }
        return file.code.matches(of: /--[a-z][a-z-]+/).map { String($0.output) }
            .filter { !Self.foreignFlags.contains($0) }
            .map { "\(file.path): names the option \($0), which only a command line knows" }
    }

    private func length(of file: SourceFile) -> [String] {
        file.lineCount <= Self.longestFile
            ? [] : ["\(file.path): \(file.lineCount) lines, at most \(Self.longestFile) expected"]
    }
}
