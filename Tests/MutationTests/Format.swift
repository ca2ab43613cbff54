import Base
import Checkpoints
import Corpora
import Foundation
import Lenses
import Models
import Reports
import Results
import Tensors
import Testing
import TestSupport
import Tokenization
import Training

/// A kind of file that the program reads.
struct Format: Sendable, CustomTestStringConvertible {
    /// Sound files in a folder, and what reads them there.
    struct Reader {
        let files: [String]
        let read: () throws -> Void
    }

    let name: String
    let prepare: @Sendable (_ folder: String) throws -> Reader

    var testDescription: String { name }

    static let all: [Format] = [
        model("mamba1", .mamba1, ["config.json", "model.safetensors"]),
        model("mamba2", .grouped, ["config.json", "model.safetensors"]),
        model("diffmamba2", .diffAlternate, ["config.json"]),
        Format(name: "shards", prepare: shards),
        Format(name: "torch", prepare: torch),
        Format(name: "tokenizer", prepare: tokenizer),
        text("txt", "One document.\n\n\nAnother, with \"quotes\" and\ttabs.\n"),
        text(
            "jsonl",
            "{\"text\": \"One.\", \"meta\": {\"a\": [1, null]}}\n{\"text\": \"T\\u00e9\"}\n"),
        Format(name: "zstd", prepare: zstd),
        Format(name: "babilong", prepare: babilong),
        Format(name: "babi", prepare: babi),
        Format(name: "result", prepare: result),
        Format(name: "prompts", prepare: prompts),
        Format(name: "text result", prepare: textResult),
        Format(name: "table", prepare: table),
        Format(name: "log", prepare: log),
        Format(name: "lens", prepare: lens),
        Format(name: "snapshot", prepare: snapshot),
        Format(name: "ids", prepare: ids),
    ]

    /// A folder that is inspected and, where nothing is wrong with it, run.
    private static func model(_ name: String, _ kind: SmallModel.Kind, _ files: [String]) -> Format
    {
        Format(name: name) { folder in
            try SmallModel.write(kind, to: folder)
            return Reader(files: files) { try run(folder) }
        }
    }

    private static func run(_ folder: String) throws {
        let inspection = try Inspection(folder: folder)
        guard inspection.problems.isEmpty else { return }
        let model = try LanguageModel(folder: folder)
        try model.run(TokenBatch([[1, 2, 3]]), hooks: Hooks())
    }

    private static func shards(_ folder: String) throws -> Reader {
        try SmallModel.write(.mamba2, to: folder)
        let whole = join(folder, "model.safetensors")
        let tensors = try Safetensors.read(whole).tensors.sorted { $0.key < $1.key }
        var places: [String: String] = [:]
        for index in 0..<2 {
            let shard = "model-0000\(index + 1)-of-00002.safetensors"
            let part = tensors.enumerated().filter { $0.offset % 2 == index }.map(\.element)
            try Safetensors.write(
                part.map { ($0.key, $0.value) }, metadata: ["format": "pt"],
                to: join(folder, shard))
            for (name, _) in part { places[name] = shard }
        }
        try writeFile(
            encodeJSON(Index(weight_map: places)), to: join(folder, "model.safetensors.index.json"))
        unlink(whole)
        return Reader(
            files: ["model.safetensors.index.json", "model-00001-of-00002.safetensors"]
        ) { try run(folder) }
    }

    private struct Index: Encodable {
        let weight_map: [String: String]
    }

    private static func torch(_ folder: String) throws -> Reader {
        let path = join(folder, "pytorch_model.bin")
        try TorchArchive.write(
            [("a.weight", Tensor(3, 5)), ("a.bias", Tensor(5))], to: path)
        return Reader(files: ["pytorch_model.bin"]) {
            let checkpoint = try Checkpoint(file: path)
            for name in checkpoint.names {
                _ = try checkpoint.float32(name, shape: checkpoint.stored(name).shape)
            }
        }
    }

