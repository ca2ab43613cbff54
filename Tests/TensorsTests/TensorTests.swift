import Tensors
import Testing

@Suite struct TensorTests {
    private func values(_ tensor: Tensor) -> [Float] {
        withExtendedLifetime(tensor) { Array(tensor.elements) }
    }

    private let counting = Tensor((0..<24).map(Float.init), shape: [2, 3, 4])

    @Test("slices share storage and have the shape that is left")
    func slices() {
        let one = counting[1]
        #expect(one.shape == [3, 4] && values(one) == (12..<24).map(Float.init))
        #expect(values(one[2]) == [20, 21, 22, 23] && one[2].shape == [4])
        #expect(one[2][3].shape == [] && values(one[2][3]) == [23])
        let rows = one[1..<3]
        #expect(rows.shape == [2, 4] && values(rows) == (16..<24).map(Float.init))
        #expect(one[1..<1].shape == [0, 4] && one[1..<1].count == 0)
        rows.pointer[0] = -1
        #expect(values(counting)[16] == -1)
        #expect(one.storage === counting.storage)
    }

    @Test("columns are views into the same numbers, in rows as far apart as before")
    func columns() {
        let part = counting.columns(1..<3)
        #expect(part.shape == [2, 3, 2] && part.rowStride == 4 && !part.isContiguous)
        #expect(part.values == [1, 2, 5, 6, 9, 10, 13, 14, 17, 18, 21, 22])
        #expect(part[1].values == [13, 14, 17, 18, 21, 22] && part[1][2].values == [21, 22])
        #expect(part[1][1..<3].columns(1..<2).values == [18, 22])
        part[1].assign(Tensor([-1, -2, -3, -4, -5, -6], shape: [3, 2]))
        #expect(values(counting[1]) == [12, -1, -2, 15, 16, -3, -4, 19, 20, -5, -6, 23])
        let copy = part.copy()
        #expect(copy.isContiguous && copy.values == part.values)
        copy.values = Array(repeating: 7, count: 12)
        #expect(part.values[0] == 1 && copy.values[11] == 7)
        // Whole rows, or one row, have no gap.
        #expect(counting.columns(0..<4).isContiguous && counting[0][0].columns(1..<3).isContiguous)
    }

    @Test("a copy does not share storage")
    func copies() {
        let copy = counting[1].copy()
        copy.fill(9)
        #expect(values(counting[1]) == (12..<24).map(Float.init))
        #expect(values(copy) == Array(repeating: 9, count: 12) && copy.shape == [3, 4])
        #expect(copy.storage !== counting.storage)
        let target = Tensor(3, 4)
        target.assign(counting[0])
        #expect(values(target) == (0..<12).map(Float.init))
    }

    @Test("reshaping keeps the order of the elements and the storage")
    func reshaped() {
        let flat = counting.reshaped([6, 4])
        #expect(flat.shape == [6, 4] && values(flat) == values(counting))
        #expect(flat.storage === counting.storage)
        #expect(values(flat[5]) == [20, 21, 22, 23])
        #expect(counting.reshaped([24]).reshaped([2, 3, 4]).shape == counting.shape)
    }

    @Test(
        "new tensors are zero and lie on cache lines, small and large",
        arguments: [0, 1, 17, 300_000])
    func zeros(count: Int) {
        let tensor = Tensor(count)
        #expect(values(tensor) == Array(repeating: 0, count: count))
        #expect(UInt(bitPattern: tensor.pointer) % 64 == 0)
        #expect(tensor.storage.bytes.count >= count * 4)
    }

    @Test("shapes with a zero and without axes")
    func edges() {
        let empty = Tensor(3, 0, 2)
        #expect(empty.count == 0 && values(empty).isEmpty && values(empty.copy()).isEmpty)
        #expect(empty[1].shape == [0, 2])
        let scalar = Tensor([7], shape: [])
        #expect(scalar.count == 1 && values(scalar.reshaped([1, 1])) == [7])
    }

    @Test("a view into storage starts where it is told")
    func view() {
        let view = Tensor(viewing: counting.storage, byteOffset: 20, shape: [2, 2])
        #expect(values(view) == [5, 6, 7, 8])
    }
}
