import Base
import Foundation
import Testing
import TestSupport

/// What a shell offers, and what `man` shows.
struct CompletionTests {
    /// Runs a program to its end.
    private func run(
        _ program: String, _ arguments: [String], in folder: String = Repository.root,
        environment: [String: String] = [:]
    ) throws -> (status: Int32, output: String, errors: String) {
        let (process, output, errors) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        let texts = [output, errors].map {
            String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        process.waitUntilExit()
        return (process.terminationStatus, texts[0], texts[1])
    }

    /// What bash offers for the last of the words.
    private func offered(
        _ words: String, _ last: String, cache: String = "/nonexistent"
    ) throws -> [String] {
        let script = """
            lens=\(parentFolder(of: LensProcess.path))
            PATH=$lens:$PATH
            source <(lens --generate-completion-script bash)
            COMP_WORDS=(lens \(words) '\(last)')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            COMP_LINE="${COMP_WORDS[*]}"
            COMP_POINT=${#COMP_LINE}
            _lens lens "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let bash = try run(
            "/bin/bash", ["-c", script], environment: ["HF_HUB_CACHE": cache])
        #expect(bash.status == 0 && bash.errors.isEmpty, "\(bash.errors)")
        return bash.output.split(separator: "\n").map(String.init)
    }

    @Test("bash completes commands, options, models and lenses")
    func bash() throws {
        #expect(try offered("", "tra") == ["train"])
        #expect(try offered("eval text", "--li").contains("--limit"))
        let models = try offered("read x --model", "models/ma")
        #expect(models.contains("models/mamba2/seed0"))
        #expect(!models.contains { $0.hasPrefix("lenses") || $0.hasPrefix("models/diff") })
        let lenses = try offered("read x --lens", "l")
        #expect(lenses.contains("lenses/mamba2/seed0") && lenses.contains("logit"))
        #expect(try offered("data babi --split", "tr") == ["train"])
    }

    @Test("models in the Hugging Face cache are offered by their names")
    func cache() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder("models--state-spaces--mamba2-370m"), withIntermediateDirectories: true)
        #expect(
            try offered("inspect", "state", cache: folder.path) == ["state-spaces/mamba2-370m"])
    }

    @Test("scripts for all three shells", arguments: ["bash", "zsh", "fish"])
    func scripts(shell: String) throws {
        let script = try LensProcess("--generate-completion-script", shell)
        #expect(script.status == 0 && script.output.contains("---completion"))
        #expect(script.output.contains("prompt-form"))
        #expect(!script.output.contains("--stories"))
    }

    @Test("a manual page for every command has every option of its help")
    func manual() throws {
        let folder = try TemporaryFolder()
        #expect(try LensProcess("--generate-manual", folder.path).status == 0)
        for command in HelpTests.commands {
            let path = folder((["lens"] + command).joined(separator: "-") + ".1")
            let page = String(decoding: try readFile(path), as: UTF8.self)
            let help = try LensProcess(command + ["--help"]).output
            for option in help.matches(of: /^ +(-[a-z], )?(--[a-z0-9-]+)/.anchorsMatchLineEndings())
            {
                let name = String(option.output.2).replacing("-", with: "\\-")
                #expect(page.contains("\\fB\(name)\\fR"), "\(path)")
            }
            if fileExists("/usr/bin/groff") {
                let groff = try run("/usr/bin/groff", ["-man", "-Kutf8", "-Tutf8", "-ww", path])
                #expect(groff.status == 0 && groff.errors.isEmpty, "\(groff.errors)")
                #expect(groff.output.contains("User Commands"))
            }
        }
        let read = String(decoding: try readFile(folder("lens-read.1")), as: UTF8.self)
        #expect(read.contains("\n.SH FIGURE\n") && read.contains("\n.SH EXPERT\n"))
        let wrong = try LensProcess("--generate-manual", folder("lens.1"))
        #expect(wrong.status != 0 && wrong.errors.hasPrefix("lens: \(folder("lens.1"))"))
    }
}
