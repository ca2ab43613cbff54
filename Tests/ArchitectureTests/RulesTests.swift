import Foundation
import Testing

/// The checker itself: on made-up packages it must find what is wrong and nothing else.
@Suite struct RulesTests {
    static let table = [
        target("CLib", [], isSystemLibrary: true), target("CLoops", []),
        target("Low", ["CLib"]), target("Kernels", ["Low", "CLoops"]),
        target("Side", ["Low", "Graphs"]), target("Top", ["Low", "Kernels"]),
    ]

    private static func target(
        _ name: String, _ dependencies: [String], isSystemLibrary: Bool = false
    ) -> PackageTable.Target {
        .init(name: name, dependencies: dependencies, isSystemLibrary: isSystemLibrary)
    }

    static let sound = [
        SourceFile(
            path: "Low/A.swift", text: "import CLib\nimport Foundation\npackage func low() {}\n"),
        SourceFile(
            path: "Kernels/B.swift",
            text:
                "import CLoops\nimport Low\nDispatchQueue.x(low)\npackage enum Loops {\n    case fast\n}\n"
        ),
        SourceFile(
            path: "Side/C.swift",
            text: "import Graphs\n// import Top; Thread\npackage struct Thing {}\n"),
        SourceFile(path: "Top/D/E.swift", text: "import Kernels\nlet Threads = run(.fast)\n"),
    ]

    private func breaches(adding path: String, _ text: String) -> [String] {
        Rules(table: PackageTable(Self.table))
            .breaches(in: Self.sound + [SourceFile(path: path, text: text)])
    }

    @Test("the table of a manifest: dependencies by their names, tests left out")
    func readsManifest() throws {
        let dump = """
            {"name": "P", "targets": [
              {"name": "CLib", "type": "system", "dependencies": [], "pkgConfig": "lib"},
              {"name": "Low", "type": "regular", "dependencies": [{"byName": ["CLib", null]}]},
              {"name": "Top", "type": "executable", "dependencies": [
                {"product": ["Graphs", "some-graphs", null, null]}, {"target": ["Low", null]}]},
              {"name": "Help", "type": "regular", "path": "Tests/Help", "dependencies": []},
              {"name": "TopTests", "type": "test", "dependencies": [{"byName": ["Top", null]}]}]}
            """
        #expect(
            try PackageTable(dump: Data(dump.utf8)).targets == [
                Self.target("CLib", [], isSystemLibrary: true), Self.target("Low", ["CLib"]),
                Self.target("Top", ["Graphs", "Low"]),
            ])
    }

    @Test("every spelling of an import is seen, comments are not")
    func readsImports() {
        let file = SourceFile(
            path: "A/B.swift",
            text: """
                import One
                @preconcurrency import Two
                import struct Three.Thing
                package import Four
                    @testable import Five
                @_exported @preconcurrency public import func Six.run
                // import Seven
                /* import Eight
                import Nine */
                /// import Ten
                let important = 1 // "
                let pattern = "Sources/*"
                import Six
                """)
        #expect(file.imports == ["One", "Two", "Three", "Four", "Five", "Six", "Six"])
        #expect(file.target == "A")
        #expect(SourceFile(path: "A/B.swift", text: "1\n2\n3\n").lineCount == 3)
    }

    @Test("sound sources have no breaches")
    func soundSources() {
        #expect(breaches(adding: "Top/F.swift", "import Low\nlow()\n") == [])
    }

    @Test("upward, sideways and undeclared imports")
    func badImports() {
        #expect(
            breaches(adding: "Low/F.swift", "import Kernels\nrun(.fast)") == [
                "Low/F.swift: Low imports Kernels, which Package.swift lists above it;"
                    + " expected a lower floor"
            ])
        #expect(
            breaches(adding: "Side/F.swift", "@preconcurrency import Kernels\nrun(.fast)") == [
                "Side/F.swift: imports Kernels, which Package.swift does not declare as a dependency"
                    + " of Side"
            ])
        #expect(
            breaches(adding: "Top/F.swift", "import struct Side.Thing\n") == [
                "Top/F.swift: imports Side, which Package.swift does not declare as a dependency of"
                    + " Top"
            ])
        #expect(
            breaches(adding: "Top/F.swift", "import Graphs\n") == [
                "Top/F.swift: imports Graphs, which Package.swift does not declare as a dependency"
                    + " of Top"
            ])
        #expect(
            breaches(adding: "Lost/F.swift", "") == [
                "Lost/F.swift: Package.swift declares no target 'Lost'"
            ])
    }

    @Test("an import of which nothing is named")
    func unusedImports() {
        #expect(
            breaches(adding: "Top/F.swift", "import Low\nlower()  // low\n") == [
                "Top/F.swift: imports Low and names nothing of it"
            ])
        #expect(breaches(adding: "Top/F.swift", "import Kernels\nlet x: Loops\n") == [])
    }

    @Test("a C shim with two importing targets, or none")
    func shims() {
        #expect(
            breaches(adding: "Kernels/F.swift", "import CLib\n").contains(
                "CLib: imported by [\"Kernels\", \"Low\"], expected one target"))
        #expect(breaches(adding: "Low/F.swift", "import CLib\n") == [])
        #expect(
            Rules(table: PackageTable(Self.table)).breaches(in: []) == [
                "CLib: imported by [], expected one target",
                "CLoops: imported by [], expected one target",
            ])
    }

    @Test("standard streams written outside Base", arguments: Rules.streams.words)
    func streams(word: String) {
        #expect(
            breaches(adding: "Top/F.swift", "\(word)(1)\n") == [
                "Top/F.swift: mentions \(word); only Base writes to standard streams"
            ])
        #expect(breaches(adding: "Top/F.swift", "say(1) // \(word)\n") == [])
    }

    @Test("pointers above what holds memory", arguments: Rules.memory.words)
    func pointers(word: String) {
        #expect(
            breaches(adding: "Top/F.swift", "x.\(word)(1)\n") == [
                "Top/F.swift: mentions \(word); take values or withElements, or write a kernel"
            ])
        #expect(breaches(adding: "Kernels/F.swift", "x.\(word)(1)\n") == [])
        #expect(breaches(adding: "Top/F.swift", "say(1) // \(word)\n") == [])
    }

    @Test("threads outside Kernels", arguments: Rules.threading.words)
    func threads(word: String) {
        #expect(
            breaches(adding: "Top/F.swift", "let x = \(word) (1)\n") == [
                "Top/F.swift: mentions \(word); only Kernels starts threads"
            ])
        #expect(breaches(adding: "Top/F.swift", "let x = \(word)s // \(word)\n") == [])
    }

    @Test("options in a library's text; those of other programs and of commands are none")
    func flags() {
        let text = "let x = \"give --out\" // --model\n"
        #expect(
            breaches(adding: "Low/F.swift", text) == [
                "Low/F.swift: names the option --out, which only a command line knows"
            ])
        #expect(breaches(adding: "Low/F.swift", "let x = \"zstd --long\"\n") == [])
        let rules = Rules(table: PackageTable([Self.target("Line", ["ArgumentParser"])]))
        #expect(rules.breaches(in: [SourceFile(path: "Line/G.swift", text: text)]) == [])
    }

    @Test("files that are too long")
    func lengths() {
        let most = String(repeating: "\n", count: Rules.longestFile)
        #expect(breaches(adding: "Top/F.swift", most) == [])
        #expect(
            breaches(adding: "Top/F.swift", most + "\n") == [
                "Top/F.swift: 401 lines, at most 400 expected"
            ])
    }
}
