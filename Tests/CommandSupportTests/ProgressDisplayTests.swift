import CommandSupport
import TestSupport
import Testing

struct ProgressDisplayTests {
    private let line = ProgressText(
        head: "training 45%", count: "1200/2600 tokens", rate: "150 tokens/s",
        left: "3 min 20 s left", details: ["step 45/100", "loss 2.5"])

    @Test(
        "parts go by their importance: time left, details, count, rate; the last column stays free",
        arguments: [
            (
                nil,
                "training 45%  1200/2600 tokens  150 tokens/s  3 min 20 s left  step 45/100  loss 2.5"
            ),
            (83, "training 45%  1200/2600 tokens  3 min 20 s left  step 45/100  loss 2.5"),
            (53, "training 45%  3 min 20 s left  step 45/100  loss 2.5"),
            (52, "training 45%  3 min 20 s left  step 45/100"),
            (40, "training 45%  3 min 20 s left  loss 2.5"), (39, "training 45%  3 min 20 s left"),
            (20, "training 45%"), (6, "train"), (0, ""),
        ])
    func parts(width: Int?, text: String) {
        #expect(line.text(width: width) == text)
    }

    /// Whoever updates, and the time that has passed.
    private func written(width: Int?, seconds: [Double]) -> String {
        var text = ""
        let start = ContinuousClock.now
        let display = ProgressDisplay(
            "reading", unit: "MB", total: 100_000_000,
            on: .init(width: { width }, write: { text += $0 }), at: start)
        for second in seconds {
            display.update(Int(second * 1e6), at: start + .seconds(second))
        }
        display.finish()
        return text
    }

    @Test("on a terminal the line is drawn from the third second on, five times a second at most")
    func terminal() {
        #expect(
            written(width: 80, seconds: [1, 2.1, 2.2, 2.5])
                == "\r\u{1B}[2Kreading 2%  2.1/100 MB  1 MB/s  1 min 37 s left"
                + "\r\u{1B}[2Kreading 2%  2.5/100 MB  1 MB/s  1 min 37 s left" + "\r\u{1B}[2K")
        #expect(written(width: 80, seconds: [1, 2]) == "")
    }

    @Test("elsewhere a whole line comes every 30 seconds, without control characters")
    func noTerminal() {
        #expect(
            written(width: nil, seconds: [3, 29, 30, 45, 61])
                == "reading 30%  30/100 MB  1 MB/s  1 min 10 s left\n"
                + "reading 61%  61/100 MB  1 MB/s  39 s left\n")
    }
}

/// The emulator that other tests look through.
struct TerminalScreenTests {
    @Test("a line longer than the screen wraps, and what goes beyond the last scrolls")
    func wraps() {
        var screen = TerminalScreen(width: 4, height: 2)
        screen.write("abcd".utf8)
        #expect(screen.wraps == 0 && screen.lines == ["abcd"])
        screen.write("e\r\u{1B}[2K".utf8)
        #expect(screen.wraps == 1 && screen.lines == ["abcd"])
        screen.write("x\r\né\r\n".utf8)
        #expect(screen.lines == ["é"] && screen.scrolled == 2 && screen.unknown == [])
        screen.write("\u{1B}[5A\u{7}".utf8)
        #expect(screen.unknown == ["[5A", "\u{7}"])
    }
}
