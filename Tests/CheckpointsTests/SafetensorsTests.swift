import Base
import Checkpoints
import Foundation
import Tensors
import Testing
import TestSupport

/// The bytes of a safetensors file with this header, right or wrong.
func safetensorsFile(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
    let length = length ?? UInt64(header.utf8.count)
    return withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array(header.utf8)
        + (0..<data).map { UInt8(truncatingIfNeeded: $0) }
}

struct SafetensorsTests {
    @Test("element types that nothing here reads are sized, passed over, and named where needed")
    func foreignTypes() throws {
        let folder = try TemporaryFolder()
        let header =
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
            + #""b":{"dtype":"F4","shape":[3,2],"data_offsets":[4,7]},"#
            + #""c":{"dtype":"C64","shape":[1],"data_offsets":[7,15]},"#
            + #""d":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[15,17]}}"#
        func write(_ header: String) throws {
            let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
            try writeFile(length + Data(header.utf8) + Data(count: 17), to: folder("a.safetensors"))
        }
        try write(header)
        let checkpoint = try Checkpoint(file: folder("a.safetensors"))
        #expect(checkpoint.names == ["a"])
        #expect(checkpoint.foreign.map(\.name) == ["b", "c", "d"])
        #expect(checkpoint.foreign.map(\.dtype) == ["F4", "C64", "F8_E4M3"])
        #expect(
            throws: CheckpointError.foreignDType(
                tensor: "d", path: folder("a.safetensors"), found: "F8_E4M3")
        ) { try checkpoint.float32("d", shape: [2]) }
        try write(header.replacing("[3,2]", with: "[5]").replacing("[4,7]", with: "[4,7]"))
        #expect(throws: CheckpointError.self, "two and a half bytes") {
            try Checkpoint(file: folder("a.safetensors"))
        }
    }

    @Test("what is written is read back, aligned, and written again is the same file")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let bits = Storage(byteCount: 3)
        bits.bytes[0] = 1
        let tensors: [(name: String, tensor: StoredTensor)] = [
            ("bits", StoredTensor(dtype: .bool, shape: [3], storage: bits, byteOffset: 0)),
            ("weight", StoredTensor(Tensor([1, -2, 3, 4, 5, 6], shape: [2, 3]))),
            ("ids", StoredTensor([-1, 1 << 40], shape: [2])),
            ("scalar", StoredTensor(Tensor([7], shape: []))),
            ("empty", StoredTensor(Tensor([0, 3]))),
            ("\"quoted\" \\ é \u{1}\n", StoredTensor(Tensor([8], shape: [1]))),
        ]
        let metadata = ["format": "pt", "note": "tab\tand \"quotes\""]
        try Safetensors.write(tensors, metadata: metadata, to: folder("a.safetensors"))
        let read = try Safetensors.read(folder("a.safetensors"))
        #expect(read.metadata == metadata)
        #expect(read.tensors.count == tensors.count)
        for (name, tensor) in tensors {
            let back = try #require(read.tensors[name], "\(name)")
            #expect(back.shape == tensor.shape && equalBytes(back, tensor), "\(name)")
            #expect(back.byteOffset % back.dtype.byteCount == 0, "\(name)")
        }
        try Safetensors.write(tensors, metadata: metadata, to: folder("b.safetensors"))
        #expect(try readFile(folder("a.safetensors")) == readFile(folder("b.safetensors")))
    }

    @Test("every escape of JSON is understood")
    func escapes() throws {
        let folder = try TemporaryFolder()
        let header =
            #" "#.dropFirst() + #"{"__metadata__":{"k":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"} , "#
            + #""\u0061" : {"shape":[ ], "data_offsets":[0, 4],"dtype":"F32"} }  "#
        try writeFile(safetensorsFile(String(header), data: 4), to: folder("a"))
        let read = try Safetensors.read(folder("a"))
        #expect(read.metadata == ["k": "\"\\/\u{8}\u{C}\n\r\té😀"])
        #expect(Array(read.tensors.keys) == ["a"])
    }

    static let lies: [(file: [UInt8], flaw: SafetensorsFlaw)] = [
        ([1, 2, 3], .tooShort(byteCount: 3)),
        (safetensorsFile("{}", length: 100_000_001), .headerTooLong(byteCount: 100_000_001)),
        (safetensorsFile("{}", length: .max), .headerTooLong(byteCount: .max)),
        (
            safetensorsFile("{}", length: 3),
            .headerOutsideFile(byteCount: 3, fileByteCount: 10)
        ),
        (safetensorsFile(" {}"), .syntax(byte: 0, expected: "'{'")),
        (safetensorsFile("[]"), .syntax(byte: 0, expected: "'{'")),
        (safetensorsFile("{} x"), .syntax(byte: 3, expected: "the end")),
        (safetensorsFile("{\"a\":"), .syntax(byte: 5, expected: "'{'")),
        (safetensorsFile("{\"a"), .syntax(byte: 3, expected: "the end of a string")),
        (safetensorsFile("{\"\\ud800\""), .syntax(byte: 8, expected: "'\\'")),
        (
            safetensorsFile("{\"\\x\""),
            .syntax(byte: 4, expected: "a known escape before this point")
        ),
        (tensor(shape: "[-1]"), .syntax(byte: 29, expected: "an integer that is not negative")),
        (tensor(shape: "[1.5]"), .syntax(byte: 30, expected: "']'")),
        (
            tensor(shape: "[9223372036854775808]"),
            .syntax(byte: 47, expected: "an integer below 2^63")
        ),
        (
            tensor(shape: "[1]", offsets: "[0]"),
            .syntax(byte: 51, expected: "two data_offsets before this point")
        ),
        (
            safetensorsFile("{\"a\":\(field(0, 4)),\"a\":\(field(4, 8))}", data: 8),
            .duplicateName("a")
        ),
        (
            safetensorsFile("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}"), .duplicateName("k")
        ),
        (
            safetensorsFile("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F16\"}}"),
            .duplicateName("dtype")
        ),
        (
            safetensorsFile("{\"a\":{\"strides\":[1]}}"),
            .unknownField(tensor: "a", field: "strides")
        ),
        (
            safetensorsFile("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}"),
            .missingField(tensor: "a", field: "data_offsets")
        ),
        (tensor(dtype: "F9_E9M9", shape: "[1]"), .unknownDType(tensor: "a", dtype: "F9_E9M9")),
        (
            tensor(shape: "[4294967296,4294967296]"),
            .shapeTooLarge(tensor: "a", shape: [1 << 32, 1 << 32])
        ),
        (
            tensor(shape: "[0,4294967296,4294967296]"),
            .shapeTooLarge(tensor: "a", shape: [0, 1 << 32, 1 << 32])
        ),
        (
            tensor(shape: "[1]", offsets: "[4,0]"),
            .reversedOffsets(tensor: "a", begin: 4, end: 0)
        ),
        (
            tensor(shape: "[2]", offsets: "[0,8]"),
            .offsetsOutsideFile(tensor: "a", end: 8, dataByteCount: 4)
        ),
        (
            tensor(shape: "[2]"),
            .wrongByteCount(tensor: "a", expected: 8, found: 4)
        ),
        (
            safetensorsFile("{\"a\":\(field(0, 4)),\"b\":\(field(2, 6))}", data: 6),
            .overlap(tensor: "b", begin: 2, previousEnd: 4)
        ),
        (
            safetensorsFile("{\"a\":\(field(0, 4)),\"b\":\(field(5, 9))}", data: 9),
            .hole(tensor: "b", begin: 5, previousEnd: 4)
        ),
        (safetensorsFile("{\"a\":\(field(0, 4))}", data: 6), .unusedBytes(count: 2)),
    ]

    private static func field(_ begin: Int, _ end: Int) -> String {
        "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[\(begin),\(end)]}"
    }

    private static func tensor(
        dtype: String = "F32", shape: String, offsets: String = "[0,4]"
    ) -> [UInt8] {
        safetensorsFile(
            "{\"a\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}}",
            data: 4)
    }

    @Test("every lie of a header is told apart", arguments: lies.indices)
    func refuses(index: Int) throws {
        let folder = try TemporaryFolder()
        try writeFile(Self.lies[index].file, to: folder("a"))
        let error = CheckpointError.safetensors(path: folder("a"), flaw: Self.lies[index].flaw)
        #expect(throws: error) { try Safetensors.read(folder("a")) }
        #expect("\(error)".contains(folder("a")))
    }
}
