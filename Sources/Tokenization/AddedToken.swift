/// An entry of `added_tokens`: text that becomes one token before BPE sees it.
struct AddedToken: Decodable, Sendable {
    let id: Int
    let content: String
    /// Matches only where no word character touches it.
    let singleWord: Bool
    /// Swallows the white space on its left.
    let lstrip: Bool
    /// Swallows the white space on its right.
    let rstrip: Bool
    /// Looked for in the normalised text rather than in the raw text.
    let normalized: Bool
    /// Left out by `decode(_:skippingSpecialTokens: true)`.
    let special: Bool

    enum CodingKeys: String, CodingKey {
        case id, content, lstrip, rstrip, normalized, special
        case singleWord = "single_word"
    }
}
