import Base
import Foundation
import Tensors

/// The `.npz` files that `numpy.load` reads: a zip archive of stored `.npy` entries.
///
/// - SeeAlso: the format's description in `numpy.lib.format`, version 1.0.
package enum NumPyArchive {
    /// Row-major values of one element type.
    package struct Array: Sendable {
        fileprivate let type: String
        fileprivate let shape: [Int]
        fileprivate let bytes: [UInt8]

        /// `float64`, NaN for what is missing.
        package init(_ values: [Double?], shape: [Int]) {
            self.init("<f8", shape, values.map { ($0 ?? .nan).bitPattern })
        }

        /// `int64`.
        package init(_ values: [Int], shape: [Int]) {
            self.init("<i8", shape, values)
        }

        /// Strings, each as long as the longest: `U` of UTF-32.
        package init(_ texts: [String], shape: [Int]) {
            let scalars = texts.map { $0.unicodeScalars.map(\.value) }
            let width = max(1, scalars.map(\.count).max() ?? 1)
            self.init(
                "<U\(width)", shape,
                scalars.flatMap { $0 + [UInt32](repeating: 0, count: width - $0.count) },
                of: width)
        }

        private init<Element: FixedWidthInteger>(
            _ type: String, _ shape: [Int], _ elements: [Element], of width: Int = 1
        ) {
            precondition(
                elements.count == shape.reduce(width, *), "\(elements.count) elements for \(shape)")
            self.type = type
            self.shape = shape
            bytes = elements.map(\.littleEndian).withUnsafeBytes(Swift.Array.init)
        }

        /// Magic, version, and a Python dictionary padded so that the values begin at a multiple of 64.
        fileprivate var file: [UInt8] {
            let axes = shape.map { "\($0)," }.joined(separator: " ")
            let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(axes)), }"
            let unpadded = 10 + text.utf8.count + 1
            let header = text + String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
            let length = UInt16(header.utf8.count)
            return [0x93] + Swift.Array("NUMPY".utf8) + [
                1, 0, UInt8(length & 0xFF), UInt8(length >> 8),
            ]
                + Swift.Array(header.utf8) + bytes
        }
    }

    /// The content of such a file. Equal arguments give equal bytes.
    ///
    /// - Parameter arrays: names must differ from each other.
    /// - Throws: where the folder of temporary files has no room.
    package static func data(_ arrays: [(name: String, array: Array)]) throws -> Data {
        // libzip writes files.
        let path = join(NSTemporaryDirectory(), "statelens-\(UUID().uuidString).npz")
        defer { unlink(path) }
        try write(arrays, to: path)
        return try readFile(path)
    }

    private static func write(_ arrays: [(name: String, array: Array)], to path: String) throws {
        precondition(
            Set(arrays.map(\.name)).count == arrays.count,
            "two arrays of one name among \(arrays.map(\.name))")
        // libzip reads the entries when the archive is closed; they must not move until then.
        let entries = arrays.map { name, array in
            let file = array.file
            let storage = Storage(byteCount: file.count)
            storage.bytes.copyBytes(from: file)
            return (name: name, storage: storage, count: file.count)
        }
        do {
            let zip = try ZipWriter(path)
            try withExtendedLifetime(entries) {
                for (name, storage, count) in entries {
                    try zip.add(
                        "\(name).npy", UnsafeRawBufferPointer(rebasing: storage.bytes[..<count]))
                }
                try zip.commit()
            }
        } catch let flaw as ArchiveFlaw {
            throw CheckpointError.archive(path: path, flaw: flaw)
        }
    }
}
