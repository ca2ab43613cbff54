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

func systemLibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func swiftTarget(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
        exclude: exclude,
        swiftSettings: swiftSettings)
}

let package = Package(
    name: "StateLens",
    products: [
        .executable(name: "lens", targets: ["LensCLI"]),
        .executable(name: "lens-bench", targets: ["LensBench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    ],
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
        swiftTarget("Files", ["CCrypto"]),
        // 2
        swiftTarget("Tensors", ["Files"]),
        swiftTarget("Tokenization", ["Files", collections]),
        swiftTarget("Plotting", ["Files", "CCairo", "CPNG"]),
        // 3
        swiftTarget("Kernels", ["Files", "Tensors", "COpenBLAS", "CKernels"]),
        swiftTarget("Checkpoints", ["Files", "Tensors", "CZip"]),
        swiftTarget("Corpora", ["Files", "Tokenization", "CZstd"]),
        // 4
        swiftTarget("StateSpaceModels", ["Files", "Tensors", "Kernels", "Checkpoints"]),
        // 5
        swiftTarget(
            "Lenses",
            [
                "Files", "Tensors", "Kernels", "Checkpoints", "Tokenization", "Corpora",
                "StateSpaceModels",
            ]),
        swiftTarget(
            "LanguageModeling",
            [
                "Files", "Tensors", "Kernels", "Checkpoints", "Tokenization", "Corpora",
                "StateSpaceModels",
            ]),
        // 6
        swiftTarget("Reports", ["Files", "Checkpoints", "Corpora", "Lenses", "Plotting"]),
        // 7
        .executableTarget(
            name: "LensCLI",
            dependencies: [
                "Files", "Tensors", "Kernels", "Checkpoints", "Tokenization", "Corpora",
                "StateSpaceModels", "Lenses", "LanguageModeling", "Plotting", "Reports",
                argumentParser,
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "LensBench",
            dependencies: [
                "Files", "Tensors", "Kernels", "Checkpoints", "Tokenization", "Corpora",
                "StateSpaceModels", "Lenses", "Reports", argumentParser,
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "TestSupport", dependencies: ["Files", "Tensors", "Checkpoints"],
            path: "Tests/TestSupport",
            swiftSettings: swiftSettings),
        tests("Files"), tests("Tensors"), tests("Tokenization", exclude: ["Golden"]),
        tests("Plotting"),
        tests("Kernels", ["CKernels"]), tests("Checkpoints"), tests("Corpora"),
        tests("StateSpaceModels", ["Kernels", "Checkpoints"], exclude: ["Golden"]),
        tests("Lenses", ["Kernels", "Checkpoints", "Corpora", "Tokenization", "StateSpaceModels"]),
        tests(
            "LanguageModeling",
            ["Kernels", "Checkpoints", "Corpora", "Tokenization", "StateSpaceModels", "Tensors"]),
        tests("Reports", ["Lenses"]),
        .testTarget(
            name: "MutationTests",
            dependencies: [
                "TestSupport", "Files", "Tensors", "Checkpoints", "Tokenization", "Corpora",
                "StateSpaceModels", "Lenses", "Reports",
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "ArchitectureTests", dependencies: ["TestSupport"], swiftSettings: swiftSettings),
        .testTarget(
            name: "LensCLITests", dependencies: ["LensCLI", "TestSupport", "Files"],
            exclude: ["Help"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "LensBenchTests",
            dependencies: [
                "LensBench", "TestSupport", "Files", "Kernels", "Lenses", "StateSpaceModels",
            ],
            exclude: ["Help"],
            swiftSettings: swiftSettings),
    ]
)
