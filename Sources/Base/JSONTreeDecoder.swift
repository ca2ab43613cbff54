/// What a value in a JSON text is decoded from.
///
/// Strict in what Foundation's decoder is lenient about: a number is no text, whichever number it is, and
/// every error says where the value stands and what it is.
struct JSONTreeDecoder: Decoder {
    let tree: JSONTree
    let index: Int
    private let parents: [any CodingKey]
    private let key: (any CodingKey)?

    var codingPath: [any CodingKey] { parents + (key.map { [$0] } ?? []) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(
        _ tree: JSONTree, at index: Int = 0, parents: [any CodingKey] = [],
        key: (any CodingKey)? = nil
    ) {
        self.tree = tree
        self.index = index
        self.parents = parents
        self.key = key
    }

    var kind: JSONNode.Kind { tree.nodes[index].kind }

    func container<Key: CodingKey>(
        keyedBy type: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        guard kind == .object else { throw mismatch([String: Any].self, "an object") }
        return KeyedDecodingContainer(JSONObjectContainer(self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard kind == .list else { throw mismatch([Any].self, "a list") }
        return JSONListContainer(self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        JSONValueContainer(decoder: self)
    }

    func mismatch(_ type: Any.Type, _ expected: String) -> DecodingError {
        .typeMismatch(
            type,
            .init(
                codingPath: codingPath,
                debugDescription: "is \(tree.description(of: index)), expected \(expected)"))
    }
}

private struct JSONValueContainer: SingleValueDecodingContainer {
    let decoder: JSONTreeDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.kind == .null }

    func decode(_ type: Bool.Type) throws -> Bool {
        switch decoder.kind {
        case .isTrue: true
        case .isFalse: false
        default: throw decoder.mismatch(type, "true or false")
        }
    }

    func decode(_ type: String.Type) throws -> String {
        guard let text = decoder.tree.string(at: decoder.index) else {
            throw decoder.mismatch(type, "a string")
        }
        return text
    }

    func decode(_ type: Double.Type) throws -> Double { try number() }
    func decode(_ type: Float.Type) throws -> Float { try number() }

    func decode(_ type: Int.Type) throws -> Int { try integer() }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
    func decode(_ type: UInt.Type) throws -> UInt { try integer() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try T(from: decoder) }

    /// Rounded from the number as it is written; one that is too large is no infinite one.
    private func number<T: BinaryFloatingPoint & LosslessStringConvertible>() throws -> T {
        guard let double = decoder.tree.number(at: decoder.index) else {
            throw decoder.mismatch(T.self, "a number")
        }
        guard decoder.kind == .number else { return T(double) }
        guard let value = T(decoder.tree.spelling(of: decoder.index)), value.isFinite else {
            throw decoder.mismatch(T.self, "one of at most \(T.greatestFiniteMagnitude)")
        }
        return value
    }

    /// `2.0` and `2e0` are 2.
    private func integer<T: FixedWidthInteger>() throws -> T {
        guard decoder.kind == .number else { throw decoder.mismatch(T.self, "a whole number") }
        let spelling = decoder.tree.spelling(of: decoder.index)
        if let value = T(spelling) { return value }
        guard let double = Double(spelling), double == double.rounded() else {
            throw decoder.mismatch(T.self, "a whole number")
        }
        guard abs(double) < 0x1p53, let value = T(exactly: double) else {
            throw decoder.mismatch(T.self, "a whole number from \(T.min) to \(T.max)")
        }
        return value
    }
}
