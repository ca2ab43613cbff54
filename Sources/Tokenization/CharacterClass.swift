/// The three character sets that the GPT-2 pattern tells apart, and the rest.
enum CharacterClass: UInt8 {
    case other, letter, number, space

    /// The Unicode version of the character tables in Hugging Face tokenizers 0.22 (Oniguruma);
    /// scalars assigned later are neither letters nor numbers there.
    private static let newestVersion = (major: 16, minor: 0)

    /// Above this there are no letters, numbers or spaces up to `newestVersion`.
    private static let tableEnd: UInt32 = 0x32400

    private static let table: [CharacterClass] = (0..<tableEnd).map { value in
        guard let scalar = Unicode.Scalar(value) else { return .other }
        let properties = scalar.properties
        let kind: CharacterClass
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            kind = .letter
        case .decimalNumber, .letterNumber, .otherNumber:
            kind = .number
        default:
            return properties.isWhitespace ? .space : .other
        }
        guard let age = properties.age else { return .other }
        return age <= newestVersion ? kind : .other
    }

    /// `\p{L}`, `\p{N}`, `\s` or none of them.
    @inline(__always)
    static func of(_ value: UInt32) -> CharacterClass {
        if value < 0x80 { return ofASCII(UInt8(truncatingIfNeeded: value)) }
        return value < tableEnd ? table[Int(value)] : .other
    }

    @inline(__always)
    static func ofASCII(_ byte: UInt8) -> CharacterClass {
        if (byte | 0x20) &- 0x61 < 26 { return .letter }
        if byte == 0x20 || byte &- 9 < 5 { return .space }
        return byte &- 0x30 < 10 ? .number : .other
    }

    /// Whether `\w` of the Rust regex crate matches: what a `single_word` token may not touch.
    static func isWord(_ value: UInt32) -> Bool {
        guard let properties = Unicode.Scalar(value)?.properties, let age = properties.age,
            age <= newestVersion
        else { return false }
        switch properties.generalCategory {
        case .decimalNumber, .connectorPunctuation,
            .nonspacingMark, .spacingMark, .enclosingMark:
            return true
        default:
            return properties.isAlphabetic || properties.isJoinControl
        }
    }
}
