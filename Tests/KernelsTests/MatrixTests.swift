import Kernels
import Tensors
import Testing

@Suite struct MatrixTests {
    @Test("rows and columns are views into the same numbers")
    func views() {
        let tensor = Tensor((0..<24).map(Float.init), shape: [2, 3, 4])
        let all = tensor.matrix
        #expect(all.rows == 6 && all.columns == 4 && all.stride == 4)
        let part = all.rows(1..<4).columns(2..<4)
        #expect(part.rows == 3 && part.columns == 2 && part.stride == 4)
        #expect((0..<3).flatMap { [part.row($0)[0], part.row($0)[1]] } == [6, 7, 10, 11, 14, 15])
        part.row(0)[0] = -1
        #expect(tensor.pointer[6] == -1)
        let copy = Tensor(3, 2)
        part.copy(to: copy.matrix)
        #expect(Array(copy.elements) == [-1, 7, 10, 11, 14, 15])
    }

    @Test("a tensor without numbers has no rows; a scalar is one row")
    func edges() {
        let empty = Tensor(3, 0)
        let scalar = Tensor([5], shape: [])
        #expect(empty.matrix.rows == 0)
        #expect(scalar.matrix.rows == 1 && scalar.matrix.columns == 1)
    }
}
