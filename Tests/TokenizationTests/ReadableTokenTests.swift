import Testing
import Tokenization

@Suite struct ReadableTokenTests {
    @Test(
        "what cannot be seen is named",
        arguments: [
            (" kitchen", "·kitchen"), ("\n\n", "↵↵"), ("\t", "→"), ("", "∅"), ("ß", "ß"),
            ("\r", "⟨U+000D⟩"), ("\u{200B}a", "⟨U+200B⟩a"), ("\u{202E}", "⟨U+202E⟩"),
            ("\u{1B}[2J", "⟨U+001B⟩[2J"), ("\u{A0}", "⟨U+00A0⟩"), ("\u{FFFD}", "\u{FFFD}"),
            ("\u{301}", "◌\u{301}"), ("e\u{301}", "e\u{301}"), ("\u{2028}", "⟨U+2028⟩"),
            ("日本", "日本"),
        ])
    func named(token: String, expected: String) {
        #expect(readable(token) == expected)
    }
}
