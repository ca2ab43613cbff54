import Base
import Foundation
import Testing

/// The rules on this package's own sources.
@Suite struct LayoutTests {
    static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    static func table() throws -> PackageTable {
        let manifest = try readFile(join(repository, "Package.swift"))
        return PackageTable(manifest: String(decoding: manifest, as: UTF8.self))
    }

    /// Targets without a test folder of their own, and the folder that tests them.
    static let testedElsewhere = ["CKernels": "KernelsTests"]

    @Test("imports point down, each C library has one importer, only Kernels starts threads")
    func obeysRules() throws {
        let files = try SourceFile.all(below: join(Self.repository, "Sources"))
        let breaches = Rules(table: try Self.table()).breaches(in: files)
        #expect(breaches.isEmpty, "\(breaches.joined(separator: "\n"))")
    }

    @Test("the manifest and the folders name the same targets")
    func readsEverything() throws {
        let table = try Self.table()
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: join(Self.repository, "Sources"))
        let system = try FileManager.default.contentsOfDirectory(
            atPath: join(Self.repository, "Sources/System"))
        #expect(
            Set(table.targets.map(\.name)) == Set(folders).subtracting(["System"]).union(system))
        #expect(table.targets.map(\.floor) == table.targets.map(\.floor).sorted())
        for target in table.targets {
            for dependency in table.targets where target.dependencies.contains(dependency.name) {
                #expect(dependency.floor < target.floor, "\(target.name): \(dependency.name)")
            }
        }
    }

    @Test(
        "what reads files links no numeric library, so that its tests are instant",
        arguments: ["Base", "Randomness", "Checkpoints", "Tokenization", "Corpora", "Results"])
    func linksNoBLAS(name: String) throws {
        let linked = try Self.table().closure(of: name)
        #expect(
            linked.isDisjoint(with: ["Kernels", "CKernels", "COpenBLAS"]), "\(linked.sorted())")
        // What is not declared is found out by `obeysRules`; that this finds anything, by its own.
        #expect(try Self.table().closure(of: "Models").contains("COpenBLAS"))
    }

    @Test("every target has tests")
    func hasTests() throws {
        for target in try Self.table().targets where !target.isSystemLibrary {
            let folder = Self.testedElsewhere[target.name] ?? "\(target.name)Tests"
            let files = try SourceFile.all(below: join(Self.repository, "Tests/\(folder)"))
            #expect(!files.isEmpty, "Tests/\(folder) is missing or empty")
        }
    }
}
