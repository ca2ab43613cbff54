import Foundation

/// Elements that are written once, in order, and then read: in memory up to a bound, beyond it in a file
/// that is mapped and has no name, so that it goes when the last array that looks into it does.
///
/// Slices share the elements and keep their indices, as those of an `Array` do. Pages of the file that
/// were read count as memory of the process until the system takes them back; those that `copy` and `hash`
/// read leave it at once.
package struct MappedArray<Element: BitwiseCopyable & Sendable>: RandomAccessCollection, Sendable {
    private let place: ArrayPlace
    package let indices: Range<Int>

    private init(_ place: ArrayPlace, _ indices: Range<Int>) {
        self.place = place
        self.indices = indices
    }

    /// In memory.
    package init(_ elements: [Element]) {
        place = elements.withUnsafeBytes { ArrayPlace(copying: $0) }
        indices = elements.indices
    }

    /// Whether the elements lie in a file.
    package var isMapped: Bool { place.isMapped }

    package var startIndex: Int { indices.lowerBound }
    package var endIndex: Int { indices.upperBound }

    package subscript(position: Int) -> Element {
        precondition(indices.contains(position), "element \(position) of \(indices)")
        return withUnsafeBuffer { $0[position - indices.lowerBound] }
    }

    package subscript(range: Range<Int>) -> MappedArray {
        precondition(
            indices.lowerBound <= range.lowerBound && range.upperBound <= indices.upperBound,
            "elements \(range) of \(indices)")
        return MappedArray(place, range)
    }

    package func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<Element>) throws -> Result
    ) rethrows -> Result? {
        try withUnsafeBuffer(body)
    }

    private func withUnsafeBuffer<Result>(
        _ body: (UnsafeBufferPointer<Element>) throws -> Result
    ) rethrows -> Result {
        try withExtendedLifetime(place) {
            let all = place.bytes.bindMemory(to: Element.self)
            return try body(UnsafeBufferPointer(rebasing: all[indices]))
        }
    }

    /// The elements in memory of their own.
    package func copy() -> [Element] {
        withUnsafeBuffer { elements in
            let copy = Array(elements)
            place.forget(UnsafeRawBufferPointer(elements))
            return copy
        }
    }

    /// Adds all elements, as they are in memory, to a hash.
    package func hash(into hash: SHA256) {
        let step = 1 << 20
        for start in stride(from: startIndex, to: endIndex, by: step) {
            let part = self[start..<Swift.min(start + step, endIndex)]
            part.withUnsafeBuffer {
                hash.update(UnsafeRawBufferPointer($0))
                place.forget(UnsafeRawBufferPointer($0))
            }
        }
    }
}

extension MappedArray: Equatable where Element: Equatable {
    /// Whether the elements are the same, wherever they lie.
    package static func == (left: MappedArray, right: MappedArray) -> Bool {
        left.elementsEqual(right)
    }
}

