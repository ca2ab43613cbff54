/// Hangul syllables decompose and compose by arithmetic.
///
/// - SeeAlso: The Unicode Standard, section 3.12.
enum Hangul {
    static let syllables: Range<UInt32> = 0xAC00..<0xD7A4
    static let vowels: Range<UInt32> = 0x1161..<0x1176
    static let trailing: Range<UInt32> = 0x11A8..<0x11C3
    private static let leading: Range<UInt32> = 0x1100..<0x1113
    /// Syllables that share a leading consonant and a vowel: 27 trailing consonants, and none.
    private static let block: UInt32 = 28

    /// The two or three letters of a syllable.
    static func decompose(_ syllable: UInt32) -> [UInt32] {
        let index = syllable - syllables.lowerBound
        let (pair, tail) = index.quotientAndRemainder(dividingBy: block)
        let (lead, vowel) = pair.quotientAndRemainder(dividingBy: UInt32(vowels.count))
        let letters = [leading.lowerBound + lead, vowels.lowerBound + vowel]
        return tail == 0 ? letters : letters + [trailing.lowerBound + tail - 1]
    }

    /// The syllable of a leading consonant and a vowel, or of a syllable without trailing
    /// consonant and one; nil for all other pairs.
    static func compose(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if leading.contains(first), vowels.contains(second) {
            let pair =
                (first - leading.lowerBound) * UInt32(vowels.count) + second - vowels.lowerBound
            return syllables.lowerBound + pair * block
        }
        if syllables.contains(first), (first - syllables.lowerBound) % block == 0,
            trailing.contains(second)
        {
            return first + second - trailing.lowerBound + 1
        }
        return nil
    }
}
