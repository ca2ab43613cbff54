import Testing
import TestSupport

/// Text and stories that `lens data` makes for tests of the commands that read them.
struct MadeData {
    private let folder: TemporaryFolder

    var text: String { folder("text.jsonl") }
    /// Another text.
    var otherText: String { folder("other.jsonl") }
    /// Rows of tasks 1 and 6.
    var stories: String { folder("stories") }

    init(textBytes: Int = 150_000, storiesPerTask: Int = 4) throws {
        folder = try TemporaryFolder()
        let text = ["data", "text", "--bytes", "\(textBytes)", "--out"]
        for arguments in [
            text + [self.text, "--seed", "1"], text + [otherText, "--seed", "2"],
            [
                "data", "babi", "--tasks", "1,6", "--limit", "\(storiesPerTask)", "--format",
                "babilong", "--out", stories,
            ],
        ] {
            let made = try LensProcess(arguments)
            try #require(made.status == 0, "\(made.errors)")
        }
    }
}
