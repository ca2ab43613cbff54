import Base
import Tensors

/// The ways the header of a safetensors file can lie.
///
/// - SeeAlso: `SafeTensorError` in huggingface/safetensors, `safetensors/src/tensor.rs`.
package enum SafetensorsFlaw: Error, Equatable, Sendable, CustomStringConvertible {
    case tooShort(byteCount: Int)
    case headerTooLong(byteCount: UInt64)
    case headerOutsideFile(byteCount: UInt64, fileByteCount: Int)
    case syntax(byte: Int, expected: String)
    case duplicateName(String)
    case unknownField(tensor: String, field: String)
    case missingField(tensor: String, field: String)
    case unknownDType(tensor: String, dtype: String)
    case partOfAByte(tensor: String, dtype: String, shape: [Int])
    case shapeTooLarge(tensor: String, shape: [Int])
    case reversedOffsets(tensor: String, begin: Int, end: Int)
    case offsetsOutsideFile(tensor: String, end: Int, dataByteCount: Int)
    case wrongByteCount(tensor: String, expected: Int, found: Int)
    case overlap(tensor: String, begin: Int, previousEnd: Int)
    case hole(tensor: String, begin: Int, previousEnd: Int)
    case unusedBytes(count: Int)

    package var description: String {
        switch self {
        case .tooShort(let count):
            "it has \(counted(count, "byte")), fewer than the 8 of the header length"
        case .headerTooLong(let count):
            "its header claims \(counted(count, "byte")), more than the \(SafetensorsHeader.maximum) allowed"
        case .headerOutsideFile(let count, let fileCount):
            "its header claims \(counted(count, "byte")), the file has \(fileCount)"
        case .syntax(let byte, let expected):
            "at byte \(byte) of the header, expected \(expected)"
        case .duplicateName(let name): "its header gives '\(name.clipped)' twice"
        case .unknownField(let tensor, let field):
            "tensor '\(tensor.clipped)' has the unknown field '\(field.clipped)'"
        case .missingField(let tensor, let field):
            "tensor '\(tensor.clipped)' lacks the field '\(field)'"
        case .unknownDType(let tensor, let dtype):
            "tensor '\(tensor.clipped)' has dtype '\(dtype.clipped)', expected one of "
                + (DType.allCases.map(\.rawValue) + SafetensorsHeader.foreignBits.keys.sorted())
                .joined(separator: " ")
        case .partOfAByte(let tensor, let dtype, let shape):
            "tensor '\(tensor.clipped)' of \(dtype) and shape \("\(shape)".clipped) does not fill"
                + " whole bytes"
        case .shapeTooLarge(let tensor, let shape):
            "tensor '\(tensor.clipped)' has shape \("\(shape)".clipped), beyond any memory"
        case .reversedOffsets(let tensor, let begin, let end):
            "tensor '\(tensor.clipped)' begins at byte \(begin), after its end at \(end)"
        case .offsetsOutsideFile(let tensor, let end, let count):
            "tensor '\(tensor.clipped)' ends at byte \(end) of the data, which has \(count)"
        case .wrongByteCount(let tensor, let expected, let found):
            "tensor '\(tensor.clipped)' has \(counted(found, "byte")), its shape and dtype need \(expected)"
        case .overlap(let tensor, let begin, let end):
            "tensor '\(tensor.clipped)' begins at byte \(begin), inside the one that ends at \(end)"
        case .hole(let tensor, let begin, let end):
            "tensor '\(tensor.clipped)' begins at byte \(begin), but the one before ends at \(end)"
        case .unusedBytes(let count):
            count == 1
                ? "its last byte belongs to no tensor"
                : "its last \(count) bytes belong to no tensor"
        }
    }
}

/// Names, types, shapes and places of the tensors in a safetensors file, checked against each
/// other and against the size of the file.
struct SafetensorsHeader {
    /// Longest header in bytes, as in the reference implementation.
    static let maximum = 100_000_000

    /// Bits of the element types that the format has and nothing here reads.
    ///
    /// - SeeAlso: `Dtype` in huggingface/safetensors 0.8, `safetensors/src/tensor.rs`.
    static let foreignBits = [
        "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E5M2FNUZ": 8,
        "F8_E4M3FNUZ": 8, "F8_E8M0": 8, "U16": 16, "U32": 32, "U64": 64, "C64": 64,
    ]

