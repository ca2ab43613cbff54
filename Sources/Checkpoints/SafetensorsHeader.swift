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
            "it has \(count) bytes, fewer than the 8 of the header length"
        case .headerTooLong(let count):
            "its header claims \(count) bytes, more than the \(SafetensorsHeader.maximum) allowed"
        case .headerOutsideFile(let count, let fileCount):
            "its header claims \(count) bytes, the file has \(fileCount)"
        case .syntax(let byte, let expected):
            "at byte \(byte) of the header, expected \(expected)"
        case .duplicateName(let name): "its header gives '\(name.clipped)' twice"
        case .unknownField(let tensor, let field):
            "tensor '\(tensor.clipped)' has the unknown field '\(field.clipped)'"
        case .missingField(let tensor, let field):
            "tensor '\(tensor.clipped)' lacks the field '\(field)'"
        case .unknownDType(let tensor, let dtype):
            "tensor '\(tensor.clipped)' has dtype '\(dtype.clipped)', expected one of "
                + DType.allCases.map(\.rawValue).joined(separator: " ")
        case .shapeTooLarge(let tensor, let shape):
            "tensor '\(tensor.clipped)' has shape \("\(shape)".clipped), beyond any memory"
        case .reversedOffsets(let tensor, let begin, let end):
            "tensor '\(tensor.clipped)' begins at byte \(begin), after its end at \(end)"
        case .offsetsOutsideFile(let tensor, let end, let count):
            "tensor '\(tensor.clipped)' ends at byte \(end) of the data, which has \(count)"
        case .wrongByteCount(let tensor, let expected, let found):
            "tensor '\(tensor.clipped)' has \(found) bytes, its shape and dtype need \(expected)"
        case .overlap(let tensor, let begin, let end):
            "tensor '\(tensor.clipped)' begins at byte \(begin), inside the one that ends at \(end)"
        case .hole(let tensor, let begin, let end):
            "tensor '\(tensor.clipped)' begins at byte \(begin), but the one before ends at \(end)"
        case .unusedBytes(let count): "its last \(count) bytes belong to no tensor"
        }
    }
}

/// Names, types, shapes and places of the tensors in a safetensors file, checked against each
/// other and against the size of the file.
struct SafetensorsHeader {
    /// Longest header in bytes, as in the reference implementation.
    static let maximum = 100_000_000

    struct Entry {
        let name: String
        let dtype: DType
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
        guard let dtype = DType(rawValue: tensor.dtype) else {
            throw .unknownDType(tensor: tensor.name, dtype: tensor.dtype)
        }
        guard let byteCount = checkedByteCount(of: tensor.shape, dtype) else {
            throw .shapeTooLarge(tensor: tensor.name, shape: tensor.shape)
        }
        guard tensor.begin <= tensor.end else {
            throw .reversedOffsets(tensor: tensor.name, begin: tensor.begin, end: tensor.end)
        }
        guard tensor.end - tensor.begin == byteCount else {
            throw .wrongByteCount(
                tensor: tensor.name, expected: byteCount, found: tensor.end - tensor.begin)
        }
        return Entry(
            name: tensor.name, dtype: dtype, shape: tensor.shape, begin: tensor.begin,
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
    var count = dtype.byteCount
    for dimension in shape {
        guard dimension >= 0 else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: max(dimension, 1))
        guard !overflow else { return nil }
        count = product
    }
    return shape.contains(0) ? 0 : count
}
