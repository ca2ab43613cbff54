import Base
import Testing
import TestSupport

@Suite struct MappedArrayTests {
    private func array(
        _ elements: [Int32], memoryLimit: Int, step: Int = 7
    ) throws -> MappedArray<Int32> {
        var writer = MappedArray<Int32>.Writer(memoryLimit: memoryLimit)
        for start in stride(from: 0, to: elements.count, by: step) {
            try writer.append(contentsOf: elements[start..<min(start + step, elements.count)])
        }
        #expect(writer.count == elements.count)
        return try writer.finish()
    }

    @Test(
        "in memory and in a file the elements and their hash are the same",
        arguments: [0, 64, 1 << 20])
    func elements(memoryLimit: Int) throws {
        let elements = (0..<5000).map { Int32($0 * $0 % 8191) - 4000 }
        let found = try array(elements, memoryLimit: memoryLimit)
        #expect(Array(found) == elements)
        #expect(found[4999] == elements[4999] && found.count == 5000)
        let slice = found[100..<200]
        #expect(slice.startIndex == 100 && slice[150] == elements[150])
        #expect(Array(slice[120..<130]) == Array(elements[120..<130]))
        let (hash, expected) = (SHA256(), SHA256())
        found.hash(into: hash)
        elements.withUnsafeBytes { expected.update($0) }
        #expect(hash.finalize() == expected.finalize())
        #expect(slice.copy() == Array(elements[100..<200]) && found[0..<0].copy().isEmpty)
        // Forgotten pages come back.
        #expect(Array(found) == elements)
        #expect(found.isMapped == (memoryLimit < 1 << 20))
    }

    @Test("nothing written is an empty array, and a slice outlives its array")
    func edges() throws {
        #expect(try array([], memoryLimit: 0).isEmpty)
        func slice() throws -> MappedArray<Int32> {
            try array((0..<4096).map(Int32.init), memoryLimit: 16)[4000..<4096]
        }
        #expect(Array(try slice()).last == 4095)
    }

    @Test("a folder for temporary files that is not there is named")
    func missingFolder() throws {
        var writer = MappedArray<Int32>.Writer(memoryLimit: 0, folder: "/nowhere/at/all")
        let error = #expect(throws: FileError.self) { try writer.append(contentsOf: [1, 2]) }
        #expect(error?.description.hasPrefix("/nowhere/at/all: cannot be written") == true)
        #expect(error?.description.contains("TMPDIR") == true)
    }
}
