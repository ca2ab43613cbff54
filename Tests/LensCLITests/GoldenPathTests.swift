import Base
import Foundation
import Testing
import TestSupport

/// The commands on the embedded models against an independent program, which did the same in float64
/// from the papers (`Tests/Golden`).
struct GoldenPathTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// What the program measured.
    private struct Golden: Decodable {
        struct Training: Decodable {
            let loss: [[Double]]
            let gradientNorm: [Double]
            let heldOut: [[Double]]
            enum CodingKeys: String, CodingKey {
                case loss
                case gradientNorm = "gradient_norm"
                case heldOut = "held_out"
            }
        }
        struct ModelTraining: Decodable {
            let loss, gradientNorm: [Double]
            enum CodingKeys: String, CodingKey {
                case loss
                case gradientNorm = "gradient_norm"
            }
        }
        struct Reading: Decodable {
            let probability, log_probability: Double
            let rank: Int
        }
        struct Answer: Decodable {
            let task: String
            let target_id: Int
            let layers: [Reading]
            let output: Reading
        }
        struct Generation: Decodable { let prompt, text: String }
        let lenses: [String: Training]
        let training: [String: ModelTraining]
        let answers: [String: [Answer]]
        let generations: [Generation]
        let nats_to_bits_per_byte: Double
        let unembed_hash: String

        init(_ design: String) throws {
            self = try decodeJSON(Golden.self, from: Repository.golden("\(design).json"))
        }
    }

    private static let text = Repository.golden("text.jsonl")

    private func lens(_ arguments: String...) throws -> String {
        let run = try LensProcess(arguments)
        try #require(run.status == 0, "\(run.errors)")
        return run.output
    }

    /// The recipe as the program follows it: all positions of consecutive windows.
    private func train(_ design: String, _ optimizer: String, steps: Int) throws -> String {
        let out = folder(optimizer)
        _ = try lens(
            "train", "--model", Repository.model(design), "--data", Self.text, "--recipe",
            "published", "--no-shuffle", "--precision", "fp32", "--window", "128",
            "--tokens-per-step", "512", "--steps", "\(steps)", "--held-out", "4", "--eval-every",
            "0", "--optimizer", optimizer, "--out", out)
        return out
    }

    /// A line of `train.jsonl`; the measurements have no loss.
    private struct Line: Decodable {
        let loss: [Double]?
        let loss_bits_per_byte: [Double]?
        let gradient_norm: Double?
        let held_out: [Double]?
    }

    private func lines<Line: Decodable>(_ type: Line.Type, in folder: String) throws -> [Line] {
        try readFile(join(folder, "train.jsonl")).split(separator: UInt8(ascii: "\n")).map {
            try decodeJSON(Line.self, from: Data($0), path: "train.jsonl")
        }
    }

    @Test(
        "lens train: losses, gradients and translators of every optimizer",
        arguments: ["mamba2", "diffmamba2"], [("sgd", 4), ("adam", 2), ("muon", 4)])
    func lensTraining(design: String, recipe: (optimizer: String, steps: Int)) throws {
        let golden = try Golden(design)
        let expected = try #require(golden.lenses[recipe.optimizer])
        let out = try train(design, recipe.optimizer, steps: recipe.steps)
        let lines = try lines(Line.self, in: out)
        let steps = lines.filter { $0.loss != nil }
        let near = Tolerance.relative(1e-5, because: "fp32 through eight blocks and some updates")
        #expect(steps.count == recipe.steps && expected.loss.count == recipe.steps)
        for (step, (loss, norm)) in zip(steps, zip(expected.loss, expected.gradientNorm)) {
            expectClose(
                Array((step.loss ?? []).dropLast()), Array(loss.dropLast()), within: near, "loss")
            expectClose([step.gradient_norm ?? 0], [norm], within: near, "gradient")
            let bits = (step.loss ?? []).map { $0 * golden.nats_to_bits_per_byte }
            expectClose(
                step.loss_bits_per_byte ?? [], bits,
                within: .relative(1e-14, because: "one float64 factor"), "bits")
        }
        let heldOut = lines.compactMap(\.held_out)
        #expect(heldOut.count == 2)
        for (actual, expected) in zip(heldOut, expected.heldOut) {
            expectClose(
                Array(actual.dropLast()), Array(expected.dropLast()), within: near, "held out")
        }

        let values = try TensorFile(golden: design)
        let parameters = try TensorFile(join(out, "params.safetensors"))
        // Towards the model's own output the last layer has nothing to learn: its gradient is rounding,
        // of which Adam makes steps.
        for layer in 0..<7 {
            for name in ["\(layer).weight", "\(layer).bias"] {
                let trained = try parameters.values(name)
                expectSampled(
                    trained, try values.values("\(recipe.optimizer)/\(name)"),
                    within: .relative(
                        ["sgd": 2e-5, "adam": 0.1][recipe.optimizer] ?? 2e-3,
                        because: "fp32; Adam and Muon magnify what is small in a gradient"),
                    "\(design) \(recipe.optimizer) \(name)")
            }
        }
        struct Configuration: Decodable { let unembed_hash: String }
        let hash = try decodeJSON(Configuration.self, from: join(out, "config.json")).unembed_hash
        #expect(hash == golden.unembed_hash)
    }

    @Test(
        "lens eval babilong: probability, log-probability and rank after every block",
        arguments: ["mamba2", "diffmamba2"], ["logit", "sgd"])
    func answers(design: String, kind: String) throws {
        struct Result: Decodable {
            struct Prompt: Decodable {
                let task: String
                let target_id: Int
                let probability, log_probability: [Double]
                let rank: [Int]
                let output: Golden.Reading
            }
            let prompts: [Prompt]
        }
        let trained = kind == "logit" ? kind : try train(design, kind, steps: 4)
        _ = try lens(
            "eval", "babilong", "--model", Repository.model(design), "--lens", trained, "--data",
            Repository.golden("babilong"), "--tasks", "qa1,qa6,qa11", "--limit", "4", "--out",
            folder("result.json"))
        let prompts = try decodeJSON(Result.self, from: folder("result.json")).prompts
        let expected = try #require(Golden(design).answers[kind])
        #expect(prompts.map(\.task) == expected.map(\.task))
        #expect(prompts.map(\.target_id) == expected.map(\.target_id))
        for (prompt, expected) in zip(prompts, expected) {
            let near = Tolerance.relative(2e-5, because: "fp32 through eight blocks")
            expectClose(prompt.probability, expected.layers.map(\.probability), within: near)
            expectClose(
                prompt.log_probability, expected.layers.map(\.log_probability),
                within: .relative(2e-4, because: "some are near 0; 4e-5 measured"))
            #expect(prompt.rank == expected.layers.map(\.rank))
            // Logarithms of probabilities near 1.
            let difference = prompt.output.log_probability - expected.output.log_probability
            #expect(abs(difference) < 5e-5)
            #expect(prompt.output.rank == expected.output.rank)
        }
    }

    @Test("lens lm generate: the most probable tokens", arguments: ["mamba2", "diffmamba2"])
    func generation(design: String) throws {
        for expected in try Golden(design).generations {
            let text = try lens(
                "lm", "generate", expected.prompt, "--model", Repository.model(design),
                "--temperature", "0", "--limit", "20", "--ignore-end")
            #expect(text.contains(expected.text))
        }
    }

    @Test(
        "lens lm train: losses and what every parameter moved by",
        arguments: ["mamba2", "diffmamba2"], ["adamw", "muon"])
    func training(design: String, optimizer: String) throws {
        struct Step: Decodable { let loss, gradient_norm: Double }
        _ = try lens(
            "lm", "train", "--model", Repository.model(design), "--data", Self.text, "--window",
            "128", "--steps", "3", "--batch", "2", "--no-shuffle", "--optimizer", optimizer,
            "--lr", "1e-3", "--schedule", "constant", "--out", folder("model"))
        let expected = try #require(Golden(design).training[optimizer])
        let steps = try lines(Step.self, in: folder("model"))
        let near = Tolerance.relative(
            2e-4, because: "fp32 through eight blocks and back; 1.7e-5 measured")
        expectClose(steps.map(\.loss), expected.loss, within: near, "loss")
        expectClose(steps.map(\.gradient_norm), expected.gradientNorm, within: near, "gradient")

        let values = try TensorFile(golden: design)
        let before = try TensorFile(join(Repository.model(design), "model.safetensors"))
        let after = try TensorFile(join(folder("model"), "model.safetensors"))
        // Where λ's sigmoid is flat its parameters' gradients are rounding.
        for name in before.names where !name.hasSuffix("layers.2.lambda_q1") {
            let moved = zip(try after.values(name), try before.values(name)).map(-)
            expectSampled(
                moved, try values.values("update/\(optimizer)/\(name)"), about: 32,
                within: .relative(
                    1e-2, because: "AdamW makes whole steps of gradients that are rounding"),
                name)
        }
    }
}
