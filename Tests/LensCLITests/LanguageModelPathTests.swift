import Base
import Foundation
import Testing
import TestSupport

/// `lens lm train`, `lens lm eval` and `lens lm generate` as a user types them.
struct LanguageModelPathTests {
    private let folder: TemporaryFolder
    private let data: MadeData

    init() throws {
        folder = try TemporaryFolder()
        data = try MadeData(storiesPerTask: 30)
    }

    private let start = Repository.model("mamba2")

    private func arguments(out: String) -> [String] {
        [
            "lm", "train", "--model", start, "--convert-to-diff", "alternate", "--data",
            data.text, "--window", "64", "--steps", "6",
            "--batch", "2", "--at-a-time", "1", "--snapshot-every", "1", "--dropout", "0.1",
            "--eval-data", data.otherText, "--eval-every", "2",
            "--eval-limit", "2", "--out", out,
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
            "lm", "train", "--model", folder("diff"), "--data", data.stories,
            "--tasks", "qa1,qa6", "--window", "128", "--steps", "2", "--out", folder("tuned"),
            "--text", data.text, "--text-share", "0.5",
            "--task-weights", "qa6=2", "--dropout", "0.1", "--dtype", "bf16", "--eval-data",
            data.otherText, "--eval-limit", "3",
        ])
        #expect(tuned.status == 0, "\(tuned.errors)")
        #expect(tuned.output.contains("\nheld out:\n"))
        #expect(tuned.output.contains("\nmean "))
        let lines = try readFile(folder("tuned/train.jsonl")).split(separator: UInt8(ascii: "\n"))
        let steps = lines.compactMap {
            try? decodeJSON(Step.self, from: Data($0), path: "train.jsonl")
        }
        #expect(lines.count == 4 && steps.count == 2)
        for step in steps {
            #expect(step.heldOut.map(\.name) == ["qa1", "qa6", "text"])
            #expect(step.heldOut.map { $0.accuracy == nil } == [false, false, true])
            #expect(step.heldOut.map { $0.bitsPerByte == nil } == [true, true, false])
            #expect(step.heldOut.map(\.sequences) == [3, 3, 3])
        }

        let evaluated = try LensProcess([
            "lm", "eval", "--model", folder("tuned"), "--data",
            data.otherText, "--window", "64", "--limit", "5",
        ])
        #expect(evaluated.output.hasPrefix("315 predictions in 5 windows of 64 tokens:"))

        let answers = try LensProcess([
            "lm", "eval", "--model", start, "--data", data.stories, "--tasks",
            "qa1,qa6", "--limit", "20", "--out", folder("answers.json"),
        ])
        #expect(answers.status == 0, "\(answers.errors)")
        let result = try decodeJSON(Answers.self, from: folder("answers.json"))
        #expect(result.tasks.map(\.name) == ["qa1", "qa6"])
        #expect(result.tasks.map(\.sequences) == [20, 20])
        #expect(result.accuracy == result.tasks.reduce(0) { $0 + ($1.accuracy ?? 0) } / 2)
        // The model has learnt these tasks; chance is 1/6 and 1/2.
        #expect(result.accuracy > 0.7)

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
        // On one thread and on as many as there are, which changes nothing.
        let whole = try LensProcess(arguments(out: folder("whole")) + ["--threads", "1"])
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
            let resumed = try LensProcess(
                arguments(out: folder("killed")) + ["--resume", "--threads", "3"])
            #expect(resumed.status == 0, "\(resumed.errors)")
        }
        for name in ["model.safetensors", "train.jsonl"] {
            #expect(try readFile(folder("killed/\(name)")) == readFile(folder("whole/\(name)")))
        }
    }
}

private struct Answers: Decodable {
    let tasks: [Score]
    let accuracy: Double
}

/// A line of `train.jsonl` that holds a measurement.
private struct Step: Decodable {
    let heldOut: [Score]

    enum CodingKeys: String, CodingKey {
        case heldOut = "held_out"
    }
}

private struct Score: Decodable {
    let name: String
    let sequences: Int
    let accuracy, bitsPerByte: Double?

    enum CodingKeys: String, CodingKey {
        case name, sequences, accuracy
        case bitsPerByte = "bits_per_byte"
    }
}