    private static func tokenizer(_ folder: String) throws -> Reader {
        var tokenizer = TinyTokenizer(merges: [("t", "h"), ("th", "e"), ("Ġ", "the")])
        tokenizer.add("<|endoftext|>", special: true)
        tokenizer.add("word", normalized: true, singleWord: true, lstrip: true)
        let path = join(folder, "tokenizer.json")
        try tokenizer.write(to: path)
        return Reader(files: ["tokenizer.json"]) {
            let tokenizer = try Tokenizer(path: path)
            let ids = tokenizer.encode("the Mother of\u{E9}\u{301} <|endoftext|> a word 🙂\n")
            _ = tokenizer.decode(ids)
        }
    }

    private static func text(_ suffix: String, _ content: String) -> Format {
        Format(name: suffix) { folder in
            try writeFile(content, to: join(folder, "text.\(suffix)"))
            return Reader(files: ["text.\(suffix)"]) {
                for lines in [true, false] { try readText(join(folder, "text.\(suffix)"), lines) }
            }
        }
    }

    private static func readText(_ path: String, _ lines: Bool) throws {
        let reader = try DocumentReader(paths: [path], key: "text", lines: lines)
        while try reader.next() != nil {}
    }

    /// The log of a training, drawn as far as it can be read.
    private static func log(_ folder: String) throws -> Reader {
        let text = """
            {"step": 0, "held_out": [3.5, 2.25]}
            {"step": 1, "loss": [3.25, 2.125], "learning_rate": 0.001, "tokens": 512}
            {"step": 2, "loss": [3, "NaN"], "held_out": [3.0, 2e-3]}

            """
        try writeFile(Data(text.utf8), to: join(folder, "train.jsonl"))
        return Reader(files: ["train.jsonl"]) {
            let figure = TrainingFigure([try TrainingCurve(folder)])
            _ = try figure.file(as: .svg, dpi: 100, command: "lens plot training")
        }
    }

    /// A frame of zstd with one raw block.
    private static func zstd(_ folder: String) throws -> Reader {
        let text = Array("A document.\n\n\nAnother one.\n".utf8)
        let size = UInt8(text.count)
        let block = UInt32(size) << 3 | 1
        let frame: [UInt8] =
            [0x28, 0xB5, 0x2F, 0xFD, 0x20, size]
            + [UInt8(block & 0xFF), UInt8(block >> 8 & 0xFF), UInt8(block >> 16)] + text
        try writeFile(frame, to: join(folder, "text.txt.zst"))
        return Reader(files: ["text.txt.zst"]) {
            try readText(join(folder, "text.txt.zst"), false)
        }
    }

    private static func babilong(_ folder: String) throws -> Reader {
        try writeFile(
            """
            [{"input": "Mary went home.", "question": "Where is Mary?", "target": "home"},
             {"input": "John left.", "question": "Where is John?", "target": "away", "x": [1]}]
            """, to: join(folder, "qa1/0k.json"))
        return Reader(files: ["qa1/0k.json"]) {
            _ = try loadBabilong(data: folder, length: "0k", tasks: ["qa1"])
        }
    }

    private static func babi(_ folder: String) throws -> Reader {
        let name = "qa1_single-supporting-fact_test.txt"
        try writeFile(
            "1 Mary moved to the bathroom.\n2 John went to the hallway.\n"
                + "3 Where is Mary? \tbathroom\t1\n1 Sandra journeyed to the kitchen.\n"
                + "2 Where is Sandra? \tkitchen\t1\n", to: join(folder, name))
        return Reader(files: [name]) {
            _ = try loadBabilong(data: folder, length: "0k", tasks: ["qa1"])
        }
    }

    private static func result(_ folder: String) throws -> Reader {
        let row =
            #""probability": {"mean": 0.25, "ci95": [0.2, 0.3]}, "#
            + #""log_probability": {"mean": -1.5, "ci95": [-2, -1]}, "#
            + #""rank": {"mean": 2.5, "ci95": [1, 4]}"#
        let layers = (1...3).map { "{\"blocks\": \($0), \(row)}" }.joined(separator: ", ")
        let path = join(folder, "result.json")
        try writeFile(
            """
            {"count": 2, "layers": [\(layers)], "output": {\(row)}, "seed": 0,
             "run": {"command": "lens eval babilong", "model": "m", "lens": "logit"}}
            """, to: path)
        return Reader(files: ["result.json"]) {
            let curves = try ResultFile.curves([path])
            _ = try layerTable(curves, LayerChartOptions())
        }
    }

