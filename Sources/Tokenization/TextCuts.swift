/// Where a text may be cut so that its parts, read apart, give together what the whole gives.
///
/// The places are before a space between two ASCII letters and before a line feed that neither white space
/// nor a mark follows. A pretoken ends there whatever follows, no normal form joins what stands on both
/// sides, and no added token touches the place.
package struct TextCuts: Sendable {
    let atSpaces, atLineFeeds: Bool

    /// The last place in a text; nil if there is none.
    package func last(in text: UnsafeRawBufferPointer) -> Int? {
        guard atSpaces || atLineFeeds, text.count > 2 else { return nil }
        return (1..<text.count - 1).last { place in
            switch text[place] {
            case UInt8(ascii: " "):
                atSpaces && Self.isLetter(text[place - 1]) && Self.isLetter(text[place + 1])
            case UInt8(ascii: "\n"): atLineFeeds && Self.beginsWord(text[place + 1])
            default: false
            }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    /// Whether no character that begins so is white space, has a normal form that begins with some, or is
    /// a mark: visible ASCII, Cyrillic, U+4000 to U+9FFF.
    private static func beginsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21...0x7E, 0xD0, 0xD1, 0xE4...0xE9: true
        default: false
        }
    }
}

extension TextCuts {
    /// Those of a tokenizer.
    init(_ pipeline: Pipeline, added: [AddedToken]) {
        let keepsSpaces = pipeline.splits && added.allSatisfy { !$0.lstrip && !$0.rstrip }
        // A part that begins with another character than a space would get one.
        atLineFeeds =
            keepsSpaces && !pipeline.addsPrefixSpace
            && added.allSatisfy { !$0.content.utf8.contains(UInt8(ascii: "\n")) }
        atSpaces =
            keepsSpaces
            && added.allSatisfy { token in
                let spaces = token.content.utf8.count { $0 == UInt8(ascii: " ") }
                return spaces == 0 || spaces > 1 && spaces == token.content.utf8.count
            }
    }
}
