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
}
