import Files
import Foundation

/// A run of bytes that tensors look into: memory of our own or a part of a mapped file.
package final class Storage: @unchecked Sendable {
    package let bytes: UnsafeMutableRawBufferPointer
    private let file: MappedFile?

    /// Zeroed memory on a 64-byte boundary, one cache line and one AVX-512 register.
    ///
    /// Pages are taken from the system when first written.
    package init(byteCount: Int) {
        let rounded = max(64, (byteCount + 63) & ~63)
        var base: UnsafeMutableRawPointer?
        if rounded < 1 << 20 {
            posix_memalign(&base, 64, rounded)
            base.map { _ = memset($0, 0, rounded) }
        } else {
            base = mmap(nil, rounded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            if base == MAP_FAILED { base = nil }
        }
        guard let base else {
            preconditionFailure("no memory for a tensor of \(byteCount) bytes")
        }
        bytes = UnsafeMutableRawBufferPointer(start: base, count: rounded)
        file = nil
    }

    /// The bytes of a mapped file, read-only: writing to them ends the process.
    package init(_ file: MappedFile) {
        self.file = file
        bytes = UnsafeMutableRawBufferPointer(mutating: file.bytes)
    }

    /// Says that these bytes have been read and will hardly be needed again: pages of a mapped file
    /// leave the memory of the process, and come back from the file if they are.
    func forget(_ range: Range<Int>) {
        guard file != nil, let base = bytes.baseAddress else { return }
        let page = Int(getpagesize())
        let start = (range.lowerBound + page - 1) / page * page
        let end = range.upperBound / page * page
        if start < end { madvise(base + start, end - start, MADV_DONTNEED) }
    }

    deinit {
        guard file == nil, let base = bytes.baseAddress else { return }
        if bytes.count < 1 << 20 { free(base) } else { munmap(base, bytes.count) }
    }
}
