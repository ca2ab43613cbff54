import Files
import Synchronization
import Tensors

/// The tensors of a model or lens, whatever layout holds them: safetensors or a `torch.save`
/// archive, in one file or in shards with an index, or memory.
///
/// safetensors stay mapped and are read when touched; archives are read whole.
package final class Checkpoint: Sendable {
    /// The file or folder that was opened.
    package let path: String
    /// The files that hold the weights, in order of their names.
    package let files: [String]
    private let tensors: [String: StoredTensor]
    /// Names and element types of tensors that nothing here reads.
    package let foreign: [String: String]
    /// Of checkpoints in shards: the file of each tensor.
    private let places: [String: String]
    /// In the order of `files`.
    private let opened: [MappedFile]
    private let digest = Mutex<String?>(nil)

    private static let layouts = [
        "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
        "pytorch_model.bin.index.json",
    ]

    /// Opens the first layout present: `model.safetensors`, its index of shards,
    /// `pytorch_model.bin`, its index.
    ///
    /// - Throws: `CheckpointError`, `FileError`.
    package init(folder: String) throws {
        guard isFolder(folder) else {
            guard fileExists(folder) else { throw FileError.missing(path: folder) }
            throw CheckpointError.fileInsteadOfFolder(path: folder, folder: parent(folder))
        }
        guard let layout = Self.layouts.first(where: { isNamed(join(folder, $0)) }) else {
            throw CheckpointError.noWeights(folder: folder, lookedFor: Self.layouts)
        }
        path = folder
        let file = join(folder, layout)
        if layout.hasSuffix(".index.json") {
            (opened, tensors, foreign, places) = try Self.readShards(file, folder: folder)
        } else {
            let (file, content) = try Self.read(file)
            (opened, tensors, foreign, places) = ([file], content.tensors, content.foreign, [:])
        }
        files = opened.map(\.path)
    }

    /// Opens one file, safetensors or `torch.save` archive as its first bytes say.
    ///
    /// - Throws: `CheckpointError`, `FileError`.
    package init(file: String) throws {
        path = file
        files = [file]
        let (opened, content) = try Self.read(file)
        (self.opened, tensors, foreign, places) = (
            [opened], content.tensors, content.foreign, [:]
        )
    }

    /// Tensors that are at hand, from no file.
    ///
    /// - Parameter path: what errors call the whole.
    package init(_ tensors: [String: StoredTensor], path: String) {
        self.path = path
        files = []
        self.tensors = tensors
        (opened, foreign, places) = ([], [:], [:])
    }

    private init(_ other: Checkpoint, rename: (String) -> String) {
        path = other.path
        files = other.files
        opened = other.opened
        func renamed<Value>(_ values: [String: Value]) -> [String: Value] {
            Dictionary(values.map { (rename($0), $1) }) { first, _ in first }
        }
        tensors = renamed(other.tensors)
        foreign = renamed(other.foreign)
        places = renamed(other.places)
    }

    /// The same tensors under other names, which must differ from each other as the old ones do.
    package func renamed(_ rename: (String) -> String) -> Checkpoint {
        Checkpoint(self, rename: rename)
    }

    /// The file that holds a tensor, as far as it is known.
    package func file(of name: String) -> String {
        places[name] ?? (files.count == 1 ? files[0] : path)
    }

    private static func read(_ path: String) throws -> (MappedFile, Safetensors.Content) {
        let file = try MappedFile(path)
        let first = Array(file.bytes.prefix(9))
        // A safetensors length may spell the signature of a zip, but is then followed by "{".
        if first.count == 9, first[8] == UInt8(ascii: "{") {
            return (file, try Safetensors.read(file))
        }
        if first.starts(with: [0x50, 0x4B]) {
            return (file, Safetensors.Content(tensors: try TorchArchive.read(file)))
        }
        // PROTO 2, then LONG1 with the ten bytes of the magic number.
        if first.starts(with: [0x80, 0x02, 0x8A, 0x0A]) {
            throw CheckpointError.legacyTorchFile(path: path)
        }
        throw CheckpointError.unrecognisedFormat(path: path, firstBytes: Array(first.prefix(8)))
    }

    private static func readShards(
        _ path: String, folder: String
    ) throws -> (
        opened: [MappedFile], tensors: [String: StoredTensor], foreign: [String: String],
        places: [String: String]
    ) {
        let index = try ShardIndex.read(path)
        var opened: [MappedFile] = []
        var shards: [String: Safetensors.Content] = [:]
        for shard in index.shards {
            let (file, content) = try read(join(folder, shard))
            opened.append(file)
            shards[shard] = content
        }
        let foreign = shards.values.reduce(into: [:]) { $0.merge($1.foreign) { first, _ in first } }
        do {
            return (
                opened, try index.merge(shards), foreign,
                index.weightMap.mapValues { join(folder, $0) }
            )
        } catch {
            throw CheckpointError.shardIndex(path: path, flaw: error)
        }
    }

    /// In alphabetical order.
    package var names: [String] { tensors.keys.sorted() }

    package func contains(_ name: String) -> Bool { tensors[name] != nil }

    /// - Throws: `CheckpointError.missingTensor` with the name that is most like `name`.
    package func stored(_ name: String) throws -> StoredTensor {
        if let tensor = tensors[name] { return tensor }
        if let dtype = foreign[name] {
            throw CheckpointError.foreignDType(tensor: name, path: file(of: name), found: dtype)
        }
        throw CheckpointError.missingTensor(
            name: name, path: path, closest: closestName(to: name, among: names))
    }

    /// The values of a tensor in float32, a view of the file where they are stored so.
    ///
    /// - Throws: `CheckpointError.missingTensor`, `.wrongShape`, `.notFloatingPoint`.
    package func float32(_ name: String, shape: [Int]) throws -> Tensor {
        let stored = try stored(name)
        guard stored.shape == shape else {
            throw CheckpointError.wrongShape(
                tensor: name, path: path, expected: shape, found: stored.shape)
        }
        guard let tensor = stored.float32() else {
            throw CheckpointError.notFloatingPoint(tensor: name, path: path, found: stored.dtype)
        }
        return tensor
    }

    /// SHA-256 in hexadecimal over the bytes of the files that were opened, one after the other, whatever
    /// stands under their names by now. Computed once.
    package func sha256() throws -> String {
        try digest.withLock { digest in
            if let digest { return digest }
            let hash = SHA256()
            for file in opened { try file.hash(into: hash) }
            let value = hash.finalize()
            digest = value
            return value
        }
    }
}
