import Foundation
import Synchronization

/// Memory for values in between, 64-byte aligned and not initialized. It goes back to a pool when
/// the last reference is gone, so that the same work done again touches no new pages.
final class Scratch: @unchecked Sendable {
    private static let pool = Mutex<[(bytes: Int, address: UInt)]>([])

    private let bytes: Int
    private let address: UnsafeMutableRawPointer

    init(bytes: Int) {
        // Few sizes, a quarter of a power of two apart, so that growing requests find each other's.
        let step = max(64, 1 << max(0, Int.bitWidth - bytes.leadingZeroBitCount - 3))
        let wanted = (max(1, bytes) + step - 1) / step * step
        let found = Self.pool.withLock { pool -> (bytes: Int, address: UInt)? in
            // The smallest that fits; one much larger is left for who needs it.
            let fitting = pool.indices.filter { wanted...2 * wanted ~= pool[$0].bytes }
            return fitting.min { pool[$0].bytes < pool[$1].bytes }.map { pool.remove(at: $0) }
        }
        if let found, let pointer = UnsafeMutableRawPointer(bitPattern: found.address) {
            (self.bytes, address) = (found.bytes, pointer)
            return
        }
        var fresh: UnsafeMutableRawPointer?
        // Large pages where they fit: tiles are read in long runs, whose addresses would miss else.
        let page = 1 << 21
        posix_memalign(&fresh, wanted < page ? 64 : page, wanted)
        guard let fresh else { preconditionFailure("no memory for \(wanted) bytes of scratch") }
        if wanted >= page { madvise(fresh, wanted, MADV_HUGEPAGE) }
        (self.bytes, address) = (wanted, fresh)
    }

    deinit {
        let entry = (bytes: bytes, address: UInt(bitPattern: address))
        Self.pool.withLock { $0.append(entry) }
    }

    /// The memory as elements of one type; valid while this object lives.
    func pointer<T: BitwiseCopyable>(to type: T.Type) -> UnsafeMutablePointer<T> {
        address.assumingMemoryBound(to: type)
    }
}
