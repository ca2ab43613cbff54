/// A value in a JSON text that was parsed.
struct JSONNode {
    enum Kind: UInt8 {
        case null, isFalse, isTrue, number
        /// Infinite or none, which JSON has no number for: bare, or tagged as transformers 5 does.
        case notFinite
        case string
        /// A string in which something is escaped.
        case escapedString
        case list, object
    }

    var kind: Kind
    /// Its text; of a string without the quotes.
    var start, end: UInt32
    /// The index after the last node inside. A key of an object is a node before that of its value.
    var next: UInt32

    /// The UTF-8 of a string in the text `bytes`, with its escapes resolved.
    func content(in bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let raw = UnsafeRawBufferPointer(rebasing: bytes[Int(start)..<Int(end)])
        return kind == .escapedString ? unescaped(raw) : Array(raw)
    }
}

/// A JSON text and the values in it, the outermost first, every one followed by those inside.
///
/// As short-lived as the bytes.
final class JSONTree {
    private let bytes: UnsafeRawBufferPointer
    let nodes: [JSONNode]

    /// - Throws: `JSONFlaw` for anything but one sound value.
    init(_ bytes: UnsafeRawBufferPointer) throws(JSONFlaw) {
        self.bytes = bytes
        nodes = try JSONParser.nodes(of: bytes)
    }

    /// The indices of the values in a list.
    func items(of list: Int) -> [Int] {
        var (items, index) = ([Int](), list + 1)
        while index < Int(nodes[list].next) {
            items.append(index)
            index = Int(nodes[index].next)
        }
        return items
    }

    /// The keys of an object and the indices of their values, in their order.
    func entries(of object: Int) -> [(key: [UInt8], value: Int)] {
        let keysAndValues = items(of: object)
        return stride(from: 0, to: keysAndValues.count, by: 2).map {
            (nodes[keysAndValues[$0]].content(in: bytes), keysAndValues[$0 + 1])
        }
    }

    /// The index of the value under a key; nil if there is none, or no object.
    func entry(_ key: String, of object: Int) -> Int? {
        guard nodes[object].kind == .object else { return nil }
        return entries(of: object).first { $0.key.elementsEqual(key.utf8) }?.value
    }

    /// The text of a number or a word as it stands there.
    func spelling(of index: Int) -> String {
        let place = Int(nodes[index].start)..<Int(nodes[index].end)
        return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[place]), as: UTF8.self)
    }

    /// The text of a string; nil of another value.
    func string(at index: Int) -> String? {
        switch nodes[index].kind {
        case .string: spelling(of: index)
        case .escapedString: String(decoding: nodes[index].content(in: bytes), as: UTF8.self)
        default: nil
        }
    }

    /// The number that a value is or stands for, in all spellings in use of those that JSON does not
    /// have; nil of another value.
    func number(at index: Int) -> Double? {
        switch nodes[index].kind {
        case .number: return Double(spelling(of: index))
        case .notFinite, .string:
            switch spelling(of: index) {
            case "Infinity", "inf": return .infinity
            case "-Infinity", "-inf": return -.infinity
            case "NaN", "nan": return .nan
            default: return nil
            }
        default: return nil
        }
    }

    /// A value for a message.
    func description(of index: Int) -> String {
        switch nodes[index].kind {
        case .null: "null"
        case .isFalse, .isTrue: spelling(of: index)
        case .number, .notFinite: "\(spelling(of: index).clipped) (a number)"
        case .string, .escapedString: "'\((string(at: index) ?? "").clipped)' (a string)"
        case .list: "a list"
        case .object: "an object"
        }
    }
}

/// The content of a sound JSON string.
func unescaped(_ text: UnsafeRawBufferPointer) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var place = 0
    while place < text.count {
        let plain = text[place...].prefix { $0 != UInt8(ascii: "\\") }
        result.append(contentsOf: UnsafeRawBufferPointer(rebasing: plain))
        place = plain.endIndex + 2
        guard place <= text.count else { break }
        switch text[place - 1] {
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "u"):
            var units = [escapedUnit(text, at: place) ?? 0]
            place += 4
            if UTF16.isLeadSurrogate(units[0]) {
                units.append(escapedUnit(text, at: place + 2) ?? 0)
                place += 6
            }
            result += String(decoding: units, as: UTF16.self).utf8
        case let other: result.append(other)
        }
    }
    return result
}

/// Four hexadecimal digits.
func escapedUnit(_ text: UnsafeRawBufferPointer, at place: Int) -> UInt16? {
    guard place + 4 <= text.count else { return nil }
    var unit: UInt16 = 0
    for byte in text[place..<place + 4] {
        switch byte {
        case 0x30...0x39: unit = unit << 4 | UInt16(byte - 0x30)
        case 0x41...0x46, 0x61...0x66: unit = unit << 4 | UInt16((byte | 0x20) - 0x57)
        default: return nil
        }
    }
    return unit
}
