import Base
import Foundation

/// A run of bytes that tensors look into: memory of our own or a part of a mapped file.
package final class Storage: @unchecked Sendable {
    package let bytes: UnsafeMutableRawBufferPointer
    private let source: Source

    private enum Source {
        case memory(MemoryPool.Block)
        case file(MappedFile)
        /// A mapped file without a name.
        case temporary
        case reserved
    }

    /// Zeroed memory on a 64-byte boundary.
    package init(byteCount: Int) {
        let rounded = max(64, (byteCount + 63) & ~63)
        let block = MemoryPool.take(rounded)
        if !block.isZero { memset(block.address, 0, rounded) }
        bytes = UnsafeMutableRawBufferPointer(start: block.address, count: rounded)
        source = .memory(block)
    }

    /// Zeros in a mapped file without a name, whose pages leave memory where the system or `forget` says so.
    ///
    /// - Throws: `FileError` where the disk has no room for it.
    init(inTemporaryFile byteCount: Int) throws {
        let file = try UnnamedFile()
        let count = max(64, byteCount)
        try file.reserve(count)
        let place = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor, 0)
        guard let place, place != MAP_FAILED else { throw FileError.writing(file.folder) }
        bytes = UnsafeMutableRawBufferPointer(start: place, count: count)
        source = .temporary
    }

    /// Addresses without memory; nil where the system has none to give.
    init?(reserving byteCount: Int) {
        let place = mmap(
            nil, max(1, byteCount), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let place, place != MAP_FAILED else { return nil }
        bytes = UnsafeMutableRawBufferPointer(start: place, count: max(1, byteCount))
        source = .reserved
    }

    /// The bytes of a mapped file, read-only: writing to them ends the process.
    package init(_ file: MappedFile) {
        source = .file(file)
        bytes = UnsafeMutableRawBufferPointer(mutating: file.bytes)
    }

    /// Says that these bytes have been read and will hardly be needed again: pages of a mapped file
    /// leave the memory of the process, and come back from the file if they are.
    func forget(_ range: Range<Int>) {
        switch source {
        case .file, .temporary: break
        case .memory, .reserved: return
        }
        guard let base = bytes.baseAddress else { return }
        let page = Int(getpagesize())
        let start = (range.lowerBound + page - 1) / page * page
        let end = range.upperBound / page * page
        if start < end { madvise(base + start, end - start, MADV_DONTNEED) }
    }

    deinit {
        switch source {
        case .memory(let block): MemoryPool.give(block)
        case .reserved, .temporary: munmap(bytes.baseAddress!, bytes.count)
        case .file: break
        }
    }
}
