import Base
import Foundation

/// The two small models that come with the program, each trained from several seeds.
package struct EmbeddedPair {
    /// One of the two designs.
    package struct Design {
        /// Of the folder with its seeds.
        package let name: String
        /// In tables and figures.
        package let label: String
        /// Model folders by name.
        package let seeds: [String]
    }

    /// What must be known of how the seeds were chosen: models/README.md, "When a model begins".
    package static let selection =
        "Of Mamba-2, three seeds that had not learnt to look facts up were left out (models/README.md)."

    /// For messages.
    static let layout = "mamba2/seed0 … and diffmamba2/seed0 …"

    private static let labels = [("diffmamba2", "Diff-Mamba-2"), ("mamba2", "Mamba-2")]

    /// The differential model first, as in the published figures.
    package let designs: [Design]

    /// Nil unless there is at least one model of each design.
    private init?(in folder: String) throws {
        designs = try Self.labels.map { name, label in
            let parent = join(folder, name)
            let seeds = isFolder(parent) ? try fileNames(in: parent) : []
            return Design(
                name: name, label: label,
                seeds: seeds.map { join(parent, $0) }.filter { fileExists(join($0, "config.json")) }
            )
        }
        guard designs.allSatisfy({ !$0.seeds.isEmpty }) else { return nil }
    }

    /// - Parameter folder: where the user says that they are; nil looks beside the program, where
    ///   it was installed, where it was built, and in the current folder.
    /// - Throws: `DemoError.noModels`.
    package static func find(in folder: String?) throws -> EmbeddedPair {
        let candidates = folder.map { [$0] } ?? places
        for candidate in candidates {
            if let pair = try EmbeddedPair(in: folder ?? fromHere(candidate)) { return pair }
        }
        throw DemoError.noModels(lookedFor: candidates)
    }

    private static var places: [String] {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        var folder = program.deletingLastPathComponent()
        var places = [
            folder.appendingPathComponent("models").path,
            folder.deletingLastPathComponent().appendingPathComponent("share/statelens/models")
                .path,
        ]
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            places.append(folder.appendingPathComponent("models").path)
        }
        return places + ["models"]
    }

    /// A path as one would type it: without the current folder, where it lies inside.
    private static func fromHere(_ path: String) -> String {
        let here = FileManager.default.currentDirectoryPath + "/"
        return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
    }
}
