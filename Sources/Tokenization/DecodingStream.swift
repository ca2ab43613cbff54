/// The text of tokens that come one at a time: joined, the pieces are what `Tokenizer.decode` gives of
/// all tokens together, wherever in a character a token begins or ends.
package struct DecodingStream {
    private let tokenizer: Tokenizer
    /// The first bytes of a character of which more may come.
    private var begun: [UInt8] = []

    package init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

    /// The text that is certain once `id` has come. An id without a token has none.
    package mutating func text(adding id: TokenID) -> String {
        var bytes = begun
        tokenizer.appendBytes(of: id, to: &bytes)
        begun = Array(bytes.suffix(Self.openLength(bytes)))
        return String(decoding: bytes.dropLast(begun.count), as: UTF8.self)
    }

    /// What is left at the end: U+FFFD for a character that was not completed.
    package var rest: String { String(decoding: begun, as: UTF8.self) }

    /// How many bytes at the end begin a character that more bytes can complete.
    private static func openLength(_ bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let lead = bytes[bytes.count - length]
            if lead & 0xC0 == 0x80 { continue }
            let wanted =
                switch lead {
                case 0xC2...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xF4: 4
                default: 1
                }
            guard wanted > length else { return 0 }
            guard length > 1 else { return 1 }
            // The second byte may rule the character out: too long a spelling, a surrogate.
            let second = bytes[bytes.count - length + 1]
            let isPossible =
                switch lead {
                case 0xE0: second >= 0xA0
                case 0xED: second < 0xA0
                case 0xF0: second >= 0x90
                case 0xF4: second < 0x90
                default: true
                }
            return isPossible ? length : 0
        }
        return 0
    }
}
