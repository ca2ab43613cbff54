import Checkpoints
import Foundation
import Testing

@Suite struct NumPyArchiveTests {
    @Test("the bytes are those of numpy's format")
    func bytes() throws {
        let bytes = Array(
            try NumPyArchive.data([
                ("x", .init([1.5, nil], shape: [1, 2])), ("n", .init([3, -1, 4], shape: [3])),
                ("words", .init(["a", "ß🙂"], shape: [2])),
            ]))
        func data(after header: String, count: Int) throws -> [UInt8] {
            let range = try #require(Data(bytes).firstRange(of: Data(header.utf8)))
            let start = range.lowerBound - 10
            #expect(Array(bytes[start..<start + 8]) == [0x93] + Array("NUMPY".utf8) + [1, 0])
            #expect(start % 64 == 0)
            let length = Int(bytes[start + 8]) + Int(bytes[start + 9]) << 8
            #expect((10 + length) % 64 == 0 && bytes[start + 10 + length - 1] == 0x0A)
            let first = start + 10 + length
            return Array(bytes[first..<first + count])
        }
        let doubles = try data(
            after: "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2,), }", count: 16)
        let numbers = doubles.withUnsafeBytes { raw in
            (0..<2).map { Double(bitPattern: raw.load(fromByteOffset: 8 * $0, as: UInt64.self)) }
        }
        #expect(numbers[0] == 1.5 && numbers[1].isNaN)
        let integers = try data(
            after: "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }", count: 24)
        #expect(
            integers.withUnsafeBytes { Array($0.bindMemory(to: Int64.self)) } == [3, -1, 4])
        let words = try data(
            after: "{'descr': '<U2', 'fortran_order': False, 'shape': (2,), }", count: 16)
        #expect(
            words.withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) }
                == [0x61, 0, 0xDF, 0x1F642])

        let empty = try NumPyArchive.data([("x", .init([Double?](), shape: [0]))])
        #expect(empty.starts(with: Array("PK".utf8)))
    }
}
