import Foundation
import Tensors
import Testing

@Suite struct StorageTests {
    @Test(
        "zeroed, on a 64-byte boundary, rounded up to it",
        arguments: [0, 1, 64, 65, 1 << 20, 3 << 20])
    func memory(count: Int) {
        let storage = Storage(byteCount: count)
        withExtendedLifetime(storage) {
            #expect(storage.bytes.allSatisfy { $0 == 0 })
            #expect(UInt(bitPattern: storage.bytes.baseAddress) % 64 == 0)
            #expect(storage.bytes.count >= max(64, count) && storage.bytes.count % 64 == 0)
        }
    }

    @Test("memory that was used before is zeroed again", arguments: [1 << 16, 3 << 20, 65 << 20])
    func reused(count: Int) {
        for size in [count, count - 100, count - 100, count] {
            let storage = Storage(byteCount: size)
            #expect(storage.bytes.allSatisfy { $0 == 0 })
            for place in stride(from: 0, to: size, by: 1000) { storage.bytes[place] = 1 }
            storage.bytes[size - 1] = 1
        }
    }

    @Test("the pool gives what is written by one to nobody else, and takes back more than it keeps")
    func pool() {
        for size in [1 << 10, 1 << 16, 1 << 25] {
            let blocks = (0..<20).map { _ in MemoryPool.take(size) }
            for (index, block) in blocks.enumerated() {
                memset(block.address, Int32(index), size)
            }
            for (index, block) in blocks.enumerated() {
                let bytes = block.address.assumingMemoryBound(to: UInt8.self)
                #expect(block.bytes >= size && bytes[0] == index && bytes[size - 1] == index)
                MemoryPool.give(block)
            }
        }
    }
}
