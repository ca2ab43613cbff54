/// The name of a tensor, equal to another if its bytes are.
///
/// Strings are equal where they look the same, be "é" one character or two, and would make one tensor
/// of two.
struct TensorName: Hashable, Comparable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (a: TensorName, b: TensorName) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    static func < (a: TensorName, b: TensorName) -> Bool {
        a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
        hasher.combine(UInt8(0xFF))
    }
}

/// As the key of a JSON object.
extension TensorName: Decodable, CodingKeyRepresentable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    var codingKey: any CodingKey { Key(stringValue: text) }

    init?(codingKey: some CodingKey) { self.init(codingKey.stringValue) }

    init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }
}
