import Base
import Foundation
import Testing
import TestSupport

/// `lens-bench` as a user types it, on a model that takes no time.
struct BenchCommandTests {
    private static let bench = BuiltProgram("lens-bench")
    private static let tiny = [
        "--d-model", "64", "--layers", "2", "--vocab", "300", "--d-state", "16", "--head-dim",
        "16", "--repeat", "1",
    ]

    /// The leaves of a JSON object by their dotted paths.
    private func leaves(_ json: Any, path: String = "") -> [String: Any] {
        guard let object = json as? [String: Any] else { return [path: json] }
        return object.reduce(into: [:]) { result, member in
            let inner = path.isEmpty ? member.key : "\(path).\(member.key)"
            result.merge(leaves(member.value, path: inner)) { first, _ in first }
        }
    }

    private func numbers(_ data: Data) throws -> [String: Double] {
        leaves(try JSONSerialization.jsonObject(with: data)).compactMapValues { $0 as? Double }
    }

    @Test("every number of the JSON is there, positive and finite", arguments: [false, true])
    func json(differential: Bool) throws {
        // As scripts say it that are older than --out.
        let run = try Self.bench.run(
            Self.tiny + ["--json", "-"] + (differential ? ["--differential"] : []))
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            run.errors == "lens-bench: --json is --out now\n",
            "no progress where stderr is no terminal")
        let values = try numbers(Data(run.output.utf8))
        let expected: Set = [
            "limits.sgemm_gflops", "limits.bf16_gflops", "limits.read_gb_per_s",
            "lens_step.bf16.tokens_per_s", "lens_step.bf16.ratio",
            "forward_bf16.512.tokens_per_s", "forward.128.tokens_per_s",
            "forward.128.ratio", "forward.512.tokens_per_s", "forward.512.ratio",
            "forward.2048.tokens_per_s", "forward.2048.ratio", "lens_step.fp32.tokens_per_s",
            "lens_step.fp32.ratio", "needle.prompts_per_s", "decode.tokens_per_s", "decode.ratio",
            "peak_rss_gb", "threads",
        ]
        #expect(expected.isSubset(of: values.keys), "\(expected.subtracting(values.keys))")
        #expect(values.values.allSatisfy { $0 > 0 && $0.isFinite }, "\(values)")
        // The read buffer alone is half a gigabyte.
        #expect((0.5..<4).contains(values["peak_rss_gb"] ?? 0))
        let all = leaves(try JSONSerialization.jsonObject(with: Data(run.output.utf8)))
        for key in ["cpu", "kernels", "blas"] { #expect(all[key] is String, "\(key)") }
        #expect(
            all["shape.family"] as? String == (differential ? "Diff-Mamba-2" : "Mamba-2"))
    }

    @Test("--only, --threads and --growth; the table and a JSON file")
    func selection() throws {
        let folder = try TemporaryFolder()
        let file = folder("bench.json")
        let run = try Self.bench.run(
            Self.tiny + ["--only", "decode", "--threads", "2", "--growth", "--out", file])
        #expect(run.status == 0, "\(run.errors)")
        let values = try numbers(try readFile(file))
        #expect(values["threads"] == 2)
        #expect(values["forward.128.ratio"] == nil)
        #expect((values["decode.ratio"] ?? 0) > 0)
        for point in [
            "tokens.512", "tokens.8192", "layers.1", "layers.2", "threads.1", "threads.2",
        ] {
            #expect((values["growth.\(point).seconds_per_token"] ?? 0) > 0, "\(point)")
            #expect((values["growth.\(point).ratio"] ?? 0) > 0, "\(point)")
        }
        for line in ["limit: sgemm", "decode, token by token", "growth, 8192 tokens"] {
            #expect(run.output.contains(line), "\(run.output)")
        }
    }

    @Test("the table says why the tokenizer was left out")
    func leftOut() throws {
        let run = try Self.bench.run(["--only", "tokenizer", "--repeat", "1"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("left out: needs --tokenizer FILE and --text FILE"))
    }

    @Test("the speed of a tokenizer")
    func tokenizer() throws {
        let run = try Self.bench.run([
            "--only", "tokenizer", "--repeat", "1", "--out", "-", "--tokenizer",
            join(Repository.model("mamba2"), "tokenizer.json"), "--text",
            Repository.golden("text.jsonl"),
        ])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try numbers(Data(run.output.utf8))["tokenizer.mb_per_s"] ?? 0 > 0)
    }

    @Test(
        "bad arguments are refused before any work",
        arguments: [
            (["--shape", "7b"], 64, "7b"), (["--only", "forward,fast"], 64, "'fast' is none of"),
            (["--only", ""], 64, "'' is none of"), (["--repeat", "0"], 64, "--repeat is 0"),
            (["--threads", "0"], 64, "--threads is 0"), (["--layers", "0"], 64, "--layers is 0"),
            (["--d-model", "60", "--head-dim", "64"], 64, "does not divide 120"),
            (["--head-dim", "1", "--differential"], 64, "even number"),
            (["--tokenizer", "a.json"], 64, "--text FILE"),
            (
                ["--only", "tokenizer", "--tokenizer", "/absent.json", "--text", "/absent.txt"], 66,
                "/absent.json"
            ),
            (["--out", "/dev/null/bench.json"], 74, "/dev/null"),
        ])
    func badArguments(arguments: [String], status: Int32, mentioned: String) throws {
        let run = try Self.bench.run(arguments)
        #expect(run.status == status, "\(run.errors)")
        #expect(run.errors.contains(mentioned), "\(run.errors)")
        #expect(run.output.isEmpty)
    }

    /// After a wanted change: `lens-bench --help > Tests/LensBenchTests/Help/lens-bench.txt`.
    @Test("help says what it is meant to say")
    func help() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Help/lens-bench.txt").path
        let help = try Self.bench.run(["--help"])
        #expect(help.output == String(decoding: try readFile(path), as: UTF8.self))
        #expect(help.status == 0)
    }
}
