import Foundation

/// Decodes a JSON file.
///
/// Beside what the standard has, numbers may be infinite or none in all spellings in use: bare as
/// Python writes them, tagged as transformers 5 does (`{"__float__": "Infinity"}`), or the strings
/// `Infinity`, `-Infinity`, `NaN`, `inf`, `-inf`, `nan`. A byte order mark is skipped. Doubled keys are
/// refused.
///
/// - Throws: `FileError.malformedJSON` with the key path of what is wrong.
package func decodeJSON<T: Decodable>(_ type: T.Type, from path: String) throws -> T {
    try decodeJSON(type, from: readFile(path), path: path)
}

package func decodeJSON<T: Decodable>(
    _ type: T.Type, from data: Data, path: String
) throws -> T {
    do {
        return try decodingJSON(data) { try $0.decode(type, from: $1) }
    } catch let error as DecodingError {
        throw FileError.malformedJSON(path: path, reason: error.sentence)
    } catch let flaw as JSONFlaw {
        throw FileError.malformedJSON(path: path, reason: flaw.description)
    }
}

/// Prepares a text as `decodeJSON` describes and calls `decode` with it.
///
/// - Throws: `JSONFlaw`, and what `decode` throws.
package func decodingJSON<T>(
    _ data: Data, _ decode: (JSONDecoder, Data) throws -> T
) throws -> T {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    let (text, spelledNumbers) = try normalized(withoutMark(data))
    do {
        return try decode(decoder, text)
    } catch is DecodingError where !spelledNumbers.isEmpty {
        // Where a number is expected a string such as "inf" is one.
        return try decode(decoder, replacing(spelledNumbers, in: text))
    }
}

/// The whole numbers under the keys of an object in a JSON text, with keys compared byte by byte:
/// Foundation's decoder takes keys that are canonically equal, such as U+212B and U+00C5, for one.
///
/// - Parameter path: the keys that lead to the object.
/// - Throws: `FileError.malformedJSON` for a value that is no whole number.
package func integerEntries(
    of keys: [String], in data: Data, path: String
) throws -> [(key: String, value: Int)] {
    try withoutMark(data).withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
        var scanner = JSONScanner(bytes, listing: keys)
        do {
            try scanner.scan()
        } catch let flaw as JSONFlaw {
            throw FileError.malformedJSON(path: path, reason: flaw.description)
        }
        guard scanner.hasListed else {
            throw FileError.malformedJSON(
                path: path, reason: "key '\(keys.joined(separator: "."))' is missing, or no object")
        }
        return try scanner.entries.map { key, place in
            let (name, text) = (
                String(decoding: key, as: UTF8.self), String(decoding: bytes[place], as: UTF8.self)
            )
            guard let value = Int(text) else {
                let place = (keys + [name]).joined(separator: ".").clipped
                throw FileError.malformedJSON(
                    path: path, reason: "'\(place)' is \(text.clipped), expected a whole number")
            }
            return (name, value)
        }
    }
}

/// The text without a byte order mark.
private func withoutMark(_ data: Data) -> Data {
    data.starts(with: [0xEF, 0xBB, 0xBF]) ? Data(data.dropFirst(3)) : data
}

/// The text with every number that JSON cannot spell as a string, and what else may be such a number.
private func normalized(
    _ data: Data
) throws(JSONFlaw) -> (text: Data, spelledNumbers: [(range: Range<Int>, text: String)]) {
    func scan(_ data: Data) throws(JSONFlaw) -> JSONScanner {
        let result = data.withUnsafeBytes { bytes in
            Result<JSONScanner, JSONFlaw> { () throws(JSONFlaw) in
                if let byte = firstInvalidUTF8(in: bytes) { throw .notUTF8(byte: byte) }
                var scanner = JSONScanner(bytes)
                try scanner.scan()
                return scanner
            }
        }
        return try result.get()
    }
    let scanner = try scan(data)
    guard !scanner.replacements.isEmpty else { return (data, scanner.spelledNumbers) }
    let text = replacing(scanner.replacements, in: data)
    return (text, try scan(text).spelledNumbers)
}

private func replacing(_ pieces: [(range: Range<Int>, text: String)], in data: Data) -> Data {
    var (result, end) = (Data(), 0)
    for (range, text) in pieces.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
        result += data[(data.startIndex + end)..<(data.startIndex + range.lowerBound)]
        result += Data(text.utf8)
        end = range.upperBound
    }
    return result + data[(data.startIndex + end)...]
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
