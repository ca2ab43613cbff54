// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "ReadAPrompt",
    dependencies: [.package(name: "StateLens", path: "../..")],
    targets: [
        .executableTarget(
            name: "ReadAPrompt",
            dependencies: [.product(name: "StateLens", package: "StateLens")])
    ]
)
