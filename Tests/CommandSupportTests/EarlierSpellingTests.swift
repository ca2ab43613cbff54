import CommandSupport
import Testing

struct EarlierSpellingTests {
    private let spellings = [
        EarlierSpelling("eval text", "--windows", .option("--limit")),
        EarlierSpelling("tokenize", "--text", .argument),
        EarlierSpelling("plot layers", "--from", .first(of: "--blocks")),
        EarlierSpelling("plot layers", "--to", .last(of: "--blocks")),
    ]

    private func modern(_ line: String) -> String {
        spellings.modernized(line.split(separator: " ").map(String.init)).arguments
            .joined(separator: " ")
    }

    @Test(
        "what was said in earlier versions is what is said today",
        arguments: [
            ("eval text --windows 5 --out a", "eval text --limit 5 --out a"),
            ("eval text --windows=5", "eval text --limit=5"),
            ("eval text --windows", "eval text --limit"),
            ("tokenize --text a --model m", "tokenize --model m -- a"),
            ("tokenize --text=-a", "tokenize -- -a"),
            ("tokenize --text a -- b", "tokenize -- b a"),
            ("tokenize --model m --text", "tokenize --model m --text"),
            ("plot layers a --from 4 --to 12 --log", "plot layers a --log --blocks=4:13"),
            ("plot layers --to=12 a", "plot layers a --blocks=:13"),
            ("plot layers --from 4", "plot layers --blocks=4:"),
            ("plot layers --to x", "plot layers --blocks=:x"),
        ])
    func spellings(line: String, today: String) {
        #expect(modern(line) == today)
    }

    @Test(
        "a word is another command's, or behind the mark that ends options",
        arguments: ["eval babilong --windows 5", "tokenize -- --text a", "tokenize --texts a"])
    func others(line: String) {
        #expect(modern(line) == line)
        #expect(spellings.modernized(line.split(separator: " ").map(String.init)).notes.isEmpty)
    }

    @Test("a note names the new word")
    func notes() {
        #expect(
            spellings.modernized(["eval", "text", "--windows", "5"]).notes
                == ["--windows is --limit now"])
        #expect(
            spellings.modernized(["tokenize", "--text", "a"]).notes
                == ["the value of --text is an argument now, without --text"])
        #expect(
            spellings.modernized(["plot", "layers", "--from", "2"]).notes
                == ["--from and --to are --blocks 2: now"])
    }
}
