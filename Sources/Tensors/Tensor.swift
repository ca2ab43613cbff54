/// A dense, row-major float32 array: a shape and a place in a `Storage`.
///
/// Copies of the value and slices share the storage, as PyTorch's do; `copy()` does not.
package struct Tensor: @unchecked Sendable {
    package let shape: [Int]
    package let storage: Storage
    /// First element.
    package let pointer: UnsafeMutablePointer<Float>

    /// Zeros.
    package init(_ shape: [Int]) {
        precondition(shape.allSatisfy { $0 >= 0 }, "negative dimension in \(shape)")
        self.shape = shape
        storage = Storage(byteCount: shape.reduce(1, *) * 4)
        pointer = storage.bytes.baseAddress!.assumingMemoryBound(to: Float.self)
    }

    package init(_ shape: Int...) { self.init(shape) }

    /// A place in the address space with no memory behind it: reading or writing it ends the process.
    /// For tensors of which only the shape matters.
    ///
    /// - Returns: nil where the system has no such place.
    package init?(untouchable shape: [Int]) {
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
    package init(inTemporaryFile shape: [Int]) throws {
        let storage = try Storage(inTemporaryFile: shape.reduce(4, *))
        self.init(viewing: storage, byteOffset: 0, shape: shape)
    }

    package init(_ values: [Float], shape: [Int]) {
        precondition(values.count == shape.reduce(1, *), "\(values.count) values for \(shape)")
        self.init(shape)
        values.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { pointer.update(from: base, count: values.count) }
        }
    }

    /// A view into `storage`, whose bytes from `byteOffset` on must hold the shape.
    package init(viewing storage: Storage, byteOffset: Int, shape: [Int]) {
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

    private init(shape: [Int], storage: Storage, pointer: UnsafeMutablePointer<Float>) {
        self.shape = shape
        self.storage = storage
        self.pointer = pointer
    }

    package var count: Int { shape.reduce(1, *) }

    /// All elements in row-major order.
    package var elements: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: pointer, count: count)
    }

    /// The slice at `index` of the first axis, without that axis; shares storage.
    package subscript(index: Int) -> Tensor {
        precondition(
            !shape.isEmpty && index >= 0 && index < shape[0], "index \(index) outside \(shape)")
        let inner = Array(shape.dropFirst())
        return Tensor(
            shape: inner, storage: storage, pointer: pointer + index * inner.reduce(1, *))
    }

    /// Rows `range` of the first axis; shares storage.
    package subscript(range: Range<Int>) -> Tensor {
        precondition(
            !shape.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape[0],
            "rows \(range) outside \(shape)")
        let inner = Array(shape.dropFirst())
        return Tensor(
            shape: [range.count] + inner, storage: storage,
            pointer: pointer + range.lowerBound * inner.reduce(1, *))
    }

    package func reshaped(_ shape: [Int]) -> Tensor {
        precondition(shape.reduce(1, *) == count, "\(self.shape) reshaped to \(shape)")
        return Tensor(shape: shape, storage: storage, pointer: pointer)
    }

    /// The same values in storage of their own.
    package func copy() -> Tensor {
        let result = Tensor(shape)
        result.pointer.update(from: pointer, count: count)
        return result
    }

    /// Says that the elements will hardly be read again: those of a mapped file leave the memory of
    /// the process.
    package func forget() {
        let start = UnsafeRawPointer(pointer) - UnsafeRawPointer(storage.base)
        storage.forget(start..<start + 4 * count)
    }

    /// Overwrites every element; the shapes must be equal.
    package func assign(_ other: Tensor) {
        precondition(shape == other.shape, "\(other.shape) assigned to \(shape)")
        pointer.update(from: other.pointer, count: count)
    }

    package func fill(_ value: Float) { pointer.update(repeating: value, count: count) }
}
