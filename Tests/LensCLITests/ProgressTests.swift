import Foundation
import TestSupport
import Testing

/// What a user sees of a long command, on a terminal that is emulated.
struct ProgressTests {
    /// A training that would take hours, on a terminal of that width, which is looked at and ended.
    private func watchTraining(width: Int, _ body: (PseudoTerminal) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("progress-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = folder.appendingPathComponent("text.txt").path
        #expect(try LensProcess("data", "text", "--bytes", "4000", "--out", text).status == 0)
        let terminal = try PseudoTerminal(width: width)
        let training = try LensProcess.start(
            [
                "lm", "train", "--model", Repository.model("mamba2"), "--data", text,
                "--eval-data", text, "--eval-limit", "1", "--eval-every", "5", "--window", "16",
                "--batch", "1", "--steps", "1000000", "--out",
                folder.appendingPathComponent("m").path,
            ], output: FileHandle.nullDevice, errors: terminal.stream)
        defer {
            kill(training.processIdentifier, SIGKILL)
            training.waitUntilExit()
        }
        try body(terminal)
    }

    /// One line, which fits.
    private func expectOneLine(_ screen: TerminalScreen) {
        #expect(screen.wraps == 0 && screen.scrolled == 0 && screen.unknown == [])
        #expect(screen.lines.count == 1 && screen.lines[0].hasPrefix("training 0%"))
        #expect(screen.lines.allSatisfy { $0.count < screen.width })
    }

    @Test("progress is one line, however narrow the terminal", arguments: [40, 80, 120])
    func oneLine(width: Int) throws {
        try watchTraining(width: width) { terminal in
            #expect(terminal.wait { $0.clears > 3 && $0.lines.first?.contains("left") == true })
            expectOneLine(terminal.screen)
            let line = terminal.screen.lines.first ?? ""
            if width > 40 { #expect(line.contains("step ") && line.contains("loss ")) }
            if width != 80 { #expect(line.contains("bits per byte") == (width == 120)) }
        }
    }

    @Test("it follows a terminal that becomes narrower")
    func resized() throws {
        try watchTraining(width: 120) { terminal in
            #expect(terminal.wait { $0.clears > 1 && $0.lines.first?.contains("loss") == true })
            terminal.resize(width: 40)
            let drawn = terminal.screen.clears
            #expect(
                terminal.wait { $0.clears > drawn + 2 && $0.lines.first?.contains("left") == true })
            expectOneLine(terminal.screen)
        }
    }
}
