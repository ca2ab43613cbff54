/// The entries of an object in a JSON text.
struct JSONObjectContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let decoder: JSONTreeDecoder
    /// By the bytes of the key: canonically equal names are different ones.
    private let values: [[UInt8]: Int]
    let codingPath: [any CodingKey]

    init(_ decoder: JSONTreeDecoder) {
        self.decoder = decoder
        values = Dictionary(
            uniqueKeysWithValues: decoder.tree.entries(of: decoder.index).map { ($0.key, $0.value) }
        )
        codingPath = decoder.codingPath
    }

    var allKeys: [Key] {
        decoder.tree.entries(of: decoder.index)
            .compactMap { Key(stringValue: String(decoding: $0.key, as: UTF8.self)) }
    }

    func contains(_ key: Key) -> Bool { values[Array(key.stringValue.utf8)] != nil }

    private func value(_ key: any CodingKey) throws -> JSONTreeDecoder {
        guard let index = values[Array(key.stringValue.utf8)] else {
            throw DecodingError.keyNotFound(
                key, .init(codingPath: codingPath, debugDescription: "is missing"))
        }
        return JSONTreeDecoder(decoder.tree, at: index, parents: codingPath, key: key)
    }

    func decodeNil(forKey key: Key) throws -> Bool { try value(key).kind == .null }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try .init(from: value(key)) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        try .init(from: value(key))
    }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try .init(from: value(key))
    }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try .init(from: value(key)) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try .init(from: value(key)) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try .init(from: value(key)) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try .init(from: value(key)) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try .init(from: value(key)) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try .init(from: value(key)) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try .init(from: value(key)) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try .init(from: value(key)) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
        try .init(from: value(key))
    }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
        try .init(from: value(key))
    }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
        try .init(from: value(key))
    }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try T(from: value(key))
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { try value(key).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try value(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { try value(JSONPlace("super")) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try value(key) }
}

/// The items of a list in a JSON text.
struct JSONListContainer: UnkeyedDecodingContainer {
    private let decoder: JSONTreeDecoder
    private let items: [Int]
    let codingPath: [any CodingKey]
    private(set) var currentIndex = 0

    init(_ decoder: JSONTreeDecoder) {
        self.decoder = decoder
        items = decoder.tree.items(of: decoder.index)
        codingPath = decoder.codingPath
    }

    var count: Int? { items.count }
    var isAtEnd: Bool { currentIndex == items.count }

    private func item() throws -> JSONTreeDecoder {
        let place = JSONPlace(currentIndex)
        guard !isAtEnd else {
            throw DecodingError.keyNotFound(
                place, .init(codingPath: codingPath, debugDescription: "is missing"))
        }
        return JSONTreeDecoder(
            decoder.tree, at: items[currentIndex], parents: codingPath, key: place)
    }

    /// The next item, which stays the next one where it is not what is asked for.
    private mutating func next<T>(_ make: (JSONTreeDecoder) throws -> T) throws -> T {
        let value = try make(item())
        currentIndex += 1
        return value
    }

    mutating func decodeNil() throws -> Bool {
        guard try item().kind == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try next(Bool.init(from:)) }
    mutating func decode(_ type: String.Type) throws -> String { try next(String.init(from:)) }
    mutating func decode(_ type: Double.Type) throws -> Double { try next(Double.init(from:)) }
    mutating func decode(_ type: Float.Type) throws -> Float { try next(Float.init(from:)) }
    mutating func decode(_ type: Int.Type) throws -> Int { try next(Int.init(from:)) }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try next(Int8.init(from:)) }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try next(Int16.init(from:)) }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try next(Int32.init(from:)) }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try next(Int64.init(from:)) }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try next(UInt.init(from:)) }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try next(UInt8.init(from:)) }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try next(UInt16.init(from:)) }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try next(UInt32.init(from:)) }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try next(UInt64.init(from:)) }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next(T.init(from:)) }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> { try next { try $0.container(keyedBy: type) } }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next { try $0.unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder { try next { $0 } }
}

/// A place in a list, or a name.
private struct JSONPlace: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ index: Int) { (stringValue, intValue) = ("\(index)", index) }
    init(_ name: String) { (stringValue, intValue) = (name, nil) }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { self.init(intValue) }
}
