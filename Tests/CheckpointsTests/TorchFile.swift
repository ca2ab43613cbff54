import Base

/// A zip archive put together byte by byte, so that each part can be wrong.
struct RawZip {
    struct Entry {
        var name: String
        var bytes: [UInt8]
        var method: UInt16 = 0
        var flags: UInt16 = 0
        var checksumError: UInt32 = 0
        /// The directory points to the local header before this one.
        var sharesBytesWithPrevious = false
    }

    var entries: [Entry]

    var bytes: [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        var offset = 0
        for entry in entries {
            let name = Array(entry.name.utf8)
            let fields =
                little(UInt16(20)) + little(entry.flags) + little(entry.method)
                + little(UInt16(0)) + little(UInt16(33))
                + little(Self.checksum(entry.bytes) ^ entry.checksumError)
                + little(UInt32(entry.bytes.count)) + little(UInt32(entry.bytes.count))
                + little(UInt16(name.count)) + little(UInt16(0))
            if !entry.sharesBytesWithPrevious {
                offset = file.count
                file += [0x50, 0x4B, 3, 4] + fields + name + entry.bytes
            }
            directory +=
                [0x50, 0x4B, 1, 2] + little(UInt16(20)) + fields + little(UInt16(0))
                + little(UInt16(0)) + little(UInt16(0)) + little(UInt32(0))
                + little(UInt32(offset)) + name
        }
        let end =
            [0x50, 0x4B, 5, 6] + little(UInt32(0)) + little(UInt16(entries.count))
            + little(UInt16(entries.count)) + little(UInt32(directory.count))
            + little(UInt32(file.count)) + little(UInt16(0))
        return file + directory + end
    }

    /// CRC-32 as in ISO 3309, bit by bit.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in
                value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0)
            }
        }
    }
}

func little(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// Instructions of a pickle.
enum Pickle {
    static func op(_ text: String) -> [UInt8] { Array(text.utf8) }
    static func text(_ text: String) -> [UInt8] {
        op("X") + little(UInt32(text.utf8.count)) + op(text)
    }
    static func global(_ module: String, _ name: String) -> [UInt8] {
        op("c\(module)\n\(name)\n")
    }
    static func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + little(Int64(value)) }
    static func tuple(_ items: [UInt8]...) -> [UInt8] { op("(") + items.flatMap(\.self) + op("t") }
    static func integers(_ values: [Int]) -> [UInt8] {
        op("(") + values.flatMap(integer) + op("t")
    }

    static func storage(
        _ key: String, _ type: String = "FloatStorage", count: Int
    ) -> [UInt8] {
        tuple(text("storage"), global("torch", type), text(key), text("cpu"), integer(count))
            + op("Q")
    }

    static func tensor(
        _ storage: [UInt8], offset: Int = 0, shape: [Int], strides: [Int]
    ) -> [UInt8] {
        global("torch._utils", "_rebuild_tensor_v2")
            + tuple(
                storage, integer(offset), integers(shape), integers(strides), [0x89],
                global("collections", "OrderedDict") + op(")R"))
            + op("R")
    }

    /// A whole pickle: a plain dictionary of `name` and `value` in turn.
    static func dictionary(_ items: [UInt8]...) -> [UInt8] {
        [0x80, 2] + op("}(") + items.flatMap(\.self) + op("u.")
    }
}

/// A file of torch.save with this pickle and a storage "0" of the float32 values 0...5.
func torchFile(_ pickle: [UInt8]) -> RawZip {
    let values = (0..<6).flatMap { little(Float($0).bitPattern) }
    return RawZip(entries: [
        .init(name: "m/data.pkl", bytes: pickle),
        .init(name: "m/byteorder", bytes: Pickle.op("little")),
        .init(name: "m/data/0", bytes: values),
    ])
}
