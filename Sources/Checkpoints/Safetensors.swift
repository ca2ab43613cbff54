import Base
import Tensors

/// The safetensors format: 8 bytes of header length, a JSON header, then the tensors' bytes.
package enum Safetensors {
    package struct Content {
        /// In the order of the data; the names differ in their bytes.
        var named: [(name: String, tensor: StoredTensor)] = []
        /// Names and element types of tensors that nothing here reads.
        var foreign: [(name: String, dtype: String)] = []
        package var metadata: [String: String] = [:]

        /// By names that do not look the same.
        package var tensors: [String: StoredTensor] {
            Dictionary(named.map { ($0.name, $0.tensor) }) { first, _ in first }
        }
    }

    /// The tensors of the file, which stays mapped as long as one of them lives: nothing but the
    /// header is read before a tensor's elements are.
    ///
    /// - Throws: `CheckpointError.safetensors`, `FileError`.
    package static func read(_ path: String) throws -> Content { try read(MappedFile(path)) }

    static func read(_ file: MappedFile) throws -> Content {
        let header: SafetensorsHeader
        do {
            header = try SafetensorsHeader(file.bytes)
        } catch {
            throw CheckpointError.safetensors(path: file.path, flaw: error)
        }
        let storage = Storage(file)
        var content = Content(metadata: header.metadata)
        for entry in header.entries {
            guard let dtype = entry.dtype else {
                content.foreign.append((entry.name, entry.spelling))
                continue
            }
            let tensor = StoredTensor(
                dtype: dtype, shape: entry.shape, storage: storage,
                byteOffset: header.dataOffset + entry.begin)
            content.named.append((entry.name, tensor))
        }
        return content
    }

    /// Writes the file, all or nothing. Equal arguments give equal bytes.
    ///
    /// Tensors of wide elements come first and the header is padded to 8 bytes, so that every
    /// tensor is aligned to its element.
    ///
    /// - Parameter tensors: names must differ from each other and from `__metadata__`.
    package static func write(
        _ tensors: [(name: String, tensor: StoredTensor)], metadata: [String: String] = [:],
        to path: String
    ) throws {
        precondition(
            Set((tensors.map(\.name) + ["__metadata__"]).map(TensorName.init)).count
                == tensors.count + 1,
            "two tensors of one name among \(tensors.map(\.name))")
        let ordered = [8, 4, 2, 1].flatMap { size in
            tensors.filter { $0.tensor.dtype.byteCount == size }
        }
        let header = headerText(ordered, metadata)
        let file = try AtomicFile(path)
        try withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { try file.write($0) }
        try file.write(Array(header.utf8))
        for (_, tensor) in ordered { try tensor.forEachPiece { try file.write($0) } }
        try file.commit()
    }

    private static func headerText(
        _ tensors: [(name: String, tensor: StoredTensor)], _ metadata: [String: String]
    ) -> String {
        var fields: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map {
                "\(quoted($0.key)):\(quoted($0.value))"
            }
            fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var offset = 0
        for (name, tensor) in tensors {
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            let end = offset + tensor.byteCount
            fields.append(
                "\(quoted(name)):{\"dtype\":\"\(tensor.dtype.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        let text = "{\(fields.joined(separator: ","))}"
        return text + String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
