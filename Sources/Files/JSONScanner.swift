import Foundation

/// Why a text is not taken for JSON before it is decoded.
package enum JSONFlaw: Error, Equatable, CustomStringConvertible {
    case notUTF8(byte: Int)
    /// Where a key stands twice in one object the file means two things: readers take the one or the
    /// other. All JSON that the program reads is refused then, as safetensors headers are.
    case doubledKey(path: String)
    case tooDeep
    case loneSurrogate(byte: Int)

    package var description: String {
        switch self {
        case .notUTF8(let byte): "byte \(byte) is not UTF-8"
        case .doubledKey(let path): "key '\(path)' stands twice; keep one of them"
        case .loneSurrogate(let byte):
            "the escape at byte \(byte) is one half of a surrogate pair without the other, which is"
                + " no character"
        case .tooDeep:
            "lists and objects are nested deeper than \(JSONScanner.maximumDepth) levels"
        }
    }
}

/// Walks once over a JSON text before a decoder gets it: finds keys that stand twice, and says which
/// pieces of text to replace so that numbers which JSON cannot spell become strings that the decoder
/// takes for them: `NaN` and `Infinity` as Python writes them, and the tagged form
/// `{"__float__": "Infinity"}` of transformers 5.
///
/// What is no JSON at all is left to the decoder, whose errors say where.
struct JSONScanner {
    static let maximumDepth = 256

    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    /// Of the containers around, innermost last; nil for lists.
    private var open: [Keys?] = []
    private(set) var replacements: [(range: Range<Int>, text: String)] = []
    /// Where the strings `inf`, `-inf` and `nan` stand as values.
    private(set) var spelledNumbers: [(range: Range<Int>, text: String)] = []

    private struct Keys {
        /// Compared byte by byte: canonically equal names are different ones.
        var seen: Set<[UInt8]> = []
        var current: [UInt8] = []
        /// The last value that is a string.
        var text: String?
        /// Where the object begins.
        let start: Int
    }

    private struct NoJSON: Error {}

    /// What JSON cannot spell, in the words that the decoder knows.
    private static let nonFinite: Set = ["NaN", "Infinity", "-Infinity"]
    private static let spelled = ["inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"]

    /// Keys and places of the values of the object at `wanted`, in their order.
    private(set) var entries: [(key: [UInt8], value: Range<Int>)] = []
    /// Whether there is such an object, with a key at least.
    private(set) var hasListed = false
    private let wanted: [[UInt8]]?

    /// - Parameter wanted: the keys that lead to an object whose entries are to be listed.
    init(_ bytes: UnsafeRawBufferPointer, listing wanted: [String]? = nil) {
        self.bytes = bytes
        self.wanted = wanted?.map { Array($0.utf8) }
    }

