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

    /// The targets that hold memory or compute in it, and the words that nobody else needs: tensors keep their
    /// memory alive, and give their elements to a closure.
    static let memory = (
        targets: [
            "Base", "Tensors", "Tokenization", "Plotting", "Kernels", "Checkpoints", "Corpora",
            "CommandSupport",
        ] as Set,
        words: ["pointer", "withExtendedLifetime", "UnsafePointer", "UnsafeMutablePointer"]
    )

    /// The product that makes a target part of a command line; the others are libraries, whose errors
    /// give facts and know no option.
    static let parser = "ArgumentParser"

    /// Options of other programs, which a library may name.
    static let foreignFlags: Set = ["--long", "--revision"]

    func breaches(in files: [SourceFile]) -> [String] {
        files.flatMap(imports) + unusedImports(files) + shimImporters(files) + files.flatMap(words)
            + files.flatMap(length) + files.flatMap(flags) + files.flatMap(pointers)
    }

    private func target(_ name: String) -> PackageTable.Target? {
        table.targets.first { $0.name == name }
    }

    private func imports(of file: SourceFile) -> [String] {
        guard let own = target(file.target) else {
            return ["\(file.path): Package.swift declares no target '\(file.target)'"]
        }
        let place = table.targets.firstIndex(of: own) ?? 0
        return file.imports.compactMap { module in
            if Self.toolchain.contains(module) { return nil }
            if let other = table.targets.firstIndex(where: { $0.name == module }), other >= place {
                return
                    "\(file.path): \(own.name) imports \(module), which Package.swift lists above it;"
                    + " expected a lower floor"
            }
            if !own.dependencies.contains(module) {
                return "\(file.path): imports \(module), which Package.swift does not declare as a"
                    + " dependency of \(own.name)"
            }
            return nil
        }
    }

    /// Imports of our own targets of which a file names nothing.
    private func unusedImports(_ files: [SourceFile]) -> [String] {
        let declared = Dictionary(grouping: files, by: \.target).mapValues { files in
            files.reduce(into: Set<String>()) { $0.formUnion($1.declaredNames) }
        }
        return files.flatMap { file in
            file.imports.compactMap { module in
                guard let names = declared[module], names.isDisjoint(with: file.words) else {
                    return nil
                }
                return "\(file.path): imports \(module) and names nothing of it"
            }
        }
    }

    /// C, which one Swift target wraps.
    private func shimImporters(_ files: [SourceFile]) -> [String] {
        table.targets.filter(\.isOfC).compactMap { shim in
            let importers = Set(files.filter { $0.imports.contains(shim.name) }.map(\.target))
            return importers.count == 1
                ? nil : "\(shim.name): imported by \(importers.sorted()), expected one target"
        }
    }

    /// Words that one target has for itself.
    private func words(in file: SourceFile) -> [String] {
        return [(Self.threading, "starts threads"), (Self.streams, "writes to standard streams")]
            .filter { rule, _ in file.target != rule.target }
            .flatMap { rule, what in
                rule.words.filter(file.words.contains).map {
                    "\(file.path): mentions \($0); only \(rule.target) \(what)"
                }
            }
    }

    private func pointers(in file: SourceFile) -> [String] {
        guard !Self.memory.targets.contains(file.target) else { return [] }
        return Self.memory.words.filter(file.words.contains).map {
            "\(file.path): mentions \($0); take values or withElements, or write a kernel"
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
