import Base
import Checkpoints
import Tensors
import Testing
import TestSupport

/// Pickles made by hand, around what `torch.save` writes.
@Suite struct PickleMachineTests {
    static let six = Pickle.storage("0", count: 6)
    static let plain = Pickle.tensor(six, shape: [2, 3], strides: [3, 1])

    private func read(_ pickle: [UInt8]) throws -> [String: [Float]] {
        let folder = try TemporaryFolder()
        try writeFile(torchFile(pickle).bytes, to: folder("a"))
        let checkpoint = try Checkpoint(file: folder("a"))
        return try Dictionary(
            uniqueKeysWithValues: checkpoint.names.map {
                ($0, values(try #require(try checkpoint.stored($0).float32())))
            })
    }

    @Test("views and strided views of one storage")
    func strides() throws {
        let read = try read(
            Pickle.dictionary(
                Pickle.text("whole"), Self.plain,
                Pickle.text("transposed"),
                Pickle.tensor(Self.six, shape: [3, 2], strides: [1, 3]),
                Pickle.text("column"),
                Pickle.tensor(Self.six, offset: 1, shape: [2, 1], strides: [3, .max]),
                Pickle.text("row"), Pickle.tensor(Self.six, offset: 3, shape: [3], strides: [1]),
                Pickle.text("none"), Pickle.tensor(Self.six, shape: [0, 9], strides: [.max, 1]),
                Pickle.text("scalar"), Pickle.tensor(Self.six, offset: 5, shape: [], strides: []),
                Pickle.text("cube"),
                Pickle.tensor(Self.six, shape: [1, 3, 2], strides: [.max, 1, 3])))
        #expect(
            read == [
                "whole": [0, 1, 2, 3, 4, 5], "transposed": [0, 3, 1, 4, 2, 5], "column": [1, 4],
                "row": [3, 4, 5], "none": [], "scalar": [5], "cube": [0, 3, 1, 4, 2, 5],
            ])
    }

    @Test("the other spellings: memo, protocol 4, parameters, metadata")
    func spellings() throws {
        let short: [UInt8] = [0x8C, 1] + Pickle.op("a")
        let long: [UInt8] = [0x8D] + little(UInt64(1)) + Pickle.op("b")
        let stackGlobal: [UInt8] =
            [0x8C, 11] + Pickle.op("collections") + [0x8C, 11] + Pickle.op("OrderedDict") + [0x93]
        let parameter =
            Pickle.global("torch._utils", "_rebuild_parameter")
            + Pickle.tuple(Self.plain + [0x94], [0x88], Pickle.op("N")) + Pickle.op("R")
        let metadata =
            Pickle.op("}") + Pickle.text("_metadata") + Pickle.op("}")
            + Pickle.text("version") + Pickle.op("K\u{1}ssb")
        let pickle: [UInt8] =
            [0x80, 4, 0x95] + little(UInt64(0)) + stackGlobal + Pickle.op(")R") + short + parameter
            + Pickle.op("s") + long + Pickle.op("h\u{0}s") + Pickle.text("c")
            + Pickle.op("j") + little(UInt32(0)) + Pickle.op("s") + metadata + Pickle.op(".")
        let all: [Float] = [0, 1, 2, 3, 4, 5]
        #expect(try read(pickle) == ["a": all, "b": all, "c": all])
    }

    static let refused: [(pickle: [UInt8], flaw: PickleFlaw)] = [
        ([], .truncated(byte: 0)),
        ([0x80, 2] + Pickle.op("X") + little(UInt32(9)), .truncated(byte: 7)),
        ([0x8D] + little(UInt64.max), .integerTooLarge(byteCount: 8, byte: 9)),
        (Pickle.op("cos\nsystem"), .truncated(byte: 10)),
        ([0x80, 1], .unknownProtocol(1)),
        ([0x80, 6], .unknownProtocol(6)),
        ([0x80, 2] + Pickle.op("i"), .unknownOpcode(0x69, byte: 2)),
        (Pickle.op("cos\nsystem\n"), .refusedGlobal("os.system")),
        (
            Pickle.global("torch", "_utils._rebuild_tensor"),
            .refusedGlobal("torch._utils._rebuild_tensor")
        ),
        (
            Pickle.global("collections", "OrderedDict") + Pickle.tuple(Pickle.op("N"))
                + Pickle.op("R"),
            .refusedCall(of: "collections.OrderedDict", byte: 28)
        ),
        (
            Pickle.global("torch", "FloatStorage") + Pickle.op(")R"),
            .refusedCall(of: "torch.FloatStorage", byte: 21)
        ),
        (Pickle.op(")Q"), .refusedCall(of: "a persistent identifier", byte: 1)),
        (Pickle.op("]}b"), .refusedState(of: "a list", byte: 2)),
        (
            Pickle.global("collections", "OrderedDict") + Pickle.op(")R}b"),
            .refusedState(of: "a dictionary", byte: 28)
        ),
        (Pickle.op("."), .emptyStack(byte: 0)),
        (Pickle.op("N(."), .emptyStack(byte: 2)),
        (Pickle.op("NN") + [0x87], .emptyStack(byte: 2)),
        (Pickle.op("}(Nu"), .emptyStack(byte: 3)),
        (Pickle.op("Nt"), .missingMark(byte: 1)),
        (Pickle.op("h\u{5}"), .missingMemo(index: 5, byte: 1)),
        (
            Pickle.op("N)R"),
            .unexpectedValue(found: "None", expected: "a function to call", byte: 2)
        ),
        (Pickle.op("NNR"), .unexpectedValue(found: "None", expected: "a tuple", byte: 2)),
        (Pickle.op("}Na"), .unexpectedValue(found: "a dictionary", expected: "a list", byte: 2)),
        (Pickle.op("]NNs"), .unexpectedValue(found: "a list", expected: "a dictionary", byte: 3)),
        ([0x8A, 9], .integerTooLarge(byteCount: 9, byte: 2)),
        ([0x8C, 1, 0xFF], .notUTF8(byte: 3)),
        (
            [UInt8](repeating: 0x4E, count: 1 << 20 + 1),
            .tooLarge(what: "values on its stack", limit: 1 << 20)
        ),
        (
            [UInt8](repeating: 0x28, count: 1 << 20 + 1), .tooLarge(what: "marks", limit: 1 << 20)
        ),
        (
            Pickle.op("]") + [[UInt8]](repeating: Pickle.op("]a"), count: 1 << 20).flatMap(\.self),
            .tooLarge(what: "containers", limit: 1 << 20)
        ),
        (
            Pickle.tensor(
                six, shape: [Int](repeating: 1, count: 65), strides: []),
            .tooLarge(what: "dimensions in one tensor", limit: 64)
        ),
        (Pickle.op("K\u{3}."), .notADictionary(found: "the integer 3")),
        (Pickle.op("]."), .notADictionary(found: "a list")),
        (Pickle.dictionary(Pickle.integer(-7), plain), .keyNotText(found: "the integer -7")),
        (
            Pickle.dictionary(Pickle.text("a"), plain, Pickle.text("a"), plain),
            .duplicateKey("a")
        ),
        (
            Pickle.dictionary(
                Pickle.text("epoch"), Pickle.op("G") + [UInt8](repeating: 0, count: 8)),
            .notATensor(key: "epoch", found: "the number 0.0")
        ),
        (
            Pickle.dictionary(Pickle.text("state_dict"), Pickle.op("}")),
            .notATensor(key: "state_dict", found: "a dictionary")
        ),
        (
            Pickle.dictionary(Pickle.text("a"), Pickle.text("b")),
            .notATensor(key: "a", found: "the text 'b'")
        ),
    ]

    @Test("refuses what is no dictionary of tensors", arguments: refused.indices)
    func refuses(index: Int) throws {
        let (pickle, flaw) = Self.refused[index]
        let folder = try TemporaryFolder()
        try writeFile(torchFile(pickle).bytes, to: folder("a"))
        #expect(throws: CheckpointError.pickle(path: folder("a"), flaw: flaw)) {
            try Checkpoint(file: folder("a"))
        }
    }

