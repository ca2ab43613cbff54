import Tensors

/// Memory for values in between, not initialized; it goes back to the pool when the last reference is
/// gone.
final class Scratch: @unchecked Sendable {
    private let block: MemoryPool.Block

    init(bytes: Int) { block = MemoryPool.take(bytes) }

    deinit { MemoryPool.give(block) }

    /// The memory as elements of one type; valid while this object lives.
    func pointer<T: BitwiseCopyable>(to type: T.Type) -> UnsafeMutablePointer<T> {
        block.address.assumingMemoryBound(to: type)
    }
}