    private static func prompts(_ folder: String) throws -> Reader {
        let reading = TokenReading(probability: 0.5, logProbability: -0.69, rank: 1)
        let prompts = (0..<3).map { index in
            BabilongResult.Prompt(
                task: "qa1", index: index, tokens: 9, target: "x", targetID: 4, targetTokens: 1,
                readings: [reading, reading])
        }
        let path = join(folder, "prompts.json")
        try writeFile(
            BabilongResult(prompts: prompts, run: RunRecord(), seed: 0).json(pretty: false),
            to: path)
        var selection = CurveSelection()
        (selection.tasks, selection.average) = (["qa1"], .median)
        return Reader(files: ["prompts.json"]) { [selection] in
            _ = try ResultFile.curves([path], selection)
        }
    }

    private static func textResult(_ folder: String) throws -> Reader {
        let metrics = TextMetrics(crossEntropy: 3, entropy: 2, kl: 1)
        let path = join(folder, "text.json")
        try writeFile(
            TextResult(
                logit: [metrics, metrics], tuned: [metrics, metrics], output: metrics, windows: 2,
                window: 8, natsToBitsPerByte: 0.3, run: RunRecord()
            ).json(pretty: false), to: path)
        return Reader(files: ["text.json"]) {
            _ = try layerTable(try ResultFile.curves([path]), LayerChartOptions())
        }
    }

    private static func table(_ folder: String) throws -> Reader {
        let path = join(folder, "table.txt")
        try writeFile(
            "{1: {'sum': 1.2, 'total': 2000, 'avg': 0.0006}, 2: {'sum': 9.5, 'total': 20, 'avg': 0.475}}\n",
            to: path)
        return Reader(files: ["table.txt"]) { _ = try ResultFile.curves([path]) }
    }

    private static func snapshot(_ folder: String) throws -> Reader {
        try SmallModel.write(.mamba2, to: join(folder, "model"))
        let model = try LanguageModel(folder: join(folder, "model"))
        var random = TestRandom(seed: 5)
        let windows = TokenWindows(
            window: 8, ids: random.ids(64, below: SmallModel.vocabSize), tokenCount: 64,
            documentCount: 1, byteCount: 256)
        var options = LensTrainingOptions()
        (options.text.steps, options.text.window, options.text.tokensPerStep) = (3, 8, 16)
        func trainer() throws -> LensTrainer {
            try LensTrainer(
                model, lens: Lens(zeroFor: model.configuration), windows: windows, options: options)
        }
        let first = try trainer()
        while first.completedSteps < 1 { _ = try first.advance() }
        try first.writeSnapshot(to: SnapshotFolder(in: folder))
        return Reader(files: ["snapshots/step-000001.safetensors"]) {
            let resumed = try trainer()
            try resumed.restore(from: SnapshotFolder(in: folder))
            // What is believed can be gone on from.
            while !resumed.isFinished { _ = try resumed.advance() }
        }
    }

    private static func ids(_ folder: String) throws -> Reader {
        try writeFile("[[1, 2, 3], [4, 5, 6]]", to: join(folder, "ids.json"))
        return Reader(files: ["ids.json"]) {
            _ = try decodeJSON([TokenIDList].self, from: join(folder, "ids.json"))
        }
    }

    private static func lens(_ folder: String) throws -> Reader {
        try SmallModel.write(.mamba2, to: join(folder, "model"))
        let model = try LanguageModel(folder: join(folder, "model"))
        try LensArtifact.write(
            Lens(zeroFor: model.configuration), for: model, to: join(folder, "lens"))
        return Reader(files: ["lens/config.json", "lens/params.pt"]) {
            _ = try LensArtifact.read(join(folder, "lens"), for: model)
        }
    }
}
