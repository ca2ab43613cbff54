import Base
import Tensors

/// The ways shape, strides and offset of a pickled tensor can contradict its storage.
package enum StridesFlaw: Error, Equatable, Sendable, CustomStringConvertible {
    case differentRanks(shape: Int, strides: Int)
    case shapeTooLarge([Int])
    case negativeStride([Int])
    case outsideStorage(offset: Int, shape: [Int], strides: [Int], count: Int)
    case expanded(shape: [Int], count: Int)
    case copiesTooLarge(limit: Int)

    package var description: String {
        switch self {
        case .differentRanks(let shape, let strides):
            "has \(counted(shape, "dimension")) but \(counted(strides, "stride"))"
        case .shapeTooLarge(let shape): "has shape \(shape), beyond any memory"
        case .negativeStride(let strides): "has strides \(strides), expected none below 0"
        case .outsideStorage(let offset, let shape, let strides, let count):
            "of shape \(shape), strides \(strides) and offset \(offset) leaves its storage of "
                + counted(count, "element")
        case .expanded(let shape, let count):
            "repeats its \(counted(count, "stored element")) to fill \(shape); save a .contiguous() copy"
        case .copiesTooLarge(let limit):
            "brings the copies of strided tensors beyond \(limit) bytes; save .contiguous() copies"
        }
    }
}

extension PickledTensor {
    /// Checks the description against its storage.
    ///
    /// - Returns: whether the elements lie in row-major order without gaps, so that a view serves.
    func checkContiguity() throws(StridesFlaw) -> Bool {
        guard shape.count == strides.count else {
            throw .differentRanks(shape: shape.count, strides: strides.count)
        }
        guard checkedByteCount(of: shape, storage.dtype) != nil else {
            throw .shapeTooLarge(shape)
        }
        guard strides.allSatisfy({ $0 >= 0 }) else { throw .negativeStride(strides) }
        let outside = StridesFlaw.outsideStorage(
            offset: offset, shape: shape, strides: strides, count: storage.count)
        guard offset >= 0, offset <= storage.count else { throw outside }
        if shape.contains(0) { return true }

        var last = offset
        var contiguous = true
        var dense = 1
        for (dimension, stride) in zip(shape, strides).reversed() where dimension > 1 {
            let (reach, overflow) = (dimension - 1).multipliedReportingOverflow(by: stride)
            let (sum, carry) = last.addingReportingOverflow(reach)
            guard !overflow, !carry else { throw outside }
            last = sum
            contiguous = contiguous && stride == dense
            dense *= dimension
        }
        guard last < storage.count else { throw outside }
        // Bounds the size of the copy; torch.save keeps the strides of expanded tensors.
        guard dense <= storage.count else {
            throw .expanded(shape: shape, count: storage.count)
        }
        return contiguous
    }

    /// The elements in row-major order, in storage of their own.
    ///
    /// - Parameter source: the whole storage, against which the strides have been checked.
    func gathered(from source: Storage) -> Storage {
        switch storage.dtype.byteCount {
        case 1: gathered(UInt8.self, from: source)
        case 2: gathered(UInt16.self, from: source)
        case 4: gathered(UInt32.self, from: source)
        default: gathered(UInt64.self, from: source)
        }
    }

    private func gathered<Element: BitwiseCopyable>(
        _: Element.Type, from source: Storage
    ) -> Storage {
        let size = MemoryLayout<Element>.size
        let count = shape.reduce(1, *)
        let result = Storage(byteCount: count * size)
        let from = UnsafeRawBufferPointer(source.bytes)
        // The stride of a dimension of 1 is never taken and may be any number.
        let strides = zip(shape, strides).map { $0 > 1 ? $1 : 0 }
        let inner = shape.last ?? 1
        let innerStride = strides.last ?? 0
        var index = [Int](repeating: 0, count: max(0, shape.count - 1))
        var place = offset
        for row in stride(from: 0, to: count, by: inner) {
            for i in 0..<inner {
                result.bytes.storeBytes(
                    of: from.load(
                        fromByteOffset: (place + i * innerStride) * size, as: Element.self),
                    toByteOffset: (row + i) * size, as: Element.self)
            }
            for axis in index.indices.reversed() {
                index[axis] += 1
                place += strides[axis]
                if index[axis] < shape[axis] { break }
                place -= index[axis] * strides[axis]
                index[axis] = 0
            }
        }
        return result
    }
}
