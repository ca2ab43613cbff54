// swift-tools-version: 6.2
import PackageDescription

// Floors, lowest first: a target imports only floors below its own, never its own floor or above.
// `ArchitectureTests` reads the sources and this table's order and fails on any other import.

/// Continuous integration treats every compiler warning as an error; a user with a newer compiler is not punished.
let swiftSettings: [SwiftSetting] =
    Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)]

let argumentParser: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")
let collections: Target.Dependency = .product(name: "Collections", package: "swift-collections")

/// Only `make docs` needs it.
let documentation: [Package.Dependency] =
    Context.environment["STATELENS_DOCS"] == nil
    ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0")]

func systemLibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func swiftTarget(
    _ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
        exclude: exclude,
        swiftSettings: swiftSettings)
}

/// Of the page of a reading; the scripts are joined in the order that `ReadingPage` gives.
let pageParts = [
    "page.html", "page.css", "data.js", "scales.js", "pens.js", "sheets.js", "grid.js",
    "curves.js", "panel.js", "files.js", "page.js",
]

let package = Package(
    name: "StateLens",
    products: [
        .library(name: "StateLens", targets: ["StateLens"]),
        .library(name: "StateLensPlotting", targets: ["StateLensPlotting"]),
        .executable(name: "lens", targets: ["LensCLI"]),
        .executable(name: "lens-bench", targets: ["LensBench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    ] + documentation,
    targets: [
        // 0: system libraries (header shim and module map only) and our C.
        systemLibrary("COpenBLAS", pkgConfig: "openblas", apt: "libopenblas-dev"),
        systemLibrary("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
        systemLibrary("CZip", pkgConfig: "libzip", apt: "libzip-dev"),
        systemLibrary("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        systemLibrary("CCairo", pkgConfig: "cairo", apt: "libcairo2-dev"),
        systemLibrary("CPNG", pkgConfig: "libpng", apt: "libpng-dev"),
        .target(name: "CKernels"),
        // 1: what every floor above reads and writes files and reports errors with.
        swiftTarget("Base", ["CCrypto"]),
        swiftTarget("Randomness", []),
        // 2
        swiftTarget("Tensors", ["Base"]),
        swiftTarget("Tokenization", ["Base", collections]),
        swiftTarget("Plotting", ["Base", "CCairo", "CPNG"]),
        swiftTarget("Results", ["Base", "Randomness"]),
        // 3
        swiftTarget("Kernels", ["Base", "Tensors", "COpenBLAS", "CKernels"]),
        swiftTarget("Checkpoints", ["Base", "Tensors", "CZip"]),
        swiftTarget("Corpora", ["Base", "Randomness", "Tokenization", "CZstd"]),
        // 4
        swiftTarget("Models", ["Base", "Tensors", "Results", "Kernels", "Checkpoints"]),
        // 5: what the trainings of lenses and of language models share.
        swiftTarget("Training", ["Base", "Tensors", "Results", "Checkpoints"]),
        // 6
        swiftTarget(
            "Lenses",
            [
                "Base", "Randomness", "Tensors", "Kernels", "Checkpoints", "Tokenization",
                "Corpora", "Results", "Models", "Training",
            ]),
        swiftTarget(
            "LanguageModeling",
            [
                "Base", "Randomness", "Tensors", "Kernels", "Checkpoints", "Tokenization",
                "Corpora", "Results", "Models", "Training",
            ]),
        // 7
        swiftTarget(
            "Evaluations",
            [
                "Tensors", "Kernels", "Tokenization", "Corpora", "Results", "Models", "Lenses",
                "Base",
            ]),
        swiftTarget(
            "Interpretability",
            ["Base", "Tensors", "Kernels", "Tokenization", "Results", "Models", "Lenses"]),
        swiftTarget(
            "Reports",
            ["Base", "Tokenization", "Checkpoints", "Results", "Models", "Plotting"],
            // Inside the program, so that it stays one file.
            resources: pageParts.map { .embedInCode("Page/\($0)") }),
        // 8: what people outside use, and what every command of a program does alike.
        swiftTarget(
            "StateLens",
            [
                "Base", "Tensors", "Kernels", "Checkpoints", "Tokenization", "Corpora", "Results",
                "Models", "Training", "Lenses", "LanguageModeling", "Evaluations",
                "Interpretability",
            ]),
        swiftTarget("CommandSupport", ["Base", "Checkpoints", argumentParser]),
        // 9: figures of results, and what commands take, as values of the libraries.
        swiftTarget("StateLensPlotting", ["Base", "Plotting", "Reports", "StateLens"]),
        swiftTarget(
            "CommandOptions",
            [
                "Base", "Tokenization", "Kernels", "Checkpoints", "Corpora", "Models", "Training",
                "Lenses", "LanguageModeling", "CommandSupport", argumentParser,
            ]),
        // 10
        .executableTarget(
            name: "LensCLI",
            dependencies: [
                "Base", "Tensors", "Kernels", "Checkpoints", "Tokenization", "Corpora",
                "Models", "Training", "Lenses", "LanguageModeling", "Evaluations",
                "Interpretability", "Plotting", "Results", "Reports", "CommandSupport",
                "CommandOptions", argumentParser,
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "LensBench",
            dependencies: [
                "Base", "Randomness", "Tensors", "Kernels", "Checkpoints", "Tokenization",
                "Corpora",
                "Models", "Lenses", "Results", "Reports", "CommandSupport", argumentParser,
            ],
            swiftSettings: swiftSettings),
        // Compiled as if it were in another package: it sees what is public.
        .executableTarget(
            name: "ReadAPrompt", dependencies: ["StateLens"],
            path: "Examples/ReadAPrompt/Sources/ReadAPrompt", packageAccess: false,
            swiftSettings: swiftSettings),
        .target(
            name: "TestSupport", dependencies: ["Base", "Tensors", "Checkpoints"],
            path: "Tests/TestSupport",
            swiftSettings: swiftSettings),
        .target(
            name: "LensTestSupport", dependencies: ["Models", "Lenses", "Tensors"],
            path: "Tests/LensTestSupport",
            swiftSettings: swiftSettings),
        tests("Base"), tests("Randomness"), tests("Tensors"),
        tests("Tokenization", exclude: ["Golden"]),
        tests("Plotting"), tests("Results"),
        tests("Kernels", ["CKernels"]), tests("Checkpoints"), tests("Corpora"),
        tests("Models", ["Kernels", "Checkpoints"]),
        tests("Training", ["Base", "Tensors", "Checkpoints", "Results"]),
        tests(
            "Lenses",
            [
                "Kernels", "Checkpoints", "Corpora", "Tokenization", "Models", "Results",
                "Training", "LensTestSupport",
            ]),
        tests(
            "Evaluations",
            [
                "Base", "Tensors", "Checkpoints", "Corpora", "Tokenization", "Models", "Results",
                "Lenses", "LensTestSupport",
            ]),
        tests(
            "Interpretability",
            [
                "Base", "Tensors", "Kernels", "Checkpoints", "Tokenization", "Results", "Models",
                "Lenses", "LensTestSupport",
            ]),
        tests(
            "LanguageModeling",
            [
                "Randomness", "Kernels", "Checkpoints", "Corpora", "Tokenization", "Models",
                "Results", "Tensors", "Training",
            ]),
        tests("Reports", ["Base", "Results", "Tokenization"]),
        tests("CommandSupport", [argumentParser]),
        tests("CommandOptions", ["Lenses", argumentParser]),
        .testTarget(
            name: "MutationTests",
            dependencies: [
                "TestSupport", "Base", "Tensors", "Checkpoints", "Tokenization", "Corpora",
                "Models", "Training", "Lenses", "Results", "Reports",
            ],
            swiftSettings: swiftSettings),
        tests("StateLens", ["StateLensPlotting", "ReadAPrompt", "Base"]),
        .testTarget(
            name: "ArchitectureTests", dependencies: ["TestSupport"], swiftSettings: swiftSettings),
        .testTarget(
            name: "LensCLITests", dependencies: ["LensCLI", "TestSupport", "Base"],
            exclude: ["Help"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "LensBenchTests",
            dependencies: [
                "LensBench", "TestSupport", "Base", "Kernels", "Lenses", "Models",
            ],
            exclude: ["Help"],
            swiftSettings: swiftSettings),
    ]
)
