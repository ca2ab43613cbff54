import Foundation

/// Decodes a JSON file; `Infinity` and `NaN` are accepted, bare as Python writes them and in quotes
/// as `encodeJSON` does.
///
/// - Throws: `FileError.malformedJSON` with the key path of what is wrong.
package func decodeJSON<T: Decodable>(_ type: T.Type, from path: String) throws -> T {
    try decodeJSON(type, from: readFile(path), path: path)
}

package func decodeJSON<T: Decodable>(
    _ type: T.Type, from data: Data, path: String
) throws -> T {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
        do {
            return try decoder.decode(type, from: data)
        } catch DecodingError.dataCorrupted {
            // JSON5 has Infinity and NaN, but Foundation's reader of it refuses \u0000.
            decoder.allowsJSON5 = true
            return try decoder.decode(type, from: data)
        }
    } catch let error as DecodingError {
        throw FileError.malformedJSON(path: path, reason: error.sentence)
    }
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
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            "'\(Self.name(context.codingPath))' is not of the type expected (\(type))"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? (context.underlyingError.map { "\($0)" } ?? context.debugDescription)
                : "'\(Self.name(context.codingPath))': \(context.debugDescription)"
        @unknown default: "\(self)"
        }
    }

    private static func name(_ path: [any CodingKey]) -> String {
        path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
}
