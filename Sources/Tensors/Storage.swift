import Files
import Foundation

/// A run of bytes that tensors look into: memory of our own or a part of a mapped file.
package final class Storage: @unchecked Sendable {
    package let bytes: UnsafeMutableRawBufferPointer
    private let source: Source

    private enum Source {
        case memory(MemoryPool.Block)
        case file(MappedFile)
    }

    /// Zeroed memory on a 64-byte boundary.
    package init(byteCount: Int) {
        let rounded = max(64, (byteCount + 63) & ~63)
        let block = MemoryPool.take(rounded)
        if !block.isZero { memset(block.address, 0, rounded) }
        bytes = UnsafeMutableRawBufferPointer(start: block.address, count: rounded)
        source = .memory(block)
    }

    /// The bytes of a mapped file, read-only: writing to them ends the process.
    package init(_ file: MappedFile) {
        source = .file(file)
        bytes = UnsafeMutableRawBufferPointer(mutating: file.bytes)
    }

    /// Says that these bytes have been read and will hardly be needed again: pages of a mapped file
    /// leave the memory of the process, and come back from the file if they are.
    func forget(_ range: Range<Int>) {
        guard case .file = source, let base = bytes.baseAddress else { return }
        let page = Int(getpagesize())
        let start = (range.lowerBound + page - 1) / page * page
        let end = range.upperBound / page * page
        if start < end { madvise(base + start, end - start, MADV_DONTNEED) }
    }

    deinit {
        if case .memory(let block) = source { MemoryPool.give(block) }
    }
}
