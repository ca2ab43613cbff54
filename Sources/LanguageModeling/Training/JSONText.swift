import Foundation

/// The text of a JSON object whose keys are set one by one; whatever else stands in it keeps its order
/// and its spelling.
struct JSONText {
    private(set) var text: String

    /// An entry of the object itself, not of what stands in it: from its key to the end of its value.
    private struct Entry {
        let key: String
        let range: Range<String.Index>
    }

    /// - Parameter text: of an object, known to be JSON.
    init(_ text: String) { self.text = text }

    func contains(_ key: String) -> Bool { entries.contains { $0.key == key } }

    /// Sets a key to a value, which is spelled as JSON, or takes it out.
    mutating func set(_ key: String, to value: String?) {
        let entries = entries
        let index = entries.firstIndex { $0.key == key }
        switch (index, value) {
        case (let index?, let value?):
            text.replaceSubrange(entries[index].range, with: "\"\(key)\": \(value)")
        case (let index?, nil):
            let range = entries[index].range
            if index + 1 < entries.count {
                text.removeSubrange(range.lowerBound..<entries[index + 1].range.lowerBound)
            } else {
                let start = index > 0 ? entries[index - 1].range.upperBound : range.lowerBound
                text.removeSubrange(start..<range.upperBound)
            }
        case (nil, let value?):
            guard let brace = text.firstIndex(of: "{") else { return }
            text.insert(
                contentsOf: "\n  \"\(key)\": \(value)\(entries.isEmpty ? "" : ",")",
                at: text.index(after: brace))
        case (nil, nil): break
        }
    }

    private var entries: [Entry] {
        var result: [Entry] = []
        var (depth, isString, isEscaped) = (0, false, false)
        // Of the entry under way: where it begins, and where its last sign so far ends.
        var start: String.Index?
        var end = text.startIndex
        func finish() {
            if let start, let key = Self.key(text[start..<end]) {
                result.append(Entry(key: key, range: start..<end))
            }
            start = nil
        }
        for index in text.unicodeScalars.indices {
            let sign = text.unicodeScalars[index]
            if isString {
                isString = isEscaped || sign != "\""
                isEscaped = !isEscaped && sign == "\\"
            } else if sign == "," && depth == 1 {
                finish()
                continue
            } else if sign == "}" || sign == "]" {
                depth -= 1
                if depth == 0 { finish() }
            } else if sign == "{" || sign == "[" {
                depth += 1
                if depth == 1 { continue }
            } else if sign == "\"" {
                isString = true
            } else if sign.properties.isWhitespace {
                continue
            }
            if depth > 0 {
                start = start ?? index
                end = text.unicodeScalars.index(after: index)
            }
        }
        return result
    }

    /// The string with which an entry begins.
    private static func key(_ entry: Substring) -> String? {
        var isEscaped = false
        let close = entry.unicodeScalars.indices.dropFirst().first { index in
            let sign = entry.unicodeScalars[index]
            defer { isEscaped = !isEscaped && sign == "\\" }
            return sign == "\"" && !isEscaped
        }
        return close.flatMap {
            try? JSONDecoder().decode(String.self, from: Data(entry[...$0].utf8))
        }
    }
}
