import Base
import Foundation
import Testing

/// The rules on this package's own sources.
@Suite struct LayoutTests {
    static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    static let table = Result { try PackageTable(ofPackage: repository) }

    /// Targets without a test folder of their own, and the folder that tests them.
    static let testedElsewhere = [
        "CKernels": "KernelsTests", "StateLensPlotting": "StateLensTests",
    ]

    @Test(
        "imports point down and are used, each C library has one importer, only Kernels starts threads"
    )
    func obeysRules() throws {
        let files = try SourceFile.all(below: join(Self.repository, "Sources"))
        let breaches = Rules(table: try Self.table.get()).breaches(in: files)
        #expect(breaches.isEmpty, "\(breaches.joined(separator: "\n"))")
    }

    @Test("the manifest and the folders name the same targets")
    func readsEverything() throws {
        let table = try Self.table.get()
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: join(Self.repository, "Sources"))
        let system = try FileManager.default.contentsOfDirectory(
            atPath: join(Self.repository, "Sources/System"))
        #expect(
            Set(table.targets.map(\.name)) == Set(folders).subtracting(["System"]).union(system))
        for (place, target) in table.targets.enumerated() {
            for dependency in table.targets[place...]
            where target.dependencies.contains(dependency.name) {
                Issue.record("\(target.name) depends on \(dependency.name), which is not below it")
            }
        }
    }

    @Test(
        "what reads files links no numeric library, so that its tests are instant",
        arguments: ["Base", "Randomness", "Checkpoints", "Tokenization", "Corpora", "Results"])
    func linksNoBLAS(name: String) throws {
        let linked = try Self.table.get().closure(of: name)
        #expect(
            linked.isDisjoint(with: ["Kernels", "CKernels", "COpenBLAS"]), "\(linked.sorted())")
        // What is not declared is found out by `obeysRules`; that this finds anything, by its own.
        #expect(try Self.table.get().closure(of: "Models").contains("COpenBLAS"))
    }

    @Test("every target has tests")
    func hasTests() throws {
        for target in try Self.table.get().targets where !target.isSystemLibrary {
            let folder = Self.testedElsewhere[target.name] ?? "\(target.name)Tests"
            let files = try SourceFile.all(below: join(Self.repository, "Tests/\(folder)"))
            #expect(!files.isEmpty, "Tests/\(folder) is missing or empty")
        }
    }
}