extension MappedArray {
    /// Collects the elements of an array.
    package struct Writer {
        private let memoryLimit: Int
        private let folder: String
        private var gathered: [Element] = []
        private var file: UnnamedFile?
        /// Elements so far.
        package private(set) var count = 0

        /// - Parameters:
        ///   - memoryLimit: bytes beyond which the elements go to a file.
        ///   - folder: where that is; by default where TMPDIR says, else in /var/tmp, since /tmp may be
        ///     memory.
        package init(memoryLimit: Int = 64 << 20, folder: String = temporaryFolder) {
            self.memoryLimit = memoryLimit
            self.folder = folder
        }

        /// - Throws: `FileError.unwritable`, with the folder of temporary files.
        package mutating func append(contentsOf elements: some Sequence<Element>) throws {
            let before = gathered.count
            gathered.append(contentsOf: elements)
            count += gathered.count - before
            let limit = file == nil ? memoryLimit : Swift.min(memoryLimit, 1 << 20)
            if gathered.count * MemoryLayout<Element>.stride > limit { try flush() }
        }

        /// - Throws: as `append`.
        package mutating func append(_ element: Element) throws {
            try append(contentsOf: CollectionOfOne(element))
        }

        /// What was written; the writer is empty again.
        ///
        /// - Throws: as `append`.
        package mutating func finish() throws -> MappedArray {
            defer { self = Writer(memoryLimit: memoryLimit, folder: folder) }
            guard file != nil else { return MappedArray(gathered) }
            try flush()
            guard let file else { return MappedArray([]) }
            let bytes = count * MemoryLayout<Element>.stride
            return MappedArray(try ArrayPlace(mapping: file, bytes: bytes), 0..<count)
        }

        private mutating func flush() throws {
            let file = try self.file ?? UnnamedFile(in: folder)
            self.file = file
            try gathered.withUnsafeBytes { try file.write($0) }
            gathered.removeAll(keepingCapacity: true)
            if gathered.capacity * MemoryLayout<Element>.stride > 4 << 20 { gathered = [] }
        }
    }
}

/// Where the elements of an array lie.
private final class ArrayPlace: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer
    let isMapped: Bool

    init(copying source: UnsafeRawBufferPointer) {
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: source.count, alignment: 64)
        memory.copyMemory(from: source)
        bytes = UnsafeRawBufferPointer(memory)
        isMapped = false
    }

    init(mapping file: UnnamedFile, bytes count: Int) throws {
        guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, file.descriptor, 0),
            base != MAP_FAILED
        else { throw FileError.reading(file.folder) }
        bytes = UnsafeRawBufferPointer(start: base, count: count)
        isMapped = true
        MappingFaults.add(bytes, file.folder)
    }

    /// Says that a part has been read and may leave memory, with what the system mapped around it; a read
    /// brings it back from the file.
    func forget(_ part: UnsafeRawBufferPointer) {
        guard isMapped, let start = bytes.baseAddress, let first = part.baseAddress else { return }
        // Of Linux, where a page that is read brings its neighbours.
        let around = 1 << 16
        let begin = (first - start) / around * around
        let end = min(bytes.count, (first - start + part.count + around - 1) / around * around)
        madvise(UnsafeMutableRawPointer(mutating: start + begin), end - begin, MADV_DONTNEED)
    }

    deinit {
        guard isMapped, let base = bytes.baseAddress else { return bytes.deallocate() }
        MappingFaults.remove(bytes)
        munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
    }
}

/// Where files go that nobody is to find.
package let temporaryFolder: String = {
    let wanted = ProcessInfo.processInfo.environment["TMPDIR"] ?? ""
    return !wanted.isEmpty ? wanted : isFolder("/var/tmp") ? "/var/tmp" : "/tmp"
}()

/// A file without a name, which goes when nobody has it open or mapped any more.
package final class UnnamedFile {
    /// Where it would have one.
    package let folder: String
    package let descriptor: Int32

    /// - Throws: `FileError.unwritable`, with the folder.
    package init(in folder: String = temporaryFolder) throws {
        self.folder = folder
        var name = Array(join(folder, "statelens-XXXXXX").utf8CString)
        descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw Self.failure(in: folder) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unlink(name)
    }

    /// Appends.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
            if written < 0, errno == EINTR { continue }
            guard written >= 0 else { throw Self.failure(in: folder) }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    /// Makes the file so long, with zeros, and takes the room on the disk.
    package func reserve(_ bytes: Int) throws {
        let code = posix_fallocate(descriptor, 0, off_t(bytes))
        guard code == 0 else { throw Self.failure(in: folder, errno: code) }
    }

    private static func failure(in folder: String, errno code: Int32 = errno) -> FileError {
        .unwritable(
            path: folder,
            reason: "\(String(cString: strerror(code))); temporary files go where TMPDIR says")
    }

    deinit { close(descriptor) }
}
