/// A place in the bytes of a pickle; every read is checked against their end.
struct PickleReader {
    let bytes: [UInt8]
    private(set) var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func byte() throws(PickleFlaw) -> UInt8 {
        guard position < bytes.count else { throw .truncated(byte: position) }
        position += 1
        return bytes[position - 1]
    }

    private mutating func take(_ count: Int) throws(PickleFlaw) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - position else {
            throw .truncated(byte: bytes.count)
        }
        position += count
        return bytes[position - count..<position]
    }

    /// Little-endian and unsigned.
    mutating func integer(byteCount: Int) throws(PickleFlaw) -> Int {
        let unsigned = try take(byteCount).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let value = Int(exactly: unsigned) else {
            throw .integerTooLarge(byteCount: byteCount, byte: position)
        }
        return value
    }

    /// Little-endian two's complement.
    mutating func signedInteger(byteCount: Int) throws(PickleFlaw) -> Int {
        guard byteCount <= 8 else { throw .integerTooLarge(byteCount: byteCount, byte: position) }
        let digits = try take(byteCount)
        let sign: Int = digits.last ?? 0 >= 0x80 ? -1 : 0
        return digits.reversed().reduce(sign) { $0 << 8 | Int($1) }
    }

    /// Big-endian binary64.
    mutating func float() throws(PickleFlaw) -> Double {
        Double(bitPattern: try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    mutating func text(byteCount: Int) throws(PickleFlaw) -> String {
        let units = try take(byteCount)
        guard let text = String(validating: units, as: UTF8.self) else {
            throw .notUTF8(byte: position)
        }
        return text
    }

    /// Up to a line feed, which is consumed.
    mutating func line() throws(PickleFlaw) -> String {
        guard let end = bytes[position...].firstIndex(of: 0x0A) else {
            throw .truncated(byte: bytes.count)
        }
        let text = try text(byteCount: end - position)
        position += 1
        return text
    }
}
