/// Reads the tokens of a flat Python literal from bytes: dictionaries, names in quotes, numbers.
struct PythonScanner {
    private let bytes: [UInt8]
    private let path: String
    private var index = 0

    init(_ bytes: [UInt8], path: String) {
        self.bytes = bytes
        self.path = path
    }

    /// `{entry, entry, …}` with an optional comma at the end.
    mutating func dictionary(_ entry: (inout PythonScanner) throws -> Void) throws {
        try symbol("{")
        while peek() != UInt8(ascii: "}") {
            try entry(&self)
            guard peek() == UInt8(ascii: ",") else { break }
            index += 1
        }
        try symbol("}", orElse: "',' or '}'")
    }

    mutating func symbol(_ symbol: Character, orElse expected: String? = nil) throws {
        guard let next = peek(), next == symbol.asciiValue else {
            throw error(expected: expected ?? "'\(symbol)'")
        }
        index += 1
    }

    /// One of a few words in single or double quotes.
    mutating func string(oneOf words: [String]) throws -> String {
        if let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") {
            for word in words {
                let spelled = [quote] + Array(word.utf8) + [quote]
                if bytes[index...].starts(with: spelled) {
                    index += spelled.count
                    return word
                }
            }
        }
        throw error(
            expected: words.isEmpty ? "'}'" : words.map { "'\($0)'" }.joined(separator: " or "))
    }

    mutating func integer(_ what: String) throws -> Int {
        skipSpace()
        let start = index
        guard let value = Int(word()), bytes[start] != UInt8(ascii: "+") else {
            index = start
            throw error(expected: what)
        }
        return value
    }

    /// A decimal number, `nan` or `inf`, bare or inside `np.float32(…)` and its like.
    mutating func number() throws -> Double {
        skipSpace()
        let start = index
        let token = word()
        guard Self.wrappers.contains(token) else {
            guard let value = Self.value(token) else {
                index = start
                throw error(expected: "a number")
            }
            return value
        }
        try symbol("(")
        skipSpace()
        let inner = index
        guard let value = Self.value(word()) else {
            index = inner
            throw error(expected: "a number")
        }
        try symbol(")")
        return value
    }

    mutating func end() throws {
        guard peek() == nil else { throw error(expected: "the end of the file") }
    }

    func error(expected: String) -> ResultError {
        let before = bytes[..<index]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count + 1
        let rest = bytes[index...].prefix(12)
        return .malformedLiteral(
            path: path, line: line, column: column, expected: expected,
            found: rest.isEmpty ? "the end of the file" : quoted(rest))
    }

    private static let wrappers: Set = ["np.float32", "np.float64", "np.int64"]

    /// Swift's own parser would also take hexadecimal and further spellings of infinity.
    private static func value(_ token: String) -> Double? {
        switch token {
        case "nan", "-nan": .nan
        case "inf": .infinity
        case "-inf": -.infinity
        default:
            token.allSatisfy { "0123456789+-.eE".contains($0) }
                && token.contains { ("0"..."9").contains($0) } ? Double(token) : nil
        }
    }

    /// The letters, digits and signs of one number or name; no such token has 64 of them.
    private mutating func word() -> String {
        let token = bytes[index...].prefix(64).prefix {
            switch $0 {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "+"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        index += token.count
        return String(decoding: token, as: UTF8.self)
    }

    /// The next byte that is not white space.
    private mutating func peek() -> UInt8? {
        skipSpace()
        return index < bytes.count ? bytes[index] : nil
    }

    private mutating func skipSpace() {
        while index < bytes.count, bytes[index] == 0x20 || (0x09...0x0D).contains(bytes[index]) {
            index += 1
        }
    }
}
