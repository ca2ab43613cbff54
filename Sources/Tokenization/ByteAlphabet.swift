/// The printable characters that stand for bytes inside a byte-level vocabulary.
///
/// Printable Latin-1 bytes stand for themselves; the other 68 bytes take U+0100, U+0101, ... in
/// byte order, so that no token contains a space or a control character.
///
/// - SeeAlso: `bytes_to_unicode` in the `encoder.py` of GPT-2.
enum ByteAlphabet {
    /// The scalar of each byte.
    static let scalars: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (0...255).map { (byte: UInt32) in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
                return Unicode.Scalar(UInt8(byte))
            default:
                defer { next += 1 }
                return Unicode.Scalar(next) ?? "\u{FFFD}"
            }
        }
    }()

    /// The byte of each scalar below U+0144; -1 where the scalar stands for none.
    private static let bytes: [Int16] = {
        var bytes = [Int16](repeating: -1, count: 0x144)
        for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = Int16(byte) }
        return bytes
    }()

    /// The bytes that a token's characters stand for, or the token's own UTF-8 if one of them
    /// stands for no byte, which is how added tokens with spaces are kept apart.
    static func decode(_ token: String) -> [UInt8] {
        var result: [UInt8] = []
        for scalar in token.unicodeScalars {
            guard scalar.value < 0x144, bytes[Int(scalar.value)] >= 0 else {
                return Array(token.utf8)
            }
            result.append(UInt8(bytes[Int(scalar.value)]))
        }
        return result
    }

    /// The token that stands for `bytes`.
    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var token = String.UnicodeScalarView()
        token.append(contentsOf: bytes.lazy.map { scalars[Int($0)] })
        return String(token)
    }

    /// Bytes that occur in no UTF-8 text: vocabularies are free to leave them out.
    static func occursInUTF8(_ byte: UInt8) -> Bool {
        !(byte == 0xC0 || byte == 0xC1 || byte >= 0xF5)
    }
}
