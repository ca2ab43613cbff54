import Base
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
    /// Of weights that `save_pretrained(variant:)` wrote: "fp16", for example.
    package let variant: String?
    private let tensors: [TensorName: StoredTensor]
    /// Element types of tensors that nothing here reads.
    private let foreignDTypes: [TensorName: String]
    /// Of checkpoints in shards: the file of each tensor.
    private let places: [TensorName: String]
    /// In the order of `files`.
    private let opened: [MappedFile]
    private let digest = Mutex<String?>(nil)

    /// Opens the first layout present: `model.safetensors`, its index of shards,
    /// `pytorch_model.bin`, its index; else, if there is one variant of them, that.
    ///
    /// - Throws: `CheckpointError`, `FileError`.
    package init(folder: String) throws {
        guard isFolder(folder) else {
            guard fileExists(folder) else { throw FileError.missing(path: folder) }
            throw CheckpointError.fileInsteadOfFolder(path: folder, folder: parent(folder))
        }
        let layout = try WeightsLayout(in: folder)
        path = folder
        variant = layout.variant
        let file = join(folder, layout.name)
        if layout.isIndex {
            let shards = try Self.readShards(file, folder: folder)
            opened = shards.opened
            (tensors, foreignDTypes) = (Self.table(shards.named), Self.table(shards.foreign))
            places = Self.table(shards.places)
        } else {
            let (file, content) = try Self.read(file)
            (opened, places) = ([file], [:])
            (tensors, foreignDTypes) = (Self.table(content.named), Self.table(content.foreign))
        }
        files = opened.map(\.path)
    }

    private static func table<Value>(_ pairs: some Sequence<(String, Value)>) -> [TensorName: Value]
    {
        Dictionary(pairs.map { (TensorName($0), $1) }) { first, _ in first }
    }

    /// Opens one file, safetensors or `torch.save` archive as its first bytes say.
    ///
    /// - Throws: `CheckpointError`, `FileError`.
    package init(file: String) throws {
        path = file
        files = [file]
        let (opened, content) = try Self.read(file)
        (self.opened, places, variant) = ([opened], [:], nil)
        (tensors, foreignDTypes) = (Self.table(content.named), Self.table(content.foreign))
    }

    /// Tensors that are at hand, from no file.
    ///
    /// - Parameter path: what errors call the whole.
    package init(_ tensors: [String: StoredTensor], path: String) {
        self.path = path
        files = []
        self.tensors = Self.table(tensors.map { ($0.key, $0.value) })
        (opened, foreignDTypes, places, variant) = ([], [:], [:], nil)
    }

    private init(_ other: Checkpoint, rename: (String) -> String) {
        path = other.path
        files = other.files
        opened = other.opened
        variant = other.variant
        func renamed<Value>(_ values: [TensorName: Value]) -> [TensorName: Value] {
            Self.table(values.map { (rename($0.text), $1) })
        }
        tensors = renamed(other.tensors)
        foreignDTypes = renamed(other.foreignDTypes)
        places = renamed(other.places)
    }

    /// The same tensors under other names, which must differ from each other as the old ones do.
    package func renamed(_ rename: (String) -> String) -> Checkpoint {
        Checkpoint(self, rename: rename)
    }

    /// The file that holds a tensor, as far as it is known.
    package func file(of name: String) -> String {
        places[TensorName(name)] ?? (files.count == 1 ? files[0] : path)
    }

    private static func read(_ path: String) throws -> (MappedFile, Safetensors.Content) {
        let file = try MappedFile(path)
        let first = Array(file.bytes.prefix(9))
        // A safetensors length may spell the signature of a zip, but is then followed by "{".
        if first.count == 9, first[8] == UInt8(ascii: "{") {
            return (file, try Safetensors.read(file))
        }
        if first.starts(with: [0x50, 0x4B]) {
            return (file, Safetensors.Content(named: try TorchArchive.read(file)))
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
        opened: [MappedFile], named: [(name: String, tensor: StoredTensor)],
        foreign: [(name: String, dtype: String)], places: [(name: String, file: String)]
    ) {
        let index = try ShardIndex.read(path)
        var opened: [MappedFile] = []
        var shards: [String: Safetensors.Content] = [:]
        for shard in index.shards {
            let (file, content) = try read(join(folder, shard))
            opened.append(file)
            shards[shard] = content
        }
        do {
            return (
                opened, try index.merge(shards), shards.values.flatMap(\.foreign),
                index.weightMap.map { ($0.key.text, join(folder, $0.value)) }
            )
        } catch {
            throw CheckpointError.shardIndex(path: path, flaw: error)
        }
    }

    /// In the order of their bytes.
    package var names: [String] { tensors.keys.sorted().map(\.text) }

    /// Names and element types of tensors that nothing here reads, in the order of the names' bytes.
    package var foreign: [(name: String, dtype: String)] {
        foreignDTypes.sorted { $0.key < $1.key }.map { ($0.key.text, $0.value) }
    }

    package func contains(_ name: String) -> Bool { tensors[TensorName(name)] != nil }

    /// Whether a tensor of this name is stored, be it in an element type that nothing here reads.
    package func isStored(_ name: String) -> Bool {
        contains(name) || foreignDTypes[TensorName(name)] != nil
    }

    /// Whether all names differ from each other once they are changed.
    package func areDistinct(renamed rename: (String) -> String) -> Bool {
        let names = tensors.keys.map(\.text) + foreignDTypes.keys.map(\.text)
        return Set(names.map { TensorName(rename($0)) }).count == names.count
    }

    /// - Throws: `CheckpointError.missingTensor` with the name that is most like `name`.
    package func stored(_ name: String) throws -> StoredTensor {
        if let tensor = tensors[TensorName(name)] { return tensor }
        if let dtype = foreignDTypes[TensorName(name)] {
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
                tensor: name, path: file(of: name), expected: shape, found: stored.shape)
        }
        guard let tensor = stored.float32() else {
            throw CheckpointError.notFloatingPoint(
                tensor: name, path: file(of: name), found: stored.dtype)
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
