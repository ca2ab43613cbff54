import Base
import Foundation
import Testing
import TestSupport

/// Standard output and stderr that fail, and arguments that are none.
struct StreamTests {
    /// Runs a shell command in which `lens` is the built program.
    private func shell(_ command: String) throws -> (status: Int32, errors: String) {
        let (process, errors) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "lens() { '\(LensProcess.path)' \"$@\"; }\n\(command)"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        let text = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    private static let printing = [
        "--help", "train --help", "--version", "inspect MODEL",
        "tokenize --tokenizer MODEL/tokenizer.json a", "capture --model MODEL --list-hooks",
        "lm generate a --model MODEL --limit 2",
    ]

    private func model() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try SmallModel.write(.mamba2, vocabSize: 257, to: folder.path)
        var tokenizer = TinyTokenizer()
        tokenizer.add("<|endoftext|>", special: true)
        try tokenizer.write(to: folder("tokenizer.json"))
        return folder
    }

    @Test("output that cannot be written is one sentence and status 74", arguments: printing)
    func fullOutput(command: String) throws {
        let folder = try model()
        let command = command.replacing("MODEL", with: folder.path)
        for (end, reason) in [
            (">/dev/full", "No space left on device"), (">&-", "Bad file descriptor"),
        ] {
            let run = try shell("lens \(command) \(end)")
            #expect(run.status == 74, "\(command) \(end): \(run.errors)")
            #expect(
                run.errors.hasSuffix("lens: standard output: cannot be written: \(reason)\n"),
                "\(run.errors)")
        }
    }

    @Test("a reader that has gone is no error, and is a signal to who has not ignored it")
    func readerGone() throws {
        let folder = try model()
        let inspect = "{ sleep 0.2; lens inspect \(folder.path); echo $? >&2; } | true"
        #expect(try shell("trap '' PIPE; \(inspect)").errors == "0\n")
        #expect(try shell(inspect).errors.hasSuffix("141\n"))
    }

    @Test("stderr that cannot be written ends no work and changes no status")
    func fullErrors() throws {
        let folder = try model()
        for end in ["2>/dev/full", "2>&-"] {
            #expect(try shell("lens inspect /nonexistent \(end)").status == 66)
            #expect(try shell("lens inspect \(folder.path) \(end)").status == 0)
        }
    }

    @Test("standard input that is closed, or named twice, is not empty but an error")
    func standardInput() throws {
        let folder = try model()
        let tokenize = "lens tokenize --model \(folder.path)"
        for name in ["-", "/dev/stdin"] {
            let closed = try shell("\(tokenize) --file \(name) <&-")
            #expect(closed.status == 74)
            #expect(
                closed.errors == "lens: \(name): cannot be read: standard input is closed\n")
            #expect(try shell("echo a | \(tokenize) --file \(name)").status == 0)
        }
        let twice = try shell("echo a | lens tokenize --tokenizer - --file - ")
        #expect(twice.status != 0)
        for input in ["-", "- -", "- /dev/stdin"] {
            let run = try shell(
                "echo words of text | lens data tokenizer --vocabulary 257 --data \(input)"
                    + " --out \(folder("t-\(input.count).json"))")
            #expect(run.status == (input == "-" ? 0 : 64), "\(run.errors)")
            #expect(input == "-" || run.errors.contains("named twice"))
        }
    }

    @Test("a file never takes the place of a closed stream")
    func closedStreams() throws {
        let folder = try model()
        let out = folder("out.safetensors")
        let run = try shell(
            "lens capture --model \(folder.path) --ids 1,2 --hooks logits --out \(out) >&- 2>&- <&-"
        )
        #expect(run.status == 74)
        #expect(try readFile(out).count > 8)
    }

    @Test(
        "words that are no command, and commands that lack one",
        arguments: [
            (["predict"], "'predict' is no command of 'lens', which has read, attention"),
            (["tran", "--model", "x"], "did you mean 'lens train'?"),
            (["eval", "babilon"], "did you mean 'lens eval babilong'?"),
            (["eval", "--model", "x"], "'lens eval' needs one of its commands"),
            (["plot", "--out", "x"], "'lens plot layers'"),
        ])
    func commands(arguments: [String], mentioning: String) throws {
        let run = try LensProcess(arguments)
        #expect(run.status == 64 && run.errors.contains(mentioning), "\(run.errors)")
    }

    @Test("arguments that are not UTF-8 are refused")
    func notUTF8() throws {
        let run = try shell("lens inspect \"$(printf 'a\\377b')\"")
        #expect(run.status == 64)
        #expect(run.errors.contains("argument 2 ('a\\xffb') is not UTF-8"), "\(run.errors)")
    }

    @Test("what is refused once files were looked at ends with the usage of the command called")
    func usage() throws {
        let folder = try model()
        let run = try LensProcess(
            "capture", "--model", folder.path, "--ids", "99999", "--hooks", "logits", "--out", "x")
        #expect(run.status == 64)
        #expect(run.errors.contains("Usage: lens capture "), "\(run.errors)")
        #expect(run.errors.hasSuffix("See 'lens capture --help' for more information.\n"))
    }

    @Test(
        "numbers outside of their bounds are refused with the bounds",
        arguments: ["--window", "--steps", "--tokens-per-step", "--threads", "--held-out"])
    func bounds(option: String) throws {
        for value in ["9223372036854775807", "-9223372036854775808"] {
            let run = try LensProcess(
                "train", "--model", "x", "--data", "x", "--out", "/nonexistent/x",
                "\(option)=\(value)")
            #expect(run.status == 64)
            #expect(run.errors.contains("\(option) is \(value), expected"), "\(run.errors)")
        }
    }
}
