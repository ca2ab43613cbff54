import Base
import Foundation
import Testing
import TestSupport

/// `lens train`, `lens eval` and `lens plot` as a user types them.
struct MainPathTests {
    private let folder: TemporaryFolder
    private let data: MadeData

    init() throws {
        folder = try TemporaryFolder()
        data = try MadeData()
    }

    private func trainingArguments(_ recipe: String = "fast", out: String) -> [String] {
        [
            "train", "--model", Repository.model("diffmamba2"), "--data",
            data.text, "--recipe", recipe, "--steps", "6",
            "--tokens-per-step", "2048", "--window", "256", "--out", out,
        ]
    }

    /// Runs a training to its end, silently.
    private func train(_ arguments: [String]) throws -> Int32 {
        let process = try LensProcess.start(
            arguments, output: FileHandle.nullDevice, errors: FileHandle.nullDevice)
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test("train, evaluate, plot")
    func mainPath() throws {
        let lens = folder("lens")
        #expect(try train(trainingArguments(out: lens)) == 0)
        let files = try FileManager.default.contentsOfDirectory(atPath: lens).sorted()
        #expect(
            files == [
                "config.json", "params.pt", "params.safetensors", "run.json", "train.jsonl",
            ])

        let result = folder("result.json")
        let evaluation = try LensProcess(
            "eval", "babilong", "--model", Repository.model("diffmamba2"), "--lens", lens,
            "--data", data.stories, "--tasks", "qa1,qa6", "--limit", "10",
            "--out", result, "--upstream-txt", folder("result.txt"))
        #expect(evaluation.status == 0, "\(evaluation.errors)")
        #expect(evaluation.output.contains("20 prompts"))
        #expect(evaluation.errors.isEmpty, "no progress where stderr is no terminal")

        for (name, signature) in [("a.png", "\u{89}PNG"), ("a.pdf", "%PDF"), ("a.svg", "<?xml")] {
            let plot = try LensProcess(
                "plot", "layers", result, folder("result.txt"), "--log", "--axis", "published",
                "--out", folder(name))
            #expect(plot.status == 0, "\(plot.errors)")
            #expect(
                try readFile(folder(name)).starts(
                    with: signature.unicodeScalars.map {
                        UInt8($0.value)
                    }))
        }
    }

    @Test("holds out what the text has left, and says so where that is less than asked for")
    func scarceText() throws {
        let scarce = try MadeData(textBytes: 3000)
        func train(_ more: String...) throws -> LensProcess {
            try LensProcess(
                [
                    "train", "--model", Repository.model("mamba2"), "--data", scarce.text,
                    "--window", "64", "--tokens-per-step", "64", "--out", folder("scarce"),
                    "--overwrite", "--recipe", "published",
                ] + more)
        }
        let refused = try train("--steps", "2", "--held-out", "1000")
        #expect(refused.status == 65 && refused.errors.contains("--held-out asks for 1000"))
        let some = try train("--steps", "2")
        #expect(some.status == 0 && some.output.contains("windows held out:"), "\(some.errors)")
        let windows = try #require(
            refused.errors.firstMatch(of: /holds ([0-9]+) windows after/).flatMap { Int($0.1) })
        let none = try train("--steps", "\(windows + 2)")
        #expect(none.status == 0 && none.output.contains("(no text was left to hold out):"))
        let off = try train("--steps", "2", "--held-out", "0")
        #expect(off.status == 0 && off.output.contains("nats after each block:"))
    }

    @Test("least squares give a lens like any other, and refuse what only steps have")
    func closedForm() throws {
        let arguments = [
            "train", "--model", Repository.model("mamba2"), "--data",
            data.text, "--window", "64", "--steps", "4",
            "--tokens-per-step", "1024", "--fit", "closed-form", "--out", folder("fit"),
        ]
        for more in [
            ["--resume"], ["--bias-only"], ["--held-out", "0"], ["--lens", "x"],
        ] {
            let refused = try LensProcess(arguments + more)
            #expect(refused.status == 64, "\(more)")
            #expect(refused.errors.contains(more[0]))
        }
        let fit = try LensProcess(arguments)
        #expect(fit.status == 0 && fit.output.contains("on 16 windows held out:"), "\(fit.errors)")
        let from = try LensProcess([
            "train", "--model", Repository.model("mamba2"), "--data",
            data.text, "--window", "64", "--steps", "1",
            "--tokens-per-step", "1024", "--lens", folder("fit"), "--fit", "gradient", "--out",
            folder("on"),
        ])
        #expect(from.status == 0, "\(from.errors)")
    }

    @Test(
        "Ctrl-C leaves a state from which training goes on to the same bytes",
        arguments: [SIGINT, SIGKILL], ["fast", "published"])
    func interruption(signal: Int32, recipe: String) throws {
        let (whole, stopped) = (folder("whole"), folder("stopped"))
        #expect(try train(trainingArguments(recipe, out: whole)) == 0)

        let arguments = trainingArguments(recipe, out: stopped) + ["--snapshot-every", "1"]
        let process = try LensProcess.start(
            arguments, output: FileHandle.nullDevice, errors: FileHandle.nullDevice)
        let snapshot = join(stopped, "snapshots/step-000001.safetensors")
        while process.isRunning, !fileExists(snapshot) { usleep(1000) }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(!fileExists(join(stopped, "config.json")))
        if signal == SIGINT {
            #expect(process.terminationStatus == 130)
            #expect(try train(arguments) == 64, "an unfinished training is not started anew")
        }

        // On another number of threads, which changes nothing.
        #expect(try train(arguments + ["--resume", "--threads", "3"]) == 0)
        for name in ["params.pt", "params.safetensors", "train.jsonl", "config.json"] {
            #expect(
                try readFile(join(stopped, name)) == readFile(join(whole, name)), "\(name)")
        }
    }

    @Test("a budget is planned, said and kept to; what does not fit together is refused")
    func budget() throws {
        let data = try MadeData(textBytes: 1_500_000)
        let tokens = try LensProcess(budgetArguments("20k tokens", [], text: data.text))
        #expect(tokens.status == 0)
        let byTokens = try record()
        #expect(byTokens.windows == 307 && byTokens.options.positions_per_window == 44)

        // At a quarter of the positions: more text.
        let planned = try LensProcess(budgetArguments("3e11 operations", [], text: data.text))
        #expect(planned.status == 0 && planned.errors.hasPrefix("plan: closed form ("))
        let byOperations = try record()
        #expect(byOperations.windows > byTokens.windows)
        #expect(byOperations.options.positions_per_window == 16)

        for (bad, mentioning) in [
            (["10"], "--budget"), (["5 lightyears"], "--budget"),
            (["0.0001s"], "--budget does not suffice"), (["9 tokens"], "--budget does not suffice"),
            (["1s", "--steps", "3"], "--budget chooses"),
            (["1s", "--recipe", "published"], "published"),
            (["1s", "--fit", "gradient"], "leave out --fit"),
            (["20k tokens", "--keep", "last", "--patience", "2"], "--patience needs"),
            (["20k tokens", "--warmup-steps", "9999"], "--warmup-steps is 9999"),
        ] {
            let refused = try budgeted(bad[0], Array(bad.dropFirst()))
            #expect(refused.status == 64 && refused.errors.contains(mentioning), "\(bad)")
        }
    }

    @Test("a training by time that was interrupted keeps its plan, and must be given the same time")
    func resumedBudget() throws {
        let arguments = ["--snapshot-every", "1"]
        let process = try LensProcess.start(
            budgetArguments("10s", arguments), output: FileHandle.nullDevice,
            errors: FileHandle.nullDevice)
        let snapshots = folder("lens/snapshots")
        while process.isRunning, !fileExists(snapshots) { usleep(1000) }
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        let other = try budgeted("20s", arguments + ["--resume"])
        #expect(
            other.status == 65 && other.errors.contains("made with --budget 10 s, not 20 s"),
            "\(other.errors)")
        let otherText = try LensProcess(
            budgetArguments("10s", arguments + ["--resume"], text: data.otherText))
        #expect(otherText.status == 65)
        let sentence =
            #/the text is another one: the snapshot was made with --data \S+text.jsonl \(sha256 [0-9a-f]{12}…\), this run has --data \S+other.jsonl \(sha256/#
        #expect(otherText.errors.contains(sentence), "\(otherText.errors)")
        let resumed = try budgeted("10s", arguments + ["--resume"])
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(try record().options.steps > 0)
    }

    private func budgetArguments(
        _ budget: String, _ more: [String], text: String? = nil
    ) -> [String] {
        [
            "train", "--model", Repository.model("mamba2"), "--data",
            text ?? data.text, "--window", "64", "--budget", budget,
            "--out", folder("lens"),
        ] + (more.contains("--resume") ? [] : ["--overwrite"]) + more
    }

    private func budgeted(_ budget: String, _ more: [String] = []) throws -> LensProcess {
        try LensProcess(budgetArguments(budget, more))
    }

    private struct Record: Decodable {
        struct Options: Decodable {
            let steps: Int
            let positions_per_window: Int?
        }
        let options: Options
        let windows: Int
    }

    private func record() throws -> Record {
        try decodeJSON(Record.self, from: folder("lens/run.json"))
    }
}