    mutating func scan() throws(JSONFlaw) {
        do {
            repeat { try value() } while try goesOn()
        } catch let flaw as JSONFlaw {
            throw flaw
        } catch {}
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private mutating func take(_ byte: Character) -> Bool {
        skipSpace()
        guard next == byte.asciiValue else { return false }
        position += 1
        return true
    }

    /// A whole value, or the beginning of a list or an object.
    private mutating func value() throws {
        while true {
            skipSpace()
            let start = position
            if take("{") {
                try push(Keys(start: start))
                if !take("}") { return try key() }
                pop()
            } else if take("[") {
                try push(nil)
                skipSpace()
                if next != UInt8(ascii: "]") { continue }
                position += 1
                open.removeLast()
            } else if next == UInt8(ascii: "\"") {
                let text = String(decoding: try string(atMost: 16), as: UTF8.self)
                if let number = Self.spelled[text] {
                    spelledNumbers.append((start..<position, "\"\(number)\""))
                }
                if let keys = open.last, keys != nil { open[open.count - 1]?.text = text }
            } else {
                try word()
            }
            return
        }
    }

    /// A key and the colon after it; its value comes next.
    private mutating func key() throws {
        skipSpace()
        let name = try string()
        guard take(":") else { throw NoJSON() }
        let depth = open.count - 1
        guard open[depth]?.seen.insert(name).inserted == true else {
            open[depth]?.current = name
            let names = open.map { $0.map { String(decoding: $0.current, as: UTF8.self) } ?? "[]" }
            throw JSONFlaw.doubledKey(path: names.joined(separator: "."))
        }
        open[depth]?.current = name
        skipSpace()
        let start = position
        let isListed =
            wanted.map { depth == $0.count && open.prefix(depth).map { $0?.current } == $0 }
            ?? false
        hasListed = hasListed || isListed
        try value()
        // Of a list or an object that is not empty only the beginning, which is no number either.
        if isListed { entries.append((name, start..<position)) }
    }

    /// What stands between a value and the next one; false at the end of the text.
    private mutating func goesOn() throws -> Bool {
        while let inside = open.last {
            if take(",") {
                if inside != nil { try key() } else { return true }
            } else if inside != nil, take("}") {
                pop()
            } else if inside == nil, take("]") {
                open.removeLast()
            } else {
                throw NoJSON()
            }
        }
        return false
    }

    private mutating func push(_ keys: Keys?) throws {
        guard open.count < Self.maximumDepth else { throw JSONFlaw.tooDeep }
        open.append(keys)
    }

    /// Ends an object; one that is a tagged number is replaced.
    private mutating func pop() {
        guard let keys = open.removeLast(), keys.seen == [Array("__float__".utf8)],
            let number = keys.text, Self.nonFinite.contains(number)
        else { return }
        replacements.append((keys.start..<position, "\"\(number)\""))
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// A string's content with its escapes resolved; nothing of one that has more bytes than asked for.
    private mutating func string(atMost limit: Int = .max) throws -> [UInt8] {
        guard next == UInt8(ascii: "\"") else { throw NoJSON() }
        let start = position + 1
        var end = start
        var hasEscapes = false
        while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
            if bytes[end] == UInt8(ascii: "\\") {
                hasEscapes = true
                end += 1
            }
            end += 1
        }
        guard end < bytes.count else { throw NoJSON() }
        position = end + 1
        let content = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        if hasEscapes, let place = loneSurrogate(in: content) {
            throw JSONFlaw.loneSurrogate(byte: start + place)
        }
        guard content.count <= limit else { return [] }
        guard hasEscapes else { return Array(content) }
        let quoted = UnsafeRawBufferPointer(rebasing: bytes[start - 1...end])
        let text = try? JSONDecoder().decode(String.self, from: Data(quoted))
        return text.map { Array($0.utf8) } ?? Array(content)
    }

    /// Where an escape `\\uD800` to `\\uDFFF` has no partner.
    private func loneSurrogate(in content: UnsafeRawBufferPointer) -> Int? {
        func unit(at place: Int) -> UInt16? {
            guard place + 6 <= content.count, content[place] == UInt8(ascii: "\\"),
                content[place + 1] == UInt8(ascii: "u")
            else { return nil }
            return UInt16(
                String(decoding: content[place + 2..<place + 6], as: UTF8.self), radix: 16)
        }
        var place = 0
        while place < content.count {
            guard content[place] == UInt8(ascii: "\\") else {
                place += 1
                continue
            }
            switch unit(at: place) {
            case let high? where UTF16.isLeadSurrogate(high):
                guard let low = unit(at: place + 6), UTF16.isTrailSurrogate(low) else {
                    return place
                }
                place += 12
            case let low? where UTF16.isTrailSurrogate(low): return place
            case nil: place += 2
            default: place += 6
            }
        }
        return nil
    }

    /// A number, `true`, `false`, `null`, or a number that JSON cannot spell.
    private mutating func word() throws {
        let start = position
        while let byte = next, !isSpace(byte), !",]}:\"[{".utf8.contains(byte) { position += 1 }
        guard position > start else { throw NoJSON() }
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        if Self.nonFinite.contains(word) {
            replacements.append((start..<position, "\"\(word)\""))
        }
    }
}
