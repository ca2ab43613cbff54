import Base
import Foundation
import Testing

struct HelpTests {
    static let commands = [
        [], ["read"], ["attention"], ["train"], ["eval", "babilong"], ["eval", "text"],
        ["plot", "layers"],
        ["plot", "training"],
        ["capture"],
        ["inspect"], ["tokenize"], ["data", "babi"], ["data", "text"],
        ["data", "tokenizer"],
        ["lm", "train"], ["lm", "eval"], ["lm", "generate"],
        ["demo"],
    ]

    /// After a wanted change: `lens train --help > Tests/LensCLITests/Help/train.txt`.
    @Test("help says what it is meant to say", arguments: commands)
    func verbatim(command: [String]) throws {
        let name = command.isEmpty ? "lens" : command.joined(separator: "-")
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Help/\(name).txt").path
        let expected = String(decoding: try readFile(path), as: UTF8.self)
        let help: LensProcess
        switch command.count {
        case 0: help = try LensProcess("--help")
        case 1: help = try LensProcess(command[0], "--help")
        default: help = try LensProcess(command[0], command[1], "--help")
        }
        #expect(help.output == expected)
        #expect(help.status == 0)
    }
}
