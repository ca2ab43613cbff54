import Base
import Checkpoints
import Tensors
import Testing
import TestSupport

/// Damaged files must be read or refused; a trap would end the test process.
@Suite struct HostileFilesTests {
    /// SplitMix64, so that each run sees the same damage.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
            return z ^ z >> 31
        }
    }

    private static func safetensors() -> [UInt8] {
        let fields = ["a", "b", "c"].enumerated().map { index, name in
            "\"\(name)\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":"
                + "[\(index * 24),\(index * 24 + 24)]}"
        }
        let metadata = "\"__metadata__\":{\"format\":\"\\u0070t\"}"
        return safetensorsFile(
            "{\(([metadata] + fields).joined(separator: ","))}", data: 72)
    }

    private static let pickle = Pickle.dictionary(
        Pickle.text("a"), PickleMachineTests.plain,
        Pickle.text("b"),
        Pickle.tensor(PickleMachineTests.six, shape: [3, 2], strides: [1, 3]))

    /// A few flips, overwritten or removed bytes.
    private static func damage(_ file: [UInt8], _ generator: inout Generator) -> [UInt8] {
        var file = file
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            guard let place = file.indices.randomElement(using: &generator) else { break }
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: file.removeSubrange(place...)
            case 1: file.remove(at: place)
            case 2: file.insert(.random(in: 0...255, using: &generator), at: place)
            case 3: file[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator)!
            default: file[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            }
        }
        return file
    }

    /// - Returns: how many damaged files were still readable.
    private func survivors(count: Int, seed: UInt64, _ file: (inout Generator) -> [UInt8]) throws
        -> Int
    {
        let folder = try TemporaryFolder()
        var generator = Generator(state: seed)
        var readable = 0
        for _ in 0..<count {
            let bytes = file(&generator)
            try writeQuickly(bytes, to: folder("a"))
            guard let checkpoint = try? Checkpoint(file: folder("a")) else { continue }
            readable += 1
            for name in checkpoint.names {
                let stored = try checkpoint.stored(name)
                _ = stored.float32().map(values)
                _ = stored.integers()
            }
        }
        return readable
    }

    @Test func safetensorsHeader() throws {
        let file = Self.safetensors()
        let readable = try survivors(count: 1500, seed: 1) { Self.damage(file, &$0) }
        #expect((1..<1500).contains(readable))
    }

    @Test func archive() throws {
        let file = torchFile(Self.pickle).bytes
        let readable = try survivors(count: 1500, seed: 2) { Self.damage(file, &$0) }
        #expect((1..<1500).contains(readable))
    }

    @Test("a damaged pickle in a sound archive, so that no checksum protects the machine")
    func pickle() throws {
        let readable = try survivors(count: 2500, seed: 3) {
            torchFile(Self.damage(Self.pickle, &$0)).bytes
        }
        #expect((1..<2500).contains(readable))
    }

    @Test func shortFiles() throws {
        let folder = try TemporaryFolder()
        for file in [Self.safetensors(), torchFile(Self.pickle).bytes] {
            for count in stride(from: 0, to: file.count, by: 3) {
                try writeQuickly(Array(file.prefix(count)), to: folder("a"))
                #expect(throws: CheckpointError.self) { try Checkpoint(file: folder("a")) }
            }
        }
    }
}
