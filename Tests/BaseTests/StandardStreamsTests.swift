import Base
import Testing

@Suite struct ShownTextTests {
    @Test("what a terminal would obey is spelled out, the rest stays")
    func shown() {
        #expect("a\u{1B}[2Jb\u{7}".shown == "a\\u{1b}[2Jb\\u{7}")
        #expect("\u{202E}abc\u{2066}".shown == "\\u{202e}abc\\u{2066}")
        #expect("\u{9B}31m\r".shown == "\\u{9b}31m\\u{d}")
        #expect("über\n\tα 🙂".shown == "über\n\tα 🙂")
    }

    @Test("names from files are one short line")
    func clipped() {
        #expect("a\nb\tc\u{1B}".clipped == "a\\nb\\tc\\u{1b}")
        let long = String(repeating: "x", count: 20_000).clipped
        #expect(long.count == 120 && long.contains("…"))
        #expect(String(repeating: "y", count: 120).clipped.count == 120)
    }

    @Test("numbers of things")
    func counts() {
        #expect(counted(1, "prompt") == "1 prompt" && counted(0, "prompt") == "0 prompts")
        #expect(counted(2, "window") == "2 windows")
    }
}
