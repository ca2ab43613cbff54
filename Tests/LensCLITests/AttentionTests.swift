import Base
import Testing
import TestSupport

/// `lens attention` as a user types it.
struct AttentionTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func attention(_ arguments: String...) throws -> LensProcess {
        try LensProcess(
            ["attention", "--file", Repository.path("Examples/mary.txt")] + arguments)
    }

    @Test("the block that retrieves reads the end of the sentence that it is asked about")
    func retrieves() throws {
        let process = try attention("--model", Repository.model("mamba2"), "--blocks", "4")
        #expect(process.status == 0, "\(process.errors)")
        let lines = process.output.split(separator: "\n")
        #expect(lines[0] == "blocks.4.mixer.hook_attention at position 31 ':'")
        #expect(lines[2].contains(".             10 0.55") && lines.count == 3 + 8)
    }

    @Test("files, some heads, several positions and both mixers")
    func files() throws {
        let model = Repository.model("diffmamba2")
        for name in ["a.png", "a.pdf", "a.svg", "a.safetensors"] {
            let process = try attention(
                "--model", model, "--blocks", "0,1", "--heads", "0,2", "--positions", "-3:",
                "--log",
                "--out", folder(name), "--dpi", "40")
            #expect(process.status == 0, "\(process.errors)")
        }
        let tensors = try TensorFile(folder("a.safetensors"))
        #expect(
            Set(tensors.names) == [
                "blocks.0.mixer_1.hook_attention", "blocks.0.mixer_2.hook_attention",
                "blocks.1.mixer.hook_attention",
            ])
        #expect(try tensors.shape("blocks.0.mixer_1.hook_attention") == [2, 3, 32])
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (["--blocks", "8"], "there is no 8 among the blocks, which go from 0 to 7"),
            (["--heads", "99"], "there is no 99 among the heads"),
            (["--positions", "32"], "there is no 32 among the positions"),
            (["--out", "x.npz"], "names no format"),
            (["another text"], "Give the text or --file FILE, not both."),
        ])
    func wrong(arguments: [String], message: String) throws {
        let process = try LensProcess(
            [
                "attention", "--file", Repository.path("Examples/mary.txt"), "--model",
                Repository.model("mamba2"),
            ] + arguments)
        #expect(process.status != 0 && process.errors.contains(message), "\(process.errors)")
    }
}
