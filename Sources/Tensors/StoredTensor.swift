import Foundation

/// Numbers as a file holds them: element type, shape and bytes, little-endian, row-major.
package struct StoredTensor: Sendable {
    package let dtype: DType
    package let shape: [Int]
    package let storage: Storage
    package let byteOffset: Int

    /// `byteOffset ..< byteOffset + byteCount` must lie inside `storage`.
    package init(dtype: DType, shape: [Int], storage: Storage, byteOffset: Int) {
        self.dtype = dtype
        self.shape = shape
        self.storage = storage
        self.byteOffset = byteOffset
        precondition(
            byteOffset >= 0 && byteOffset + byteCount <= storage.bytes.count,
            "\(shape) of \(dtype) at byte \(byteOffset) leaves its \(storage.bytes.count) bytes")
    }

    package init(_ tensor: Tensor) {
        precondition(tensor.isContiguous, "\(tensor.shape) in rows \(tensor.rowStride) apart")
        let offset = UnsafeRawPointer(tensor.pointer) - UnsafeRawPointer(tensor.storage.base)
        self.init(
            dtype: .float32, shape: tensor.shape, storage: tensor.storage, byteOffset: offset)
    }

    /// The values rounded to the nearest bfloat16, ties to even.
    package init(bfloat16 tensor: Tensor) {
        let storage = Storage(byteCount: tensor.count * 2)
        for (i, value) in tensor.elements.enumerated() {
            storage.bytes.storeBytes(
                of: roundedToBFloat16(value), toByteOffset: i * 2, as: UInt16.self)
        }
        self.init(dtype: .bfloat16, shape: tensor.shape, storage: storage, byteOffset: 0)
    }

    package init(_ integers: [Int64], shape: [Int]) {
        precondition(integers.count == shape.reduce(1, *), "\(integers.count) for \(shape)")
        let storage = Storage(byteCount: integers.count * 8)
        integers.withUnsafeBytes { storage.bytes.copyMemory(from: $0) }
        self.init(dtype: .int64, shape: shape, storage: storage, byteOffset: 0)
    }

    package var count: Int { shape.reduce(1, *) }
    package var byteCount: Int { count * dtype.byteCount }

    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            rebasing: storage.bytes[byteOffset..<byteOffset + byteCount])
    }

    /// Calls `body` with the bytes.
    package func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try withExtendedLifetime(storage) { try body(bytes) }
    }

    package func hasSameBytes(as other: StoredTensor) -> Bool {
        withBytes { bytes in
            other.withBytes { others in
                guard bytes.count == others.count else { return false }
                guard let start = bytes.baseAddress, let otherStart = others.baseAddress else {
                    return true
                }
                return memcmp(start, otherStart, bytes.count) == 0
            }
        }
    }

    /// Calls `body` with the bytes in order, some at a time, each of which leaves memory afterwards if it
    /// can come back from a file.
    package func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        let all = byteOffset..<byteOffset + byteCount
        for start in stride(from: all.lowerBound, to: all.upperBound, by: 16 << 20) {
            let piece = start..<min(start + 16 << 20, all.upperBound)
            try body(UnsafeRawBufferPointer(rebasing: storage.bytes[piece]))
            storage.forget(piece)
        }
    }

    /// The values in float32: the stored bytes themselves where they are aligned float32,
    /// otherwise a converted copy. bfloat16 and float16 convert exactly, float64 rounds.
    ///
    /// - Returns: nil if the elements are not floating point.
    package func float32() -> Tensor? {
        switch dtype {
        case .float32 where byteOffset % 4 == 0:
            Tensor(viewing: storage, byteOffset: byteOffset, shape: shape)
        case .float32: converted(from: Float.self) { $0 }
        case .bfloat16: converted(from: UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
        case .float16: converted(from: UInt16.self, floatFromHalf)
        case .float64: converted(from: Double.self) { Float($0) }
        default: nil
        }
    }

    /// The values as integers; nil if the elements are not integers.
    package func integers() -> [Int64]? {
        func read<T: BinaryInteger & BitwiseCopyable>(_: T.Type) -> [Int64] {
            (0..<count).map {
                Int64(bytes.loadUnaligned(fromByteOffset: $0 * dtype.byteCount, as: T.self))
            }
        }
        return switch dtype {
        case .int64: read(Int64.self)
        case .int32: read(Int32.self)
        case .int16: read(Int16.self)
        case .int8: read(Int8.self)
        case .uint8, .bool: read(UInt8.self)
        default: nil
        }
    }

    private func converted<T: BitwiseCopyable>(
        from _: T.Type, _ convert: (T) -> Float
    ) -> Tensor {
        let result = Tensor(shape)
        let bytes = bytes
        let size = MemoryLayout<T>.size
        for i in 0..<count {
            result.pointer[i] = convert(
                bytes.loadUnaligned(fromByteOffset: i * size, as: T.self))
        }
        storage.forget(byteOffset..<byteOffset + byteCount)
        return result
    }
}

/// The upper half of the nearest float32 whose lower half is zero, ties to even.
private func roundedToBFloat16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    // Rounding up could make a NaN with few bits an infinity or wrap around.
    if value.isNaN { return UInt16(bits >> 16) | 0x40 }
    return UInt16((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
}

/// IEEE 754 binary16 to binary32, exact; subnormals, infinities and NaN included.
private func floatFromHalf(_ half: UInt16) -> Float {
    let sign = UInt32(half & 0x8000) << 16
    let exponent = UInt32(half >> 10) & 0x1F
    let fraction = UInt32(half & 0x3FF)
    switch exponent {
    case 0:
        let magnitude = Float(fraction) * 0x1p-24
        return sign == 0 ? magnitude : -magnitude
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
}

extension Storage {
    var base: UnsafeMutableRawPointer { bytes.baseAddress! }
}
