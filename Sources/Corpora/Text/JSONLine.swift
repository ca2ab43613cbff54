import Base
import Foundation

/// Decodes the text under one key of a line that holds a JSON object.
struct JSONLineDecoder {
    let key: String

    /// - Throws: `CorpusError` with the line: not JSON, not an object, no such key, not a string.
    func text(of line: Line, path: String) throws -> String {
        do {
            return try line.decoded(path: path) { try KeyedText(from: $0, key: key).text }
        } catch let error as MissingKey {
            throw CorpusError.missingKey(
                path: path, line: line.number, key: key, found: error.found)
        }
    }
}

extension Line {
    /// Parses the line as JSON and calls `make` with its decoder.
    ///
    /// - Throws: `CorpusError` that names the line, and what else `make` throws.
    func decoded<T>(path: String, _ make: (any Decoder) throws -> T) throws -> T {
        try requireUTF8(bytes, path: path, line: number, offset: offset)
        do {
            return try decodingJSON(data, make)
        } catch let error as DecodingError {
            throw error.located(path: path, line: number)
        } catch let flaw as JSONFlaw {
            throw CorpusError.malformedRecord(
                path: path, line: number, reason: flaw.description)
        }
    }
}

extension Line {
    /// The bytes without a copy; as short-lived as they are.
    private var data: Data {
        guard let base = bytes.baseAddress else { return Data() }
        return Data(
            bytesNoCopy: UnsafeMutableRawPointer(mutating: base), count: bytes.count,
            deallocator: .none)
    }

    /// Whether it holds nothing but spaces, tabs and carriage returns.
    var isBlank: Bool {
        bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }
}

extension DecodingError {
    /// The same error as a `CorpusError` about a line.
    fileprivate func located(path: String, line: Int) -> CorpusError {
        switch self {
        case .keyNotFound(let key, _):
            return .incompleteRow(path: path, line: line, key: key.stringValue)
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            let reason = context.debugDescription
            guard let key = context.codingPath.first else {
                return .malformedRecord(path: path, line: line, reason: "the line \(reason)")
            }
            return .wrongValue(path: path, line: line, key: key.stringValue, reason: reason)
        case .dataCorrupted(let context):
            return .malformedRecord(path: path, line: line, reason: context.debugDescription)
        @unknown default:
            return .malformedRecord(path: path, line: line, reason: "\(self)")
        }
    }
}

private struct MissingKey: Error {
    let found: [String]
}

private struct KeyedText {
    let text: String

    init(from decoder: any Decoder, key: String) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let key = Key(stringValue: key)
        guard container.contains(key) else {
            throw MissingKey(found: listed(container.allKeys.map(\.stringValue)))
        }
        text = try container.decode(String.self, forKey: key)
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

/// Names found in a file, fit for an error message: sorted, few, short.
private func listed(_ names: [String]) -> [String] {
    let shown = names.sorted().prefix(8).map { clipped($0) }
    return names.count > shown.count ? shown + ["…"] : Array(shown)
}

/// The start of `text`, fit for an error message at a terminal: short, no control characters.
func clipped(_ text: some StringProtocol, to limit: Int = 40) -> String {
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if shown.count == limit { return String(shown) + "…" }
        shown.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
    }
    return String(shown)
}
