/// What `lens tokenize --json` prints: a text as tokens.
package struct TokensResult: ResultDocument {
    package static let schema = "statelens/tokens/1"

    package let ids: [Int]
    /// The text of each; a character that several of them spell is U+FFFD in all of them.
    package let tokens: [String]

    package init(ids: [Int], tokens: [String]) {
        self.ids = ids
        self.tokens = tokens
    }
}
