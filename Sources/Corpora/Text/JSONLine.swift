import Files
import Foundation

/// Decodes the text under one key of a line that holds a JSON object.
struct JSONLineDecoder {
    let key: String

    /// - Throws: `CorpusError` with the line: not JSON, not an object, no such key, not a string.
    func text(of line: Line, path: String) throws -> String {
        try requireUTF8(line.bytes, path: path, line: line.number, offset: line.offset)
        do {
            return try decodingJSON(line.data) {
                try $0.decode(KeyedText.self, from: $1, configuration: key).text
            }
        } catch let error as MissingKey {
            throw CorpusError.missingKey(
                path: path, line: line.number, key: key, found: error.found)
        } catch let error as DecodingError {
            throw error.located(path: path, line: line)
        } catch let flaw as JSONFlaw {
            throw flaw.located(path: path, line: line)
        }
    }
}

extension JSONFlaw {
    func located(path: String, line: Line) -> CorpusError {
        .flawedRecord(path: path, line: line.number, reason: description)
    }
}

extension Line {
    /// The bytes without a copy; as short-lived as they are.
    var data: Data {
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
    /// The same error as a `CorpusError` about a line. The decoder does not say where a line stops
    /// being JSON, so the error shows how the line starts.
    func located(path: String, line: Line) -> CorpusError {
        switch self {
        case .keyNotFound(let key, _):
            return .incompleteRow(path: path, line: line.number, key: key.stringValue)
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            guard let key = context.codingPath.last else { break }
            return .notText(
                path: path, line: line.number, key: key.stringValue,
                reason: context.debugDescription)
        default: break
        }
        let start = String(decoding: line.bytes.prefix(200), as: UTF8.self)
        return .malformedRecord(path: path, line: line.number, found: clipped(start))
    }
}

private struct MissingKey: Error {
    let found: [String]
}

private struct KeyedText: DecodableWithConfiguration {
    let text: String

    init(from decoder: any Decoder, configuration key: String) throws {
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
