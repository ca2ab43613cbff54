import Foundation

/// Decodes a JSON file.
///
/// Beside what the standard has, numbers may be infinite or none in all spellings in use: bare as
/// Python writes them, tagged as transformers 5 does (`{"__float__": "Infinity"}`), or, where a number is
/// expected, the strings `Infinity`, `-Infinity`, `NaN`, `inf`, `-inf`, `nan`. A byte order mark is
/// skipped. Doubled keys are refused.
///
/// - Throws: `FileError.malformedJSON` with the key path, or the place, of what is wrong.
package func decodeJSON<T: Decodable>(_ type: T.Type, from path: String) throws -> T {
    try decodeJSON(type, from: readFile(path), path: path)
}

package func decodeJSON<T: Decodable>(
    _ type: T.Type, from data: Data, path: String
) throws -> T {
    do {
        return try decodingJSON(withoutMark(data)) { try T(from: $0) }
    } catch let error as DecodingError {
        throw FileError.malformedJSON(path: path, reason: error.sentence)
    } catch let flaw as JSONFlaw {
        throw FileError.malformedJSON(path: path, reason: flaw.description)
    }
}

/// Parses a text as `decodeJSON` describes, but for a byte order mark, and calls `make` with its decoder.
///
/// - Throws: `JSONFlaw`, and what `make` throws.
package func decodingJSON<T>(_ data: Data, _ make: (any Decoder) throws -> T) throws -> T {
    try data.withUnsafeBytes { try make(JSONTreeDecoder(JSONTree($0))) }
}

/// The whole numbers under the keys of an object in a JSON text, with keys compared byte by byte: as
/// keys of a dictionary those that are canonically equal, such as U+212B and U+00C5, would be one.
///
/// - Parameter path: the keys that lead to the object.
/// - Throws: `FileError.malformedJSON` for a value that is no whole number.
package func integerEntries(
    of keys: [String], in data: Data, path: String
) throws -> [(key: String, value: Int)] {
    func malformed(_ reason: String) -> FileError { .malformedJSON(path: path, reason: reason) }
    return try withoutMark(data).withUnsafeBytes { bytes in
        let tree = try Result { () throws(JSONFlaw) in try JSONTree(bytes) }
            .mapError { malformed($0.description) }.get()
        var object: Int? = 0
        for key in keys {
            object = object.flatMap { tree.entry(key, of: $0) }
        }
        guard let object, tree.nodes[object].kind == .object else {
            throw malformed("key '\(keys.joined(separator: "."))' is missing, or no object")
        }
        return try tree.entries(of: object).map { key, index in
            let name = String(decoding: key, as: UTF8.self)
            guard tree.nodes[index].kind == .number, let value = Int(tree.spelling(of: index))
            else {
                throw malformed(
                    "'\((keys + [name]).joined(separator: ".").clipped)' is "
                        + "\(tree.description(of: index)), expected a whole number")
            }
            return (name, value)
        }
    }
}

/// The text without a byte order mark.
private func withoutMark(_ data: Data) -> Data {
    data.starts(with: [0xEF, 0xBB, 0xBF]) ? Data(data.dropFirst(3)) : data
}

/// Encodes with sorted keys, so that equal values give equal bytes.
package func encodeJSON(_ value: some Encodable, pretty: Bool = true) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting =
        pretty
        ? [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        : [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return try encoder.encode(value)
}

extension DecodingError {
    fileprivate var sentence: String {
        switch self {
        case .keyNotFound(let key, let context):
            "key '\(Self.name(context.codingPath + [key]))' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            context.codingPath.isEmpty
                ? "the text \(context.debugDescription)"
                : "'\(Self.name(context.codingPath))' \(context.debugDescription)"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? context.debugDescription
                : "'\(Self.name(context.codingPath))': \(context.debugDescription)"
        @unknown default: "\(self)"
        }
    }

    private static func name(_ path: [any CodingKey]) -> String {
        path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue.clipped }.joined(separator: ".")
    }
}