    @Test("tuples nested a hundred thousand deep need no stack")
    func deepNesting() throws {
        let pickle: [UInt8] =
            Pickle.op("}") + Pickle.text("deep") + Pickle.op(")")
            + [UInt8](repeating: 0x85, count: 100_000) + Pickle.op("s.")
        let folder = try TemporaryFolder()
        try writeFile(torchFile(pickle).bytes, to: folder("a"))
        #expect(
            throws: CheckpointError.pickle(
                path: folder("a"), flaw: .notATensor(key: "deep", found: "a tuple"))
        ) { try Checkpoint(file: folder("a")) }
    }

    static let badStrides: [(tensor: [UInt8], flaw: StridesFlaw)] = [
        (Pickle.tensor(six, shape: [2], strides: [3, 1]), .differentRanks(shape: 1, strides: 2)),
        (Pickle.tensor(six, shape: [-1], strides: [1]), .shapeTooLarge([-1])),
        (
            Pickle.tensor(six, shape: [1 << 40, 1 << 40], strides: [0, 0]),
            .shapeTooLarge([1 << 40, 1 << 40])
        ),
        (Pickle.tensor(six, offset: 5, shape: [2], strides: [-1]), .negativeStride([-1])),
        (outside(offset: -1, [1], [1]).0, outside(offset: -1, [1], [1]).1),
        (outside(offset: 7, [0], [1]).0, outside(offset: 7, [0], [1]).1),
        (outside(offset: 4, [3], [1]).0, outside(offset: 4, [3], [1]).1),
        (outside(offset: 0, [3], [.max]).0, outside(offset: 0, [3], [.max]).1),
        (
            outside(offset: 1, [2, 2], [.max - 1, 1]).0,
            outside(offset: 1, [2, 2], [.max - 1, 1]).1
        ),
        (
            Pickle.tensor(six, shape: [1 << 40], strides: [0]),
            .expanded(shape: [1 << 40], count: 6)
        ),
    ]

    private static func outside(
        offset: Int, _ shape: [Int], _ strides: [Int]
    ) -> ([UInt8], StridesFlaw) {
        (
            Pickle.tensor(six, offset: offset, shape: shape, strides: strides),
            .outsideStorage(offset: offset, shape: shape, strides: strides, count: 6)
        )
    }

    @Test("refuses what leaves its storage", arguments: badStrides.indices)
    func refusesStrides(index: Int) throws {
        let (tensor, flaw) = Self.badStrides[index]
        let folder = try TemporaryFolder()
        try writeFile(
            torchFile(Pickle.dictionary(Pickle.text("w"), tensor)).bytes, to: folder("a"))
        #expect(throws: CheckpointError.strides(tensor: "w", path: folder("a"), flaw: flaw)) {
            try Checkpoint(file: folder("a"))
        }
    }

    @Test("many strided tensors of one storage cannot fill the memory")
    func gatheredCopies() throws {
        let count = 1 << 16
        var pickle: [UInt8] = Pickle.op("}(")
        for i in 0..<64 {
            let storage = Pickle.storage("0", count: count)
            pickle += Pickle.text("\(i)")
            pickle += Pickle.tensor(storage, shape: [256, 256], strides: [1, 256])
        }
        var zip = torchFile(pickle + Pickle.op("u."))
        zip.entries[2].bytes = [UInt8](repeating: 0, count: count * 4)
        let folder = try TemporaryFolder()
        let file = zip.bytes
        try writeFile(file, to: folder("a"))
        #expect(
            throws: CheckpointError.strides(
                tensor: "4", path: folder("a"), flaw: .copiesTooLarge(limit: 4 * file.count))
        ) { try Checkpoint(file: folder("a")) }
    }
}
