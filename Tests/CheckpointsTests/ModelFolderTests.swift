import Base
import Checkpoints
import Foundation
import Testing
import TestSupport

@Suite struct ModelFolderTests {
    private static let first = "0a1b2c3d" + String(repeating: "4", count: 32)
    private static let second = "0affffff" + String(repeating: "5", count: 32)

    /// A cache as huggingface_hub lays it out, with two commits of `org/model`.
    private func cache(at path: String) throws {
        let model = join(path, "models--org--model")
        for commit in [Self.first, Self.second] {
            try createFolder(join(model, "snapshots/\(commit)"))
        }
        try writeFile(Self.first, to: join(model, "refs/main"))
        try writeFile(Self.second + "\n", to: join(model, "refs/refs/pr/1"))
        try writeFile(String(repeating: "6", count: 40), to: join(model, "refs/gone"))
    }

    @Test("revisions name branches, whole commits and their first digits")
    func revisions() throws {
        let folder = try TemporaryFolder()
        try cache(at: folder.path)
        func resolve(_ name: String) throws -> String {
            let path = try resolveModelFolder(name, environment: ["HF_HUB_CACHE": folder.path])
            return (path as NSString).lastPathComponent
        }
        #expect(try resolve("org/model") == Self.first)
        #expect(try resolve("org/model@main") == Self.first)
        #expect(try resolve("org/model@refs/pr/1") == Self.second)
        #expect(try resolve("org/model@0aff") == Self.second)
        #expect(try resolve("org/model@\(Self.first)") == Self.first)
        #expect(
            throws: CheckpointError.ambiguousRevision(
                name: "org/model", revision: "0a", found: [Self.first, Self.second])
        ) { try resolve("org/model@0a") }
        for revision in ["gone", "ffff"] {
            #expect(
                throws: CheckpointError.revisionNotFound(
                    name: "org/model", revision: revision,
                    folder: folder("models--org--model"), found: [Self.first, Self.second])
            ) { try resolve("org/model@\(revision)") }
        }
    }

    @Test("the variables that place the cache, the most specific first")
    func places() throws {
        let folder = try TemporaryFolder()
        let places = [
            ("HF_HUB_CACHE", "a", "a"), ("HF_HOME", "b", "b/hub"),
            ("XDG_CACHE_HOME", "c", "c/huggingface/hub"),
            ("HOME", "d", "d/.cache/huggingface/hub"),
        ]
        for (_, _, cache) in places { try self.cache(at: folder(cache)) }
        for i in places.indices {
            let environment = places[i...].map { ($0.0, folder($0.1)) }
            #expect(
                try resolveModelFolder(
                    "org/model", environment: .init(uniqueKeysWithValues: environment))
                    == folder("\(places[i].2)/models--org--model/snapshots/\(Self.first)"))
        }
    }

    @Test("a folder wins; a file, a name out of the cache and an unknown model are refused")
    func refusals() throws {
        let folder = try TemporaryFolder()
        let environment = ["HF_HUB_CACHE": folder("cache")]
        #expect(try resolveModelFolder(folder.path, environment: environment) == folder.path)
        try writeFile("{}", to: folder("config.json"))
        #expect(
            throws: CheckpointError.fileInsteadOfFolder(
                path: folder("config.json"), folder: folder.path)
        ) { try resolveModelFolder(folder("config.json"), environment: environment) }
        for name in ["../up", "org/../x", "a/b/c", "", "org/model@", "org/model@../..", "/absent"] {
            #expect(throws: CheckpointError.malformedModelName(name: name)) {
                try resolveModelFolder(name, environment: environment)
            }
        }
        let missing = CheckpointError.modelNotFound(
            name: "org/absent", lookedIn: [folder("cache")])
        #expect(throws: missing) {
            try resolveModelFolder("org/absent", environment: environment)
        }
        #expect("\(missing)".contains("hf download org/absent"))
    }

    @Test("a folder mistyped in its last part is suggested; a link that leads nowhere is named")
    func mistyped() throws {
        let folder = try TemporaryFolder()
        try createFolder(folder("models/mamba2-370m"))
        let path = folder("models/mamba2-37m")
        #expect(
            throws: CheckpointError.mistypedFolder(
                path: path, closest: folder("models/mamba2-370m"))
        ) { try resolveModelFolder(path, environment: [:]) }
        try FileManager.default.createSymbolicLink(
            atPath: folder("models/link"), withDestinationPath: "absent")
        #expect(throws: FileError.danglingLink(path: folder("models/link"), target: "absent")) {
            try resolveModelFolder(folder("models/link"), environment: [:])
        }
    }

    @Test("a weight file that is a link to nothing is named, not overlooked")
    func danglingWeights() throws {
        let folder = try TemporaryFolder()
        try createFolder(folder("snapshot"))
        try FileManager.default.createSymbolicLink(
            atPath: folder("snapshot/model.safetensors"), withDestinationPath: "../blobs/0a")
        let error = FileError.danglingLink(
            path: folder("snapshot/model.safetensors"), target: "../blobs/0a")
        #expect(throws: error) { try Checkpoint(folder: folder("snapshot")) }
    }
}
