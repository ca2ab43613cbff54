import Foundation

/// What Package.swift says of the targets in `Sources`, from the lowest up, as the package manager
/// reads it.
struct PackageTable {
    struct Target: Equatable {
        let name: String
        /// Names of targets and products.
        let dependencies: [String]
        let isSystemLibrary: Bool

        /// By its name: a C and another capital.
        var isOfC: Bool { name.prefixMatch(of: /C[A-Z]/) != nil }
    }

    let targets: [Target]

    init(_ targets: [Target]) { self.targets = targets }

    /// Asks the package manager.
    ///
    /// It gets a folder of its own to work in: the one of the build is locked while tests run.
    init(ofPackage folder: String) throws {
        let scratch = FileManager.default.temporaryDirectory
            .appendingPathComponent("statelens-manifest-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "swift", "package", "--package-path", folder, "--scratch-path", scratch,
            "--manifest-cache", "none", "dump-package",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let dump = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try self.init(dump: dump)
    }

    /// - Parameter dump: JSON of `swift package dump-package`. Targets that live in `Tests` or
    ///   `Examples` are left out.
    init(dump: Data) throws {
        let manifest = try JSONDecoder().decode(Manifest.self, from: dump)
        targets = manifest.targets.compactMap { target in
            let folder = target.path?.prefix { $0 != "/" }
            guard target.type != "test", folder != "Tests", folder != "Examples" else {
                return nil
            }
            return Target(
                name: target.name, dependencies: target.dependencies.compactMap(\.name),
                isSystemLibrary: target.type == "system")
        }
    }

    private struct Manifest: Decodable {
        struct Target: Decodable {
            let name: String
            let type: String
            let path: String?
            let dependencies: [Dependency]
        }
        let targets: [Target]
    }

    /// `{"byName": ["Base", null]}`, `{"product": ["ArgumentParser", "swift-argument-parser", …]}`.
    private struct Dependency: Decodable {
        let name: String?

        init(from decoder: any Decoder) throws {
            struct Name: Decodable {
                let text: String

                init(from decoder: any Decoder) throws {
                    var list = try decoder.unkeyedContainer()
                    text = try list.decode(String.self)
                }
            }
            name = try decoder.singleValueContainer().decode([String: Name].self).values.first?.text
        }
    }
}
