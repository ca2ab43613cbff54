import Base
import Tensors

extension TorchArchive {
    /// Writes an `OrderedDict` of float32 tensors that `torch.load(weights_only=True)` reads, all
    /// or nothing. Equal arguments give equal bytes.
    ///
    /// - Parameter tensors: names must differ from each other.
    package static func write(
        _ tensors: [(name: String, tensor: Tensor)], to path: String
    ) throws {
        precondition(
            Set(tensors.map(\.name)).count == tensors.count,
            "two tensors of one name among \(tensors.map(\.name))")
        var pickle = PickleWriter()
        pickle.stateDict(tensors.map { ($0.name, $0.tensor.shape) })
        // libzip reads the entries when the archive is closed; they must not move until then.
        let entries: [(String, Storage, Int)] = [
            entry("archive/data.pkl", pickle.bytes),
            entry("archive/version", Array("3\n".utf8)),
            entry("archive/byteorder", Array("little".utf8)),
        ]
        do {
            let zip = try ZipWriter(path)
            try withExtendedLifetime((entries, tensors)) {
                for (name, storage, count) in entries {
                    try zip.add(
                        name, UnsafeRawBufferPointer(rebasing: storage.bytes[..<count]))
                }
                for (index, (_, tensor)) in tensors.enumerated() {
                    try zip.add(
                        "archive/data/\(index)", UnsafeRawBufferPointer(tensor.elements))
                }
                try zip.commit()
            }
        } catch let flaw as ArchiveFlaw {
            throw CheckpointError.archive(path: path, flaw: flaw)
        }
    }

    private static func entry(_ name: String, _ bytes: [UInt8]) -> (String, Storage, Int) {
        let storage = Storage(byteCount: bytes.count)
        storage.bytes.copyBytes(from: bytes)
        return (name, storage, bytes.count)
    }
}

/// The instructions of protocol 2 that a state dict of float32 tensors needs.
private struct PickleWriter {
    private(set) var bytes: [UInt8] = []

    mutating func stateDict(_ tensors: [(name: String, shape: [Int])]) {
        bytes += [0x80, 2]  // PROTO
        emptyOrderedDict()
        op("(")  // MARK
        for (index, (name, shape)) in tensors.enumerated() {
            text(name)
            tensor(key: "\(index)", shape)
        }
        op("u")  // SETITEMS
        op(".")  // STOP
    }

    /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks)`.
    private mutating func tensor(key: String, _ shape: [Int]) {
        let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
        global("torch._utils", "_rebuild_tensor_v2")
        op("(")  // MARK
        op("(")  // MARK
        text("storage")
        global("torch", "FloatStorage")
        text(key)
        text("cpu")
        integer(shape.reduce(1, *))
        op("t")  // TUPLE
        op("Q")  // BINPERSID
        integer(0)
        tuple(shape)
        tuple(strides)
        bytes.append(0x89)  // NEWFALSE
        emptyOrderedDict()
        op("t")  // TUPLE
        op("R")  // REDUCE
    }

    private mutating func emptyOrderedDict() {
        global("collections", "OrderedDict")
        op(")")  // EMPTY_TUPLE
        op("R")  // REDUCE
    }

    private mutating func op(_ opcode: Unicode.Scalar) { bytes.append(UInt8(ascii: opcode)) }

    private mutating func global(_ module: String, _ name: String) {
        op("c")
        bytes += Array("\(module)\n\(name)\n".utf8)
    }

    private mutating func text(_ text: String) {
        op("X")  // BINUNICODE
        append(UInt32(text.utf8.count))
        bytes += Array(text.utf8)
    }

    private mutating func integer(_ value: Int) {
        if let small = Int32(exactly: value) {
            op("J")  // BININT
            append(small)
        } else {
            bytes += [0x8A, 8]  // LONG1
            append(Int64(value))
        }
    }

    private mutating func tuple(_ values: [Int]) {
        op("(")  // MARK
        values.forEach { integer($0) }
        op("t")  // TUPLE
    }

    private mutating func append(_ integer: some FixedWidthInteger) {
        withUnsafeBytes(of: integer.littleEndian) { bytes += Array($0) }
    }
}
