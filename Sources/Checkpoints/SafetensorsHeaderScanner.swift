/// Reads the JSON of a safetensors header.
///
/// The format allows one shape of JSON only, two objects deep, so the scanner needs no recursion,
/// and unlike a general parser it sees a name that is given twice.
struct SafetensorsHeaderScanner {
    struct Tensor {
        let name: String
        let dtype: String
        let shape: [Int]
        let begin: Int
        let end: Int
    }

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Gives each tensor to `body` in the order of the header.
    ///
    /// - Returns: the entries of `__metadata__`.
    mutating func scan(
        _ body: (Tensor) throws(SafetensorsFlaw) -> Void
    ) throws(SafetensorsFlaw) -> [String: String] {
        guard bytes.first == UInt8(ascii: "{") else { throw flaw("'{'") }
        var metadata: [String: String]?
        // Byte by byte: names that are canonically equal are different ones.
        var names: Set<[UInt8]> = []
        try object { scanner, name throws(SafetensorsFlaw) in
            guard names.insert(Array(name.utf8)).inserted else { throw .duplicateName(name) }
            if name == "__metadata__" {
                metadata = try scanner.strings()
            } else {
                try body(scanner.tensor(name))
            }
        }
        skipSpace()
        guard position == bytes.count else { throw flaw("the end") }
        return metadata ?? [:]
    }

    private mutating func strings() throws(SafetensorsFlaw) -> [String: String] {
        var result: [String: String] = [:]
        try object { scanner, key throws(SafetensorsFlaw) in
            guard result.updateValue(try scanner.string(), forKey: key) == nil else {
                throw .duplicateName(key)
            }
        }
        return result
    }

    private mutating func tensor(_ name: String) throws(SafetensorsFlaw) -> Tensor {
        var dtype: String?
        var shape: [Int]?
        var offsets: [Int]?
        try object { scanner, field throws(SafetensorsFlaw) in
            switch field {
            case "dtype" where dtype == nil: dtype = try scanner.string()
            case "shape" where shape == nil: shape = try scanner.integers()
            case "data_offsets" where offsets == nil: offsets = try scanner.integers()
            case "dtype", "shape", "data_offsets": throw .duplicateName(field)
            default: throw .unknownField(tensor: name, field: field)
            }
        }
        guard let dtype else { throw .missingField(tensor: name, field: "dtype") }
        guard let shape else { throw .missingField(tensor: name, field: "shape") }
        guard let offsets else { throw .missingField(tensor: name, field: "data_offsets") }
        guard offsets.count == 2 else { throw flaw("two data_offsets before this point") }
        return Tensor(
            name: name, dtype: dtype, shape: shape, begin: offsets[0], end: offsets[1])
    }

    /// `{"key": value, ...}`; `value` must consume exactly one value.
    private mutating func object(
        _ value: (inout Self, String) throws(SafetensorsFlaw) -> Void
    ) throws(SafetensorsFlaw) {
        try expect("{")
        if accept("}") { return }
        repeat {
            let key = try string()
            try expect(":")
            try value(&self, key)
        } while accept(",")
        try expect("}")
    }

    private mutating func integers() throws(SafetensorsFlaw) -> [Int] {
        try expect("[")
        if accept("]") { return [] }
        var result: [Int] = []
        repeat { result.append(try integer()) } while accept(",")
        try expect("]")
        return result
    }

    private mutating func integer() throws(SafetensorsFlaw) -> Int {
        skipSpace()
        let start = position
        var value = 0
        while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"),
            digit < 10
        {
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(Int(digit))
            guard !overflow, !carry else { throw flaw("an integer below 2^63") }
            value = sum
            position += 1
        }
        let leadingZero = bytes[start..<position].first == UInt8(ascii: "0")
        guard position > start, !leadingZero || position == start + 1 else {
            position = start
            throw flaw("an integer that is not negative")
        }
        return value
    }

    private mutating func string() throws(SafetensorsFlaw) -> String {
        try expect("\"")
        let start = position
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: text, as: UTF8.self) else {
                    position = start
                    throw flaw("a string in UTF-8")
                }
                return text
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw flaw("no control character before this point")
            default: text.append(byte)
            }
        }
        throw flaw("the end of a string")
    }

    private mutating func escape(into text: inout [UInt8]) throws(SafetensorsFlaw) {
        guard position < bytes.count else { throw flaw("an escaped character") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if 0xD800..<0xDC00 ~= code {
                try expectNow("\\")
                try expectNow("u")
                let low = try hexadecimal()
                guard 0xDC00..<0xE000 ~= low else { throw flaw("a low surrogate") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw flaw("a high surrogate") }
            text.append(contentsOf: String(Character(scalar)).utf8)
        default: throw flaw("a known escape before this point")
        }
    }

    private mutating func hexadecimal() throws(SafetensorsFlaw) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count,
                let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
            else { throw flaw("four hexadecimal digits") }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
            position += 1
        }
    }

    private mutating func accept(_ character: Character) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Character) throws(SafetensorsFlaw) {
        guard accept(character) else { throw flaw("'\(character)'") }
    }

    private mutating func expectNow(_ character: Character) throws(SafetensorsFlaw) {
        guard position < bytes.count, bytes[position] == character.asciiValue else {
            throw flaw("'\(character)'")
        }
        position += 1
    }

    private func flaw(_ expected: String) -> SafetensorsFlaw {
        .syntax(byte: position, expected: expected)
    }
}
