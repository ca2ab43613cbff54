import Base
import Checkpoints
import Tensors
import Testing
import TestSupport

@Suite struct ShardIndexTests {
    private func folder(index: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (shard, names) in [("s1", ["a", "b"]), ("s2", ["c"])] {
            try Safetensors.write(
                names.map { ($0, StoredTensor(Tensor([1], shape: [1]))) },
                to: folder("\(shard).safetensors"))
        }
        try writeFile(index, to: folder("model.safetensors.index.json"))
        return folder
    }

    private func index(_ map: String) -> String { "{\"metadata\":{},\"weight_map\":{\(map)}}" }

    private let complete = """
        "a": "s1.safetensors", "b": "s1.safetensors", "c": "s2.safetensors"
        """

    @Test func joinsTheShards() throws {
        let folder = try folder(index: index(complete))
        let checkpoint = try Checkpoint(folder: folder.path)
        #expect(checkpoint.names == ["a", "b", "c"])
        #expect(checkpoint.files == [folder("s1.safetensors"), folder("s2.safetensors")])
    }

    /// One "é" is one character, the other two.
    @Test func namesAreComparedByTheirBytes() throws {
        let folder = try TemporaryFolder()
        let names = ["\u{E9}", "e\u{301}"]
        for (index, name) in names.enumerated() {
            try Safetensors.write(
                [(name, StoredTensor(Tensor([Float(index)], shape: [1])))], metadata: [:],
                to: folder("s\(index).safetensors"))
        }
        try writeFile(
            self.index("\"\(names[0])\": \"s0.safetensors\", \"\(names[1])\": \"s1.safetensors\""),
            to: folder("model.safetensors.index.json"))
        let checkpoint = try Checkpoint(folder: folder.path)
        for (index, name) in names.enumerated() {
            let tensor = try checkpoint.float32(name, shape: [1])
            #expect(tensor.elements.first == Float(index))
        }
    }

    @Test func refusals() throws {
        func expect(_ flaw: ShardIndexFlaw, _ map: String) throws {
            let folder = try folder(index: index(map))
            let path = folder("model.safetensors.index.json")
            #expect(throws: CheckpointError.shardIndex(path: path, flaw: flaw)) {
                try Checkpoint(folder: folder.path)
            }
        }
        try expect(.noTensors, "")
        for outside in ["../s1.safetensors", "/etc/passwd", "..", "", "a/b"] {
            try expect(
                .shardOutsideFolder(tensor: "a", shard: outside), "\"a\": \"\(outside)\"")
        }
        try expect(
            .missingFromShard(tensor: "d", shard: "s2.safetensors"),
            complete + ", \"d\": \"s2.safetensors\"")
        try expect(
            .missingFromShard(tensor: "b", shard: "s2.safetensors"),
            complete.replacing("\"b\": \"s1", with: "\"b\": \"s2"))
        try expect(
            .unlisted(tensor: "b", shard: "s1.safetensors"), "\"a\": \"s1.safetensors\"")
    }

    @Test func missingShardAndMalformedIndex() throws {
        let folder = try folder(index: index("\"a\": \"s3.safetensors\""))
        #expect(throws: FileError.missing(path: folder("s3.safetensors"))) {
            try Checkpoint(folder: folder.path)
        }
        let other = try self.folder(index: "{\"metadata\":{}}")
        #expect(
            throws: FileError.malformedJSON(
                path: other("model.safetensors.index.json"),
                reason: "key 'weight_map' is missing")
        ) { try Checkpoint(folder: other.path) }
    }
}
