import Checkpoints
import Files
import Tensors
import TestSupport
import Testing

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
        let read = try TorchArchive.read(folder("a/params.pt"))
        #expect(read.count == tensors.count)
        for (name, tensor) in tensors {
            let back = try #require(read[name]?.float32())
            #expect(back.shape == tensor.shape)
            #expect(values(back) == values(tensor), "\(name)")
        }
        try TorchArchive.write(tensors, to: folder("b.pt"))
        #expect(try readFile(folder("a/params.pt")) == readFile(folder("b.pt")))
    }
}
