import Testing

/// The checker itself: on made-up packages it must find what is wrong and nothing else.
@Suite struct RulesTests {
    static let manifest = """
        let graphs: Target.Dependency = .product(
            name: "Graphs", package: "some-graphs")
        func swiftTarget(_ name: String) -> Target { .target(name: name) }
        targets: [
            // 0: C. Not a floor: "Nothing".
            systemLibrary("CLib", pkgConfig: "lib", apt: "liblib-dev"),
            .target(name: "CLoops"),
            // 1: a sentence with (parentheses.
            swiftTarget("Low", ["CLib"]), // 9: not a floor either
            // 2
            swiftTarget("Kernels", ["Low", "CLoops"]),
            swiftTarget(
                "Side",
                [
                    "Low", graphs,
                ]),
            // 3
            .executableTarget(
                name: "Top", dependencies: ["Low", "Kernels"],
                swiftSettings: swiftSettings),
            .target(
                name: "Help", dependencies: ["Low"], path: "Tests/Help"),
        ]
        """

    static let sound = [
        SourceFile(path: "Low/A.swift", text: "import CLib\nimport Foundation\n"),
        SourceFile(path: "Kernels/B.swift", text: "import CLoops\nimport Low\nDispatchQueue.x()\n"),
        SourceFile(path: "Side/C.swift", text: "import Graphs\n// import Top; Thread\n"),
        SourceFile(path: "Top/D/E.swift", text: "import Kernels\nlet Threads = 1\n"),
    ]

    private func breaches(adding path: String, _ text: String) -> [String] {
        Rules(table: PackageTable(manifest: Self.manifest))
            .breaches(in: Self.sound + [SourceFile(path: path, text: text)])
    }

    @Test("the table of a manifest: floors, dependencies, products by their names")
    func readsManifest() {
        func target(_ name: String, _ floor: Int, _ dependencies: [String], system: Bool = false)
            -> PackageTable.Target
        {
            .init(name: name, floor: floor, dependencies: dependencies, isSystemLibrary: system)
        }
        #expect(
            PackageTable(manifest: Self.manifest).targets == [
                target("CLib", 0, [], system: true), target("CLoops", 0, []),
                target("Low", 1, ["CLib"]), target("Kernels", 2, ["Low", "CLoops"]),
                target("Side", 2, ["Low", "Graphs"]), target("Top", 3, ["Low", "Kernels"]),
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
        #expect(breaches(adding: "Top/F.swift", "import Low\n") == [])
    }

    @Test("upward, sideways and undeclared imports")
    func badImports() {
        #expect(
            breaches(adding: "Low/F.swift", "import Kernels\n") == [
                "Low/F.swift: Low (floor 1) imports Kernels (floor 2), expected a lower floor"
            ])
        #expect(
            breaches(adding: "Side/F.swift", "@preconcurrency import Kernels\n") == [
                "Side/F.swift: Side (floor 2) imports Kernels (floor 2), expected a lower floor"
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

    @Test("a C shim with two importing targets, or none")
    func shims() {
        #expect(
            breaches(adding: "Kernels/F.swift", "import CLib\n").contains(
                "CLib: imported by [\"Kernels\", \"Low\"], expected one target"))
        #expect(breaches(adding: "Low/F.swift", "import CLib\n") == [])
        #expect(
            Rules(table: PackageTable(manifest: Self.manifest)).breaches(in: []) == [
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
        let manifest = """
            let parser: Target.Dependency = .product(
                name: "ArgumentParser", package: "parser")
            targets: [
                // 1
                swiftTarget("Line", [parser]),
            ]
            """
        let rules = Rules(table: PackageTable(manifest: manifest))
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
