import Base
import Checkpoints
import Foundation
import Tensors
import Testing
import TestSupport

@Suite struct TorchArchiveTests {
    @Test("what is written is read back, and written again is the same file")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let tensors: [(name: String, tensor: Tensor)] = [
            ("0.weight", Tensor((0..<600).map(Float.init), shape: [20, 30])),
            ("0.bias", Tensor([-1, .infinity, 0.5], shape: [3])),
            ("scalar", Tensor([42], shape: [])),
            ("nothing", Tensor([0, 5])),
            ("slice", Tensor((0..<6).map(Float.init), shape: [3, 2])[1..<3]),
        ]
        try TorchArchive.write(tensors, to: folder("a/params.pt"))
        let read = try Checkpoint(file: folder("a/params.pt"))
        #expect(read.names.count == tensors.count)
        for (name, tensor) in tensors {
            let back = try #require(try read.stored(name).float32())
            #expect(back.shape == tensor.shape)
            #expect(values(back) == values(tensor), "\(name)")
        }
        try TorchArchive.write(tensors, to: folder("b.pt"))
        #expect(try readFile(folder("a/params.pt")) == readFile(folder("b.pt")))
    }

    @Test("flaws of the archive around the pickle are told apart")
    func refusals() throws {
        let folder = try TemporaryFolder()
        let pickle = Pickle.dictionary(Pickle.text("w"), PickleMachineTests.plain)
        func expect(_ flaw: ArchiveFlaw, _ change: (inout RawZip) -> Void) throws {
            var zip = torchFile(pickle)
            change(&zip)
            try writeFile(zip.bytes, to: folder("a"))
            #expect(throws: CheckpointError.archive(path: folder("a"), flaw: flaw)) {
                try Checkpoint(file: folder("a"))
            }
        }
        try expect(.noPickle(entryCount: 3)) { $0.entries[0].name = "m/data" }
        try expect(.severalPickles(["m/data.pkl", "n/data.pkl"])) {
            $0.entries.append(.init(name: "n/data.pkl", bytes: []))
        }
        try expect(.missingEntry("m/data/0")) { $0.entries.removeLast() }
        try expect(.compressed(entry: "m/data/0")) { $0.entries[2].method = 8 }
        try expect(.encrypted(entry: "m/data/0")) { $0.entries[2].flags = 1 }
        try expect(.damaged(entry: "m/data/0", reason: "CRC error")) {
            $0.entries[2].checksumError = 1
        }
        try expect(.bigEndian(found: "big")) { $0.entries[1].bytes = Array("big".utf8) }
        try expect(.wrongStorageSize(entry: "m/data/0", expected: 24, found: 20)) {
            $0.entries[2].bytes.removeLast(4)
        }
    }

    @Test("a truncated archive and an unwritable place")
    func broken() throws {
        let folder = try TemporaryFolder()
        let bytes = torchFile(Pickle.dictionary()).bytes
        try writeFile(Array(bytes.dropLast(30)), to: folder("a"))
        #expect {
            try Checkpoint(file: folder("a"))
        } throws: {
            guard case CheckpointError.archive(_, .unreadable) = $0 else { return false }
            return true
        }
        try createFolder(folder("taken/inside"))
        #expect(throws: FileError.self) { try TorchArchive.write([], to: folder("taken")) }
        let rest = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(rest.sorted() == ["a", "taken"], "nothing temporary is left behind")
    }

    @Test("entries that share bytes cannot fill the memory")
    func sharedBytes() throws {
        let folder = try TemporaryFolder()
        let items = ["0", "1", "2"].flatMap {
            Pickle.text($0)
                + Pickle.tensor(Pickle.storage($0, count: 4096), shape: [4096], strides: [1])
        }
        var zip = torchFile(Pickle.dictionary(items))
        let page = [UInt8](repeating: 0, count: 4096 * 4)
        zip.entries[2].bytes = page
        zip.entries += ["1", "2"].map {
            .init(name: "m/data/\($0)", bytes: page, sharesBytesWithPrevious: true)
        }
        let file = zip.bytes
        try writeFile(file, to: folder("a"))
        #expect(
            throws: CheckpointError.archive(
                path: folder("a"), flaw: .entriesTooLarge(entry: "m/data/1", limit: file.count))
        ) { try Checkpoint(file: folder("a")) }
    }
}
