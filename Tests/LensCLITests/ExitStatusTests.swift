import Base
import Foundation
import Testing
import TestSupport

/// Every kind of failure has its exit status and one sentence on stderr that names the culprit.
struct ExitStatusTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try SmallModel.write(.mamba2, to: folder.path)
    }

    private func expect(
        _ run: LensProcess, status: Int32, mentioning word: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(run.status == status, "\(run.errors)", sourceLocation: sourceLocation)
        #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: sourceLocation)
        #expect(run.output.isEmpty, sourceLocation: sourceLocation)
    }

    @Test("usage: 64")
    func usage() throws {
        expect(try LensProcess("bogus"), status: 64, mentioning: "bogus")
        expect(try LensProcess("train"), status: 64, mentioning: "--model")
        let capture = ["capture", "--model", folder.path, "--out", folder("a.safetensors")]
        func run(_ more: String...) throws -> LensProcess {
            try LensProcess(
                capture[0], capture[1], capture[2], capture[3], capture[4], more[0], more[1],
                more[2], more[3])
        }
        expect(
            try run("--ids", "1,97", "--hooks", "logits"), status: 64, mentioning: "'97'")
        expect(
            try run("--ids", "1,,2", "--hooks", "logits"), status: 64, mentioning: "''")
        let ids = folder("ids.json")
        try writeFile("[[1, 2], [3, 97]]", to: ids)
        expect(
            try run("--ids-file", ids, "--hooks", "logits"), status: 65,
            mentioning: "ids.json: list 2, item 2: id 97 is outside")
        try writeFile("[[1, NaN]]", to: ids)
        expect(
            try run("--ids-file", ids, "--hooks", "logits"), status: 65,
            mentioning: "item 2 is nan, which is no token id")
        expect(
            try run("--ids", "1,x", "--hooks", "logits"), status: 64, mentioning: "'x'")
        expect(
            try run("--ids", "1", "--hooks", "blocks.9.*"), status: 64, mentioning: "blocks.9.*")
        #expect(!fileExists(folder("a.safetensors")))
    }

    @Test("bad data: 65")
    func badData() throws {
        let weights = folder("model.safetensors")
        let bytes = try readFile(weights)
        try writeFile(bytes.prefix(bytes.count / 2), to: weights)
        expect(try LensProcess("inspect", folder.path), status: 65, mentioning: weights)
        try writeFile(#"{"model_type": "llama"}"#, to: folder("config.json"))
        try writeFile(bytes, to: weights)
        expect(try LensProcess("inspect", folder.path), status: 65, mentioning: "llama")
        try writeFile("neither", to: folder("result.json"))
        expect(
            try LensProcess(
                "plot", "layers", folder("result.json"), "--out", folder("a.png")),
            status: 65, mentioning: "result.json")
    }

    /// A time step that overflows is limited again, so the stream stays finite.
    @Test("a capture of numbers that are not finite is none: 65")
    func captureNotFinite() throws {
        struct Entry: Decodable {
            let begin: Int
            init(from decoder: any Decoder) throws {
                enum Key: String, CodingKey { case data_offsets }
                begin = try decoder.container(keyedBy: Key.self).decode(
                    [Int].self, forKey: .data_offsets)[0]
            }
        }
        let (path, configuration) = (folder("model.safetensors"), folder("config.json"))
        var bytes = [UInt8](try readFile(path))
        let end = 8 + bytes.withUnsafeBytes { Int($0.loadUnaligned(as: UInt64.self)) }
        var header = try #require(
            JSONSerialization.jsonObject(with: Data(bytes[8..<end])) as? [String: Any])
        header["__metadata__"] = nil
        let entries = try decodeJSON(
            [String: Entry].self, from: JSONSerialization.data(withJSONObject: header), path: path)
        func set(_ name: String, _ index: Int, _ value: Float) throws {
            let place = end + (try #require(entries["backbone.layers.1.\(name)"])).begin + 4 * index
            bytes.replaceSubrange(place..<place + 4, with: withUnsafeBytes(of: value) { Array($0) })
        }
        // The last row of [z, x, B, C, dt] alone reads channel 0.
        let rows = 64 + 96 + 4
        for row in 0..<rows { try set("mixer.in_proj.weight", 32 * row, row < rows - 1 ? 0 : 3e38) }
        try set("norm.weight", 0, 1e4)
        try writeFile(bytes, to: path)
        let text = String(decoding: try readFile(configuration), as: UTF8.self)
        try writeFile(text.replacing("[0.0, Infinity]", with: "[0.001, 0.1]"), to: configuration)

        func capture(_ hook: String) throws -> LensProcess {
            try LensProcess(
                "capture", "--model", folder.path, "--ids", "1,2,3", "--hooks", hook, "--out",
                folder("a.safetensors"))
        }
        expect(
            try capture("*in_proj*"), status: 65, mentioning: "blocks.1.mixer.in_proj.hook_out")
        #expect(!fileExists(folder("a.safetensors")))
        #expect(try capture("logits").status == 0)
    }

    @Test("missing input: 66")
    func missingInput() throws {
        let absent = folder("absent")
        expect(try LensProcess("inspect", absent), status: 66, mentioning: absent)
        expect(
            try LensProcess("plot", "layers", absent, "--out", folder("a.png")), status: 66,
            mentioning: absent)
        expect(
            try LensProcess(
                "capture", "--model", folder.path, "hello", "--hooks", "logits",
                "--out", folder("a.safetensors")), status: 66, mentioning: "tokenizer.json")
    }

    @Test("what cannot be written is refused before the work is done: 74")
    func inputOutput() throws {
        expect(
            try LensProcess(
                "capture", "--model", folder.path, "--ids", "1", "--hooks", "logits", "--out",
                folder("config.json/inside.safetensors")),
            status: 74, mentioning: folder("config.json"))
        expect(
            try LensProcess(
                "capture", "--model", folder.path, "--ids", "1", "--hooks", "logits", "--out",
                folder.path), status: 74, mentioning: "is a folder")
    }
}
