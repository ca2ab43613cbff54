import Files
import Foundation
import TestSupport
import Testing

/// `lens lm train`, `lens lm eval` and `lens lm generate` as a user types them.
@Suite(.enabled(if: Fixtures.available, "needs ../shared/fixtures"))
struct LanguageModelPathTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private let start = Fixtures.path("models/mamba2-babi")

    private func arguments(out: String) -> [String] {
        [
            "lm", "train", "--model", start, "--convert-to-diff", "alternate", "--data",
            Fixtures.path("data/text/wikitext2-test.txt"), "--window", "64", "--steps", "6",
            "--batch", "2", "--at-a-time", "1", "--snapshot-every", "1", "--out", out,
        ]
    }

    @Test("train on text, finetune on answers, evaluate, generate")
    func path() throws {
        let trained = try LensProcess(arguments(out: folder("diff")))
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder("diff")).sorted()
                == [
                    "config.json", "model.safetensors", "run.json", "tokenizer.json",
                    "train.jsonl",
                ])
        let again = try LensProcess(arguments(out: folder("diff")))
        #expect(again.status == 64 && again.errors.contains("--overwrite"))

        let tuned = try LensProcess([
            "lm", "train", "--model", folder("diff"), "--data", Fixtures.path("data/babilong"),
            "--tasks", "qa1,qa6", "--window", "128", "--steps", "2", "--out", folder("tuned"),
        ])
        #expect(tuned.status == 0, "\(tuned.errors)")

        let evaluated = try LensProcess([
            "lm", "eval", "--model", folder("tuned"), "--data",
            Fixtures.path("data/text/wikitext2-valid.txt"), "--window", "64", "--windows", "5",
        ])
        #expect(evaluated.output.hasPrefix("315 predictions in 5 windows of 64 tokens:"))

        let generate = [
            "lm", "generate", "Mary went to", "--model", folder("tuned"), "--limit", "8",
            "--ignore-end", "--top-k", "5",
        ]
        let (first, second) = (try LensProcess(generate), try LensProcess(generate))
        #expect(first.status == 0 && first.output == second.output)
        #expect(first.errors.hasPrefix("8 tokens, "))
    }

    @Test("killed at any moment, a training goes on to the bytes of an uninterrupted one")
    func killed() throws {
        let whole = try LensProcess(arguments(out: folder("whole")))
        #expect(whole.status == 0, "\(whole.errors)")
        let process = try LensProcess.start(
            arguments(out: folder("killed")), output: FileHandle.nullDevice,
            errors: FileHandle.nullDevice)
        func hasSnapshot() -> Bool {
            let files = try? FileManager.default.contentsOfDirectory(
                atPath: folder("killed/snapshots"))
            return files?.contains { $0.hasSuffix(".safetensors") } ?? false
        }
        while process.isRunning, !hasSnapshot() { usleep(1000) }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        if !fileExists(folder("killed/model.safetensors")) {
            let resumed = try LensProcess(arguments(out: folder("killed")) + ["--resume"])
            #expect(resumed.status == 0, "\(resumed.errors)")
        }
        for name in ["model.safetensors", "train.jsonl"] {
            #expect(try readFile(folder("killed/\(name)")) == readFile(folder("whole/\(name)")))
        }
    }
}