    struct Entry {
        let name: String
        /// As the file spells it.
        let spelling: String
        /// nil for a type that nothing here reads.
        let dtype: DType?
        let shape: [Int]
        /// First byte, counted from the end of the header.
        let begin: Int
        let end: Int
    }

    /// In the order of the data.
    let entries: [Entry]
    let metadata: [String: String]
    /// Where the data begins in the file.
    let dataOffset: Int

    /// - Parameter file: a whole file; only its header is read.
    init(_ file: UnsafeRawBufferPointer) throws(SafetensorsFlaw) {
        guard file.count >= 8 else { throw .tooShort(byteCount: file.count) }
        let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard length <= Self.maximum else { throw .headerTooLong(byteCount: length) }
        guard length <= file.count - 8 else {
            throw .headerOutsideFile(byteCount: length, fileByteCount: file.count)
        }
        dataOffset = 8 + Int(length)
        var scanner = SafetensorsHeaderScanner(
            UnsafeRawBufferPointer(rebasing: file[8..<dataOffset]))
        var found: [Entry] = []
        metadata = try scanner.scan { tensor throws(SafetensorsFlaw) in
            found.append(try Self.entry(tensor))
        }
        found.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
        entries = found
        try checkPlaces(dataByteCount: file.count - dataOffset)
    }

    private static func entry(
        _ tensor: SafetensorsHeaderScanner.Tensor
    ) throws(SafetensorsFlaw) -> Entry {
        let dtype = DType(rawValue: tensor.dtype)
        guard let bits = dtype.map({ 8 * $0.byteCount }) ?? foreignBits[tensor.dtype] else {
            throw .unknownDType(tensor: tensor.name, dtype: tensor.dtype)
        }
        guard let bitCount = checkedCount(of: tensor.shape, times: bits) else {
            throw .shapeTooLarge(tensor: tensor.name, shape: tensor.shape)
        }
        guard bitCount.isMultiple(of: 8) else {
            throw .partOfAByte(tensor: tensor.name, dtype: tensor.dtype, shape: tensor.shape)
        }
        let byteCount = bitCount / 8
        guard tensor.begin <= tensor.end else {
            throw .reversedOffsets(tensor: tensor.name, begin: tensor.begin, end: tensor.end)
        }
        guard tensor.end - tensor.begin == byteCount else {
            throw .wrongByteCount(
                tensor: tensor.name, expected: byteCount, found: tensor.end - tensor.begin)
        }
        return Entry(
            name: tensor.name, spelling: tensor.dtype, dtype: dtype, shape: tensor.shape,
            begin: tensor.begin,
            end: tensor.end)
    }

    /// The tensors must follow each other without a gap from the first byte to the last, so that
    /// no byte means two things and nothing hides between them.
    private func checkPlaces(dataByteCount: Int) throws(SafetensorsFlaw) {
        var end = 0
        for entry in entries {
            guard entry.end <= dataByteCount else {
                throw .offsetsOutsideFile(
                    tensor: entry.name, end: entry.end, dataByteCount: dataByteCount)
            }
            guard entry.begin >= end else {
                throw .overlap(tensor: entry.name, begin: entry.begin, previousEnd: end)
            }
            guard entry.begin == end else {
                throw .hole(tensor: entry.name, begin: entry.begin, previousEnd: end)
            }
            end = entry.end
        }
        guard end == dataByteCount else { throw .unusedBytes(count: dataByteCount - end) }
    }
}

/// Bytes of a tensor of this shape, nil if a dimension is negative or the count overflows.
///
/// Dimensions of 0 count as 1 in the overflow check: a product over any of the other dimensions
/// is then safe too.
func checkedByteCount(of shape: [Int], _ dtype: DType) -> Int? {
    checkedCount(of: shape, times: dtype.byteCount)
}

private func checkedCount(of shape: [Int], times size: Int) -> Int? {
    var count = size
    for dimension in shape {
        guard dimension >= 0 else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: max(dimension, 1))
        guard !overflow else { return nil }
        count = product
    }
    return shape.contains(0) ? 0 : count
}
