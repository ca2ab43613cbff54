/// A row-major float32 array: a shape and a place in a `Storage`, which it keeps alive.
///
/// Slices share the storage, as PyTorch's do; `copy()` does not. Elements are reached through
/// `withElements` and `values`; `pointer` is for the kernels, whose arguments live as long as their calls.
package final class Tensor: @unchecked Sendable {
    package let shape: [Int]
    package let storage: Storage
    /// From the beginning of a row of the last axis to that of the next.
    package let rowStride: Int
    /// First element; valid while the tensor lives.
    package let pointer: UnsafeMutablePointer<Float>

    /// Zeros.
    package init(_ shape: [Int]) {
        precondition(shape.allSatisfy { $0 >= 0 }, "negative dimension in \(shape)")
        self.shape = shape
        rowStride = shape.last ?? 1
        storage = Storage(byteCount: shape.reduce(1, *) * 4)
        pointer = storage.bytes.baseAddress!.assumingMemoryBound(to: Float.self)
    }

    package convenience init(_ shape: Int...) { self.init(shape) }

    /// A place in the address space with no memory behind it: reading or writing it ends the process.
    /// For tensors of which only the shape matters.
    ///
    /// - Returns: nil where the system has no such place.
    package convenience init?(untouchable shape: [Int]) {
        var bytes = 4
        for dimension in shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0, !overflow else { return nil }
            bytes = product
        }
        guard let storage = Storage(reserving: bytes) else { return nil }
        self.init(viewing: storage, byteOffset: 0, shape: shape)
    }

    /// Zeros in a mapped file without a name: for more than memory should hold.
    ///
    /// - Throws: `FileError` where the disk has no room for it.
    package convenience init(inTemporaryFile shape: [Int]) throws {
        let storage = try Storage(inTemporaryFile: shape.reduce(4, *))
        self.init(viewing: storage, byteOffset: 0, shape: shape)
    }

    package convenience init(_ values: [Float], shape: [Int]) {
        precondition(values.count == shape.reduce(1, *), "\(values.count) values for \(shape)")
        self.init(shape)
        values.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { pointer.update(from: base, count: values.count) }
        }
    }

    /// A view into `storage`, whose bytes from `byteOffset` on must hold the shape.
    package convenience init(viewing storage: Storage, byteOffset: Int, shape: [Int]) {
        precondition(
            byteOffset >= 0 && byteOffset % 4 == 0
                && byteOffset + shape.reduce(1, *) * 4 <= storage.bytes.count,
            "a view of \(shape) at byte \(byteOffset) leaves its \(storage.bytes.count) bytes")
        // An empty file has no address to look at; such a view has no elements.
        guard let base = storage.bytes.baseAddress else {
            self.init(shape)
            return
        }
        self.init(
            shape: shape, storage: storage,
            pointer: (base + byteOffset).assumingMemoryBound(to: Float.self))
    }

    private init(
        shape: [Int], storage: Storage, pointer: UnsafeMutablePointer<Float>, rowStride: Int? = nil
    ) {
        self.shape = shape
        self.rowStride = rowStride ?? shape.last ?? 1
        self.storage = storage
        self.pointer = pointer
    }

    /// Of the first element: what tells one place in memory from another.
    package var address: UInt { UInt(bitPattern: pointer) }

    package var count: Int { shape.reduce(1, *) }

    /// Whether the elements stand one after the other, as they do but in some columns of longer rows.
    package var isContiguous: Bool {
        rowStride == shape.last ?? 1 || shape.dropLast().reduce(1, *) <= 1
    }

    /// All elements in row-major order.
    package var elements: UnsafeMutableBufferPointer<Float> {
        precondition(isContiguous, "\(shape) in rows \(rowStride) apart")
        return UnsafeMutableBufferPointer(start: pointer, count: count)
    }

    /// Calls `body` with all elements in row-major order, for it to read or write.
    package func withElements<Result>(
        _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
    ) rethrows -> Result {
        try withExtendedLifetime(self) { try body(elements) }
    }

    /// A copy of the elements in row-major order.
    package var values: [Float] {
        get { isContiguous ? withElements { Array($0) } : copy().values }
        set { withElements { _ = $0.update(from: newValue) } }
    }

    /// The slice at `index` of the first axis, without that axis; shares storage.
    package subscript(index: Int) -> Tensor {
        precondition(
            !shape.isEmpty && index >= 0 && index < shape[0], "index \(index) outside \(shape)")
        let inner = Array(shape.dropFirst())
        return Tensor(
            shape: inner, storage: storage, pointer: pointer + index * distance(inner),
            rowStride: inner.isEmpty ? nil : rowStride)
    }

    /// Rows `range` of the first axis; shares storage.
    package subscript(range: Range<Int>) -> Tensor {
        precondition(
            !shape.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape[0],
            "rows \(range) outside \(shape)")
        let inner = Array(shape.dropFirst())
        return Tensor(
            shape: [range.count] + inner, storage: storage,
            pointer: pointer + range.lowerBound * distance(inner),
            rowStride: inner.isEmpty ? nil : rowStride)
    }

    /// From one entry of the first axis to the next, `inner` being the other axes.
    private func distance(_ inner: [Int]) -> Int {
        inner.isEmpty ? 1 : inner.dropLast().reduce(rowStride, *)
    }

    /// Columns `range` of the last axis, in the rows of this tensor; shares storage.
    package func columns(_ range: Range<Int>) -> Tensor {
        precondition(
            !shape.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape[shape.count - 1],
            "columns \(range) of \(shape)")
        return Tensor(
            shape: shape.dropLast() + [range.count], storage: storage,
            pointer: pointer + range.lowerBound, rowStride: rowStride)
    }

    package func reshaped(_ shape: [Int]) -> Tensor {
        precondition(
            isContiguous && shape.reduce(1, *) == count, "\(self.shape) reshaped to \(shape)")
        return Tensor(shape: shape, storage: storage, pointer: pointer)
    }

    /// The same values in storage of their own.
    package func copy() -> Tensor {
        let result = Tensor(shape)
        result.assign(self)
        return result
    }

    /// Says that the elements will hardly be read again: those of a mapped file leave the memory of
    /// the process.
    package func forget() {
        precondition(isContiguous, "\(shape) in rows \(rowStride) apart")
        let start = UnsafeRawPointer(pointer) - UnsafeRawPointer(storage.base)
        storage.forget(start..<start + 4 * count)
    }

    /// Overwrites every element; the shapes must be equal.
    package func assign(_ other: Tensor) {
        precondition(shape == other.shape, "\(other.shape) assigned to \(shape)")
        guard !isContiguous || !other.isContiguous else {
            return pointer.update(from: other.pointer, count: count)
        }
        let columns = shape.last ?? 1
        for row in 0..<(columns == 0 ? 0 : count / columns) {
            (pointer + row * rowStride).update(
                from: other.pointer + row * other.rowStride, count: columns)
        }
    }

    package func fill(_ value: Float) { elements.update(repeating: value) }
}
