import Base
import Checkpoints
import Foundation
import Testing
import TestSupport

/// What `lens capture` lists and writes, on the embedded models.
struct CaptureTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func capture(_ design: String, _ arguments: String...) throws -> LensProcess {
        try LensProcess(["capture", "--model", Repository.model(design)] + arguments)
    }

    /// `y_t = Σ_j C_t · B_j exp(A Σ_{k=j+1...t} dt_k) dt_j x_j + D x_t`, in float64.
    private func scan(_ file: TensorFile, _ mixer: String) throws -> [Double] {
        func values(_ part: String) throws -> [Double] { try file.values("\(mixer).hook_\(part)") }
        let (x, B, C, dt) = try (values("x"), values("B"), values("C"), values("dt"))
        let (A, D) = try (values("A"), values("D"))
        let shape = try file.shape("\(mixer).hook_x")
        let (length, heads, channels) = (shape[1], shape[2], shape[3])
        let state = B.count / length
        var y = [Double](repeating: 0, count: x.count)
        for t in 0..<length {
            for h in 0..<heads {
                for j in 0...t {
                    let overlap = (0..<state).reduce(0) {
                        $0 + C[t * state + $1] * B[j * state + $1]
                    }
                    let time = (j..<t).reduce(0) { $0 + dt[($1 + 1) * heads + h] }
                    let weight =
                        overlap * exp(A[h] * time) * dt[j * heads + h] + (j == t ? D[h] : 0)
                    for p in 0..<channels {
                        y[(t * heads + h) * channels + p] +=
                            weight * x[(j * heads + h) * channels + p]
                    }
                }
            }
        }
        return y
    }

    @Test(
        "what a scan reads is captured with what is needed to do it again",
        arguments: [("mamba2", ["blocks.2.mixer"]), ("diffmamba2", ["blocks.2.mixer_1"])])
    func scans(design: String, mixers: [String]) throws {
        let path = folder("a.safetensors")
        for mixer in mixers {
            let run = try capture(
                design, "Mary went to the kitchen. Where is Mary?", "--hooks",
                "\(mixer).hook_[xBC]", "\(mixer).hook_dt", "\(mixer).hook_ssm_out", "--out", path)
            #expect(run.status == 0, "\(run.errors)")
            let file = try TensorFile(path)
            expectClose(
                try file.values("\(mixer).hook_ssm_out"), try scan(file, mixer),
                within: .relative(2e-6, because: "fp32 by chunks against float64; 2e-7 measured"))
            #expect(file.names.contains("blocks.2.hook_lambda") == (design == "diffmamba2"))
        }
    }

    @Test("the file has the ids and the texts of the tokens")
    func tokens() throws {
        let path = folder("a.safetensors")
        let text = "Where is Mary?"
        #expect(
            try capture("mamba2", text, "--hooks", "logits", "--out", path).status == 0)
        let content = try Safetensors.read(path)
        let json = try #require(content.metadata["tokens"])
        let tokens = try decodeJSON([[String]].self, from: Data(json.utf8), path: path)
        #expect(tokens.count == 1 && tokens[0].joined() == text)
        let file = try TensorFile(path)
        #expect(try file.shape("ids") == [1, tokens[0].count])
        let ids = try file.integers("ids")
        let again = try capture(
            "mamba2", "--ids", ids.map(String.init).joined(separator: ","), "--hooks", "logits",
            "--out", folder("b.safetensors"))
        #expect(again.status == 0)
        #expect(
            try TensorFile(folder("b.safetensors")).values("logits") == file.values("logits"))
    }

    @Test("kinds of hook points by name, blocks, shape and meaning; all of them by their names")
    func list() throws {
        let kinds = try capture("diffmamba2", "--list-hooks").output.split(separator: "\n")
        let all = try capture("diffmamba2", "--list-hooks", "--all").output.split(separator: "\n")
        func names(_ lines: [Substring]) -> [String] {
            lines.map { String($0.prefix { $0 != " " }) }
        }
        #expect(kinds.count == 48 && names(kinds)[3] == "blocks.*.mixer.in_proj.hook_out")
        #expect(names(kinds).suffix(3).first == "blocks.*.hook_resid_post")
        #expect(
            kinds.contains {
                $0.hasPrefix("blocks.*.mixer_2.hook_dt ") && $0.contains("  0,2,4,6  ")
                    && $0.contains("  [batch, pos, n_heads 8]  ")
                    && $0.hasSuffix("softplus and clamp")
            })
        #expect(
            Set(names(all)).count == all.count && names(all).contains("blocks.7.hook_resid_post"))
        // Every name of the list is one that can be asked for.
        let run = try capture(
            "diffmamba2", "--ids", "1,2", "--out", folder("a.safetensors"), "--hooks",
            names(kinds)[5], names(all)[9], names(kinds)[20])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try capture("mamba2", "--all").status == 64)
    }
}
