import Base
import Tensors

/// Files of `torch.save`: a zip archive with a pickle that describes tensors and one stored entry
/// per storage.
///
/// Nothing in the pickle is executed; see `PickleMachine`.
package enum TorchArchive {
    /// The tensors of a saved dictionary, whose names differ in their bytes. Contiguous ones are views of their storage, which is read
    /// once however many share it; others are gathered into row-major copies.
    ///
    /// - Throws: `CheckpointError`, `FileError`.
    static func read(_ file: MappedFile) throws -> [(name: String, tensor: StoredTensor)] {
        do {
            var contents = try TorchContents(file)
            var result: [(name: String, tensor: StoredTensor)] = []
            for (name, tensor) in try PickleMachine.tensors(in: contents.pickle()) {
                do {
                    result.append((name, try contents.stored(tensor)))
                } catch let flaw as StridesFlaw {
                    throw CheckpointError.strides(tensor: name, path: file.path, flaw: flaw)
                }
            }
            return result
        } catch let flaw as ArchiveFlaw {
            throw CheckpointError.archive(path: file.path, flaw: flaw)
        } catch let flaw as PickleFlaw {
            throw CheckpointError.pickle(path: file.path, flaw: flaw)
        }
    }
}

/// The zip entries of one `torch.save` file, read as they are asked for.
private struct TorchContents {
    private let zip: ZipReader
    /// Name of the folder inside the archive.
    private let prefix: String
    private let fileByteCount: Int
    private var storages: [String: (storage: Storage, byteCount: Int)] = [:]
    /// Entries may name the same bytes of the file, so only their sum bounds the memory.
    private var readByteCount = 0
    private var gatheredByteCount = 0

    init(_ file: MappedFile) throws {
        fileByteCount = file.bytes.count
        zip = try ZipReader(file)
        let names = zip.names
        let pickles = names.filter { $0.hasSuffix("/data.pkl") }
        guard let pickle = pickles.first else {
            throw ArchiveFlaw.noPickle(entryCount: names.count)
        }
        guard pickles.count == 1 else { throw ArchiveFlaw.severalPickles(pickles) }
        prefix = String(pickle.dropLast("data.pkl".count))
        let order = prefix + "byteorder"
        if zip.contains(order) {
            let text = String(decoding: try bytes(order), as: UTF8.self)
            guard text == "little" else { throw ArchiveFlaw.bigEndian(found: text) }
        }
    }

    mutating func pickle() throws -> [UInt8] {
        try bytes(prefix + "data.pkl")
    }

    mutating func stored(_ tensor: PickledTensor) throws -> StoredTensor {
        let storage = try storage(tensor.storage)
        let size = tensor.storage.dtype.byteCount
        if try tensor.checkContiguity() {
            return StoredTensor(
                dtype: tensor.storage.dtype, shape: tensor.shape, storage: storage,
                byteOffset: tensor.offset * size)
        }
        // Far above what tied, transposed weights need.
        let limit = max(1 << 20, 4 * fileByteCount)
        gatheredByteCount += tensor.shape.reduce(size, *)
        guard gatheredByteCount <= limit else { throw StridesFlaw.copiesTooLarge(limit: limit) }
        return StoredTensor(
            dtype: tensor.storage.dtype, shape: tensor.shape,
            storage: tensor.gathered(from: storage), byteOffset: 0)
    }

    private mutating func storage(_ description: PickledStorage) throws -> Storage {
        let entry = "\(prefix)data/\(description.key)"
        let found = try storages[description.key]?.byteCount ?? zip.byteCount(of: entry)
        guard
            let expected = checkedByteCount(of: [description.count], description.dtype),
            expected == found
        else {
            let (expected, overflow) = description.count.multipliedReportingOverflow(
                by: description.dtype.byteCount)
            throw ArchiveFlaw.wrongStorageSize(
                entry: entry, expected: overflow ? description.count : expected, found: found)
        }
        if let (storage, _) = storages[description.key] { return storage }
        try count(found, entry)
        let storage = Storage(byteCount: found)
        try zip.read(entry, into: UnsafeMutableRawBufferPointer(rebasing: storage.bytes[..<found]))
        storages[description.key] = (storage, found)
        return storage
    }

    private mutating func bytes(_ entry: String) throws -> [UInt8] {
        let byteCount = try zip.byteCount(of: entry)
        try count(byteCount, entry)
        var result = [UInt8](repeating: 0, count: byteCount)
        try result.withUnsafeMutableBytes { try zip.read(entry, into: $0) }
        return result
    }

    private mutating func count(_ byteCount: Int, _ entry: String) throws {
        guard byteCount <= fileByteCount - readByteCount else {
            throw ArchiveFlaw.entriesTooLarge(entry: entry, limit: fileByteCount)
        }
        readByteCount += byteCount
    }
}
