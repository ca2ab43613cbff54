/// Parses a JSON text (RFC 8259, and no more than that): no comma before a bracket that closes, no
/// number such as `01`, `1.`, `.5` or `+1`, nothing after the value. Beyond it there are the numbers that
/// are infinite or none, `NaN` and `Infinity` as Python writes them, and tagged as transformers 5 does,
/// `{"__float__": "Infinity"}`.
struct JSONParser {
    static let maximumDepth = 256
    static let maximumBytes = Int(UInt32.max)
    /// Beyond what any file of ours has; a small compressed one can hold a list without end.
    static let maximumValues = 1 << 25

    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var nodes: [JSONNode] = []
    /// The keys that lead to the value that is parsed; nil for a list.
    private var path: [[UInt8]?] = []

    private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The values of a text; see `JSONTree`.
    static func nodes(of bytes: UnsafeRawBufferPointer) throws(JSONFlaw) -> [JSONNode] {
        guard bytes.count <= maximumBytes else { throw .tooLong(bytes: bytes.count) }
        if let byte = firstInvalidUTF8(in: bytes) { throw .notUTF8(byte: byte) }
        var parser = JSONParser(bytes)
        try parser.value()
        guard parser.afterSpace == nil else { throw parser.unexpected("the end of the text") }
        return parser.nodes
    }

    /// The next byte that is no white space, which it moves to; nil at the end.
    private var afterSpace: UInt8? {
        mutating get {
            while position < bytes.count {
                let byte = bytes[position]
                guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else {
                    return byte
                }
                position += 1
            }
            return nil
        }
    }

    private mutating func take(_ byte: Character) -> Bool {
        guard afterSpace == byte.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func value() throws(JSONFlaw) {
        guard nodes.count < Self.maximumValues else { throw .tooManyValues }
        switch afterSpace {
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["): try list()
        case UInt8(ascii: "\""): try string()
        default: try word()
        }
    }

    private mutating func list() throws(JSONFlaw) {
        let node = try open(.list)
        path.append(nil)
        if !take("]") {
            repeat { try value() } while take(",")
            guard take("]") else { throw unexpected("',' or ']'") }
        }
        close(node)
    }

    private mutating func object() throws(JSONFlaw) {
        let node = try open(.object)
        path.append([])
        // Compared byte by byte: canonically equal names are different ones.
        var seen: Set<[UInt8]> = []
        if !take("}") {
            repeat {
                guard afterSpace == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
                let key = nodes.count
                try string()
                let name = nodes[key].content(in: bytes)
                path[path.count - 1] = name
                guard seen.insert(name).inserted else { throw .doubledKey(path: spelledPath) }
                guard take(":") else { throw unexpected("':'") }
                try value()
            } while take(",")
            guard take("}") else { throw unexpected("',' or '}'") }
        }
        close(node)
        if seen == [Array("__float__".utf8)] { untag(node) }
    }

    /// Begins a list or an object, of which `close` fills in the rest.
    private mutating func open(_ kind: JSONNode.Kind) throws(JSONFlaw) -> Int {
        guard path.count < Self.maximumDepth else { throw .tooDeep }
        append(kind, position..<position)
        position += 1
        return nodes.count - 1
    }

    private mutating func close(_ node: Int) {
        path.removeLast()
        nodes[node].end = UInt32(position)
        nodes[node].next = UInt32(nodes.count)
    }

    /// Makes a number of an object that is a tagged one.
    private mutating func untag(_ object: Int) {
        let value = nodes[object + 2]
        guard value.kind == .string, Self.isNotFinite(value.content(in: bytes)) else { return }
        nodes.removeSubrange(object...)
        append(.notFinite, Int(value.start)..<Int(value.end))
    }

    private mutating func append(_ kind: JSONNode.Kind, _ range: Range<Int>) {
        nodes.append(
            JSONNode(
                kind: kind, start: UInt32(range.lowerBound), end: UInt32(range.upperBound),
                next: UInt32(nodes.count + 1)))
    }

    private mutating func string() throws(JSONFlaw) {
        let start = position + 1
        var hasEscapes = false
        position = start
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            guard bytes[position] >= 0x20 else {
                throw unexpected("control characters to be escaped inside a string")
            }
            if bytes[position] == UInt8(ascii: "\\") {
                hasEscapes = true
                try escape()
            } else {
                position += 1
            }
        }
        guard position < bytes.count else { throw unexpected("'\"' at the end of a string") }
        append(hasEscapes ? .escapedString : .string, start..<position)
        position += 1
    }

    private mutating func escape() throws(JSONFlaw) {
        let start = position
        position += 1
        guard position < bytes.count else { return }
        if "\"\\/bfnrt".utf8.contains(bytes[position]) {
            position += 1
            return
        }
        guard bytes[position] == UInt8(ascii: "u"), let unit = escapedUnit(bytes, at: start + 2)
        else { throw unexpected("an escape that JSON has") }
        position = start + 6
        if UTF16.isTrailSurrogate(unit) { throw .loneSurrogate(byte: start) }
        guard UTF16.isLeadSurrogate(unit) else { return }
        guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u"),
            let other = escapedUnit(bytes, at: position + 2), UTF16.isTrailSurrogate(other)
        else { throw .loneSurrogate(byte: start) }
        position += 6
    }

    /// A number, `true`, `false`, `null`, or a number that JSON cannot spell.
    private mutating func word() throws(JSONFlaw) {
        let start = position
        while position < bytes.count, bytes[position] > 0x20,
            !",]}:\"[{".utf8.contains(bytes[position])
        {
            position += 1
        }
        let word = Array(bytes[start..<position])
        switch word {
        case Array("null".utf8): append(.null, start..<position)
        case Array("true".utf8): append(.isTrue, start..<position)
        case Array("false".utf8): append(.isFalse, start..<position)
        case _ where Self.isNotFinite(word): append(.notFinite, start..<position)
        case _ where Self.isNumber(word): append(.number, start..<position)
        case []: throw unexpected("a value")
        default:
            position = start
            let text = String(decoding: word, as: UTF8.self).clipped
            throw unexpected("a value such as 0.5, -1, 1e-3, true or null", found: "'\(text)'")
        }
    }

    private static func isNotFinite(_ word: [UInt8]) -> Bool {
        ["NaN", "Infinity", "-Infinity"].contains { Array($0.utf8) == word }
    }

    private static func isNumber(_ word: [UInt8]) -> Bool {
        var rest = word[...]
        func takeDigits() -> Int {
            let count = rest.prefix { (0x30...0x39).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let hasZero = rest.first == UInt8(ascii: "0")
        let whole = takeDigits()
        guard whole == 1 || whole > 1 && !hasZero else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard takeDigits() > 0 else { return false }
        }
        if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if let sign = rest.first, "+-".utf8.contains(sign) { rest = rest.dropFirst() }
            guard takeDigits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    private var spelledPath: String {
        path.map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "[]" }.joined(separator: ".")
    }

    private func unexpected(_ expected: String, found: String? = nil) -> JSONFlaw {
        let line = 1 + bytes[..<position].count { $0 == 0x0A }
        let rest = bytes[position...].prefix(4)
        let next = String(decoding: rest, as: UTF8.self).unicodeScalars.first
        let shown = next.map { "'\(String($0).clipped)'" } ?? "the end of the text"
        return .unexpected(byte: position, line: line, found: found ?? shown, expected: expected)
    }
}
