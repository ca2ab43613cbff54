import Base
import Foundation
import Synchronization

/// Where tensors and kernels get their memory, on 64-byte boundaries: one cache line and one AVX-512
/// register. What was given back goes to who next asks for about as much, since pages fresh from the
/// system take longer to come than most work takes to fill them.
package enum MemoryPool {
    /// Memory from `take` until `give`.
    package struct Block {
        package let address: UnsafeMutableRawPointer
        /// As many as were asked for, or a few more.
        package let bytes: Int
        /// Whether it is known to hold zeros, as pages fresh from the system do.
        package let isZero: Bool
    }

    private struct Idle {
        /// In the order in which they were given back.
        var blocks: [(address: UInt, bytes: Int)] = []
        var bytes = 0
    }

    /// A smaller block is the allocator's business, a larger one goes back to the system at once.
    private static let pooled = 1 << 16...1 << 26
    /// Of the blocks that lie idle; beyond it the one that has lain longest goes.
    private static let limit = 1 << 29
    private static let hugePage = 1 << 21
    private static let idle = Mutex(Idle())

    package static func take(_ bytes: Int) -> Block {
        guard pooled ~= bytes else { return fresh(max(64, bytes)) }
        // Few sizes, a quarter of a power of two apart, so that growing requests find each other's.
        let step = 1 << (Int.bitWidth - bytes.leadingZeroBitCount - 3)
        let wanted = (bytes + step - 1) / step * step
        let found = idle.withLock { idle -> (address: UInt, bytes: Int)? in
            // The smallest that fits; one much larger is left for who needs it.
            let fitting = idle.blocks.indices.filter {
                wanted...2 * wanted ~= idle.blocks[$0].bytes
            }
            return fitting.min { idle.blocks[$0].bytes < idle.blocks[$1].bytes }.map {
                idle.bytes -= idle.blocks[$0].bytes
                return idle.blocks.remove(at: $0)
            }
        }
        if let found, let address = UnsafeMutableRawPointer(bitPattern: found.address) {
            return Block(address: address, bytes: found.bytes, isZero: false)
        }
        return fresh(wanted)
    }

    package static func give(_ block: Block) {
        guard pooled ~= block.bytes else { return release(block.address, block.bytes) }
        let outlived = idle.withLock { idle in
            idle.blocks.append((UInt(bitPattern: block.address), block.bytes))
            idle.bytes += block.bytes
            var outlived: [(address: UInt, bytes: Int)] = []
            while idle.bytes > limit {
                outlived.append(idle.blocks.removeFirst())
                idle.bytes -= outlived.last?.bytes ?? 0
            }
            return outlived
        }
        for block in outlived {
            UnsafeMutableRawPointer(bitPattern: block.address).map { release($0, block.bytes) }
        }
    }

    private static func fresh(_ bytes: Int) -> Block {
        let isMapped = bytes >= hugePage
        var address: UnsafeMutableRawPointer?
        if isMapped { address = mapped(bytes) } else { posix_memalign(&address, 64, bytes) }
        guard let address else { StandardStreams.endWithoutMemory(for: bytes) }
        return Block(address: address, bytes: bytes, isZero: isMapped)
    }

    /// Pages that are taken from the system when first written, large ones where they fit.
    private static func mapped(_ bytes: Int) -> UnsafeMutableRawPointer? {
        let base = mmap(
            nil, bytes + hugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let base, base != MAP_FAILED else { return nil }
        let before = -Int(bitPattern: base) & (hugePage - 1)
        let address = base + before
        if before > 0 { munmap(base, before) }
        munmap(address + pages(bytes), hugePage - before)
        madvise(address, bytes & -hugePage, MADV_HUGEPAGE)
        return address
    }

    private static func release(_ address: UnsafeMutableRawPointer, _ bytes: Int) {
        if bytes < hugePage { free(address) } else { munmap(address, pages(bytes)) }
    }

    /// `bytes`, up to the end of the last page.
    private static func pages(_ bytes: Int) -> Int {
        let page = Int(getpagesize())
        return (bytes + page - 1) / page * page
    }
}
