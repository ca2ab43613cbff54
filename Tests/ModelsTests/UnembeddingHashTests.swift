import Base
import Checkpoints
import Models
import Tensors
import Testing
import TestSupport

/// The expected texts come from NumPy 2.4:
///
///     def corner(scale, at, rows=200, columns=12):
///         k = np.arange(36)
///         v = (k * 37 % 101 - 50).astype(np.float32) * np.float32(scale)
///         for i, x in at.items(): v[i] = x
///         w = np.zeros((rows, columns), np.float32)
///         i = [0, 1, 2, -3, -2, -1]
///         w[np.ix_(i, i)] = v.reshape(6, 6)
///         return np.array_str(w, precision=1)
@Suite struct UnembeddingHashTests {
    struct Corner: Sendable, CustomTestStringConvertible {
        let scale: Float
        let at: [Int: Float]
        let text: String
        var testDescription: String { "\(scale) \(at)" }

        var matrix: Tensor {
            let matrix = Tensor([200, 12])
            for k in 0..<36 {
                let (i, j) = (k / 6, k % 6)
                let place = (i < 3 ? i : 194 + i) * 12 + (j < 3 ? j : 6 + j)
                matrix.pointer[place] = at[k] ?? Float(k * 37 % 101 - 50) * scale
            }
            return matrix
        }
    }

    static let corners = [
        Corner(
            scale: 0.05, at: [:],
            text: """
                [[-2.5 -0.7  1.2 ... -2.  -0.2  1.7]
                 [-1.5  0.3  2.2 ... -1.   0.9 -2.4]
                 [-0.5  1.4 -1.9 ...  0.   1.9 -1.4]
                 ...
                 [ 0.5  2.4 -0.9 ...  1.  -2.2 -0.3]
                 [ 1.5 -1.7  0.2 ...  2.  -1.2  0.7]
                 [ 2.5 -0.7  1.1 ... -2.  -0.2  1.6]]
                """),
        Corner(
            scale: 0.001, at: [:],
            text: """
                [[-0.1 -0.   0.  ... -0.  -0.   0. ]
                 [-0.   0.   0.  ... -0.   0.  -0. ]
                 [-0.   0.  -0.  ...  0.   0.  -0. ]
                 ...
                 [ 0.   0.  -0.  ...  0.  -0.  -0. ]
                 [ 0.  -0.   0.  ...  0.  -0.   0. ]
                 [ 0.1 -0.   0.  ... -0.  -0.   0. ]]
                """),
        Corner(
            scale: 1e-06, at: [:],
            text: """
                [[-5.0e-05 -1.3e-05  2.4e-05 ... -4.0e-05 -3.0e-06  3.4e-05]
                 [-3.0e-05  7.0e-06  4.4e-05 ... -2.0e-05  1.7e-05 -4.7e-05]
                 [-1.0e-05  2.7e-05 -3.7e-05 ...  0.0e+00  3.7e-05 -2.7e-05]
                 ...
                 [ 1.0e-05  4.7e-05 -1.7e-05 ...  2.0e-05 -4.4e-05 -7.0e-06]
                 [ 3.0e-05 -3.4e-05  3.0e-06 ...  4.0e-05 -2.4e-05  1.3e-05]
                 [ 5.0e-05 -1.4e-05  2.3e-05 ... -4.1e-05 -4.0e-06  3.3e-05]]
                """),
        Corner(
            scale: 0.25, at: [:],
            text: """
                [[-12.5  -3.2   6.  ... -10.   -0.8   8.5]
                 [ -7.5   1.8  11.  ...  -5.    4.2 -11.8]
                 [ -2.5   6.8  -9.2 ...   0.    9.2  -6.8]
                 ...
                 [  2.5  11.8  -4.2 ...   5.  -11.   -1.8]
                 [  7.5  -8.5   0.8 ...  10.   -6.    3.2]
                 [ 12.5  -3.5   5.8 ... -10.2  -1.    8.2]]
                """),
        Corner(
            scale: 99, at: [:],
            text: """
                [[-4950. -1287.  2376. ... -3960.  -297.  3366.]
                 [-2970.   693.  4356. ... -1980.  1683. -4653.]
                 [ -990.  2673. -3663. ...     0.  3663. -2673.]
                 ...
                 [  990.  4653. -1683. ...  1980. -4356.  -693.]
                 [ 2970. -3366.   297. ...  3960. -2376.  1287.]
                 [ 4950. -1386.  2277. ... -4059.  -396.  3267.]]
                """),
        Corner(
            scale: 30000, at: [:],
            text: """
                [[-1.5e+06 -3.9e+05  7.2e+05 ... -1.2e+06 -9.0e+04  1.0e+06]
                 [-9.0e+05  2.1e+05  1.3e+06 ... -6.0e+05  5.1e+05 -1.4e+06]
                 [-3.0e+05  8.1e+05 -1.1e+06 ...  0.0e+00  1.1e+06 -8.1e+05]
                 ...
                 [ 3.0e+05  1.4e+06 -5.1e+05 ...  6.0e+05 -1.3e+06 -2.1e+05]
                 [ 9.0e+05 -1.0e+06  9.0e+04 ...  1.2e+06 -7.2e+05  3.9e+05]
                 [ 1.5e+06 -4.2e+05  6.9e+05 ... -1.2e+06 -1.2e+05  9.9e+05]]
                """),
        Corner(
            scale: 0.05, at: [0: .nan],
            text: """
                [[ nan -0.7  1.2 ... -2.  -0.2  1.7]
                 [-1.5  0.3  2.2 ... -1.   0.9 -2.4]
                 [-0.5  1.4 -1.9 ...  0.   1.9 -1.4]
                 ...
                 [ 0.5  2.4 -0.9 ...  1.  -2.2 -0.3]
                 [ 1.5 -1.7  0.2 ...  2.  -1.2  0.7]
                 [ 2.5 -0.7  1.1 ... -2.  -0.2  1.6]]
                """),
        Corner(
            scale: 0.05, at: [3: -.infinity, 7: .infinity],
            text: """
                [[-2.5 -0.7  1.2 ... -inf -0.2  1.7]
                 [-1.5  inf  2.2 ... -1.   0.9 -2.4]
                 [-0.5  1.4 -1.9 ...  0.   1.9 -1.4]
                 ...
                 [ 0.5  2.4 -0.9 ...  1.  -2.2 -0.3]
                 [ 1.5 -1.7  0.2 ...  2.  -1.2  0.7]
                 [ 2.5 -0.7  1.1 ... -2.  -0.2  1.6]]
                """),
        Corner(
            scale: 1e-06, at: [1: .nan, 2: -.infinity],
            text: """
                [[-5.0e-05      nan     -inf ... -4.0e-05 -3.0e-06  3.4e-05]
                 [-3.0e-05  7.0e-06  4.4e-05 ... -2.0e-05  1.7e-05 -4.7e-05]
                 [-1.0e-05  2.7e-05 -3.7e-05 ...  0.0e+00  3.7e-05 -2.7e-05]
                 ...
                 [ 1.0e-05  4.7e-05 -1.7e-05 ...  2.0e-05 -4.4e-05 -7.0e-06]
                 [ 3.0e-05 -3.4e-05  3.0e-06 ...  4.0e-05 -2.4e-05  1.3e-05]
                 [ 5.0e-05 -1.4e-05  2.3e-05 ... -4.1e-05 -4.0e-06  3.3e-05]]
                """),
        Corner(
            scale: 0, at: [5: -0.00011],
            text: """
                [[-0. -0.  0. ... -0. -0. -0.]
                 [-0.  0.  0. ... -0.  0. -0.]
                 [-0.  0. -0. ...  0.  0. -0.]
                 ...
                 [ 0.  0. -0. ...  0. -0. -0.]
                 [ 0. -0.  0. ...  0. -0.  0.]
                 [ 0. -0.  0. ... -0. -0.  0.]]
                """),
        Corner(
            scale: 1, at: [35: 0.0625],
            text: """
                [[-50.  -13.   24.  ... -40.   -3.   34. ]
                 [-30.    7.   44.  ... -20.   17.  -47. ]
                 [-10.   27.  -37.  ...   0.   37.  -27. ]
                 ...
                 [ 10.   47.  -17.  ...  20.  -44.   -7. ]
                 [ 30.  -34.    3.  ...  40.  -24.   13. ]
                 [ 50.  -14.   23.  ... -41.   -4.    0.1]]
                """),
        Corner(
            scale: 0x1p-145, at: [:],
            text: """
                [[-1.1e-42 -2.9e-43  5.4e-43 ... -9.0e-43 -6.7e-44  7.6e-43]
                 [-6.7e-43  1.6e-43  9.9e-43 ... -4.5e-43  3.8e-43 -1.1e-42]
                 [-2.2e-43  6.1e-43 -8.3e-43 ...  0.0e+00  8.3e-43 -6.1e-43]
                 ...
                 [ 2.2e-43  1.1e-42 -3.8e-43 ...  4.5e-43 -9.9e-43 -1.6e-43]
                 [ 6.7e-43 -7.6e-43  6.7e-44 ...  9.0e-43 -5.4e-43  2.9e-43]
                 [ 1.1e-42 -3.1e-43  5.2e-43 ... -9.2e-43 -9.0e-44  7.4e-43]]
                """),
    ]

    @Test("text of a large matrix equals NumPy's", arguments: corners)
    func corner(_ corner: Corner) {
        #expect(arrayText(corner.matrix) == corner.text)
        #expect(unembeddingHash(corner.matrix) == SHA256.hex(of: corner.text))
    }

    @Test("a matrix of at most 1000 elements is written whole, in lines of 75 columns")
    func small() {
        let values = (0..<60).map { Float($0 * 37 % 101 - 50) * 0.05 }
        #expect(
            arrayText(Tensor(values, shape: [2, 30])) == """
                [[-2.5 -0.7  1.2 -2.  -0.2  1.7 -1.5  0.3  2.2 -1.   0.9 -2.4 -0.5  1.4
                  -1.9  0.   1.9 -1.4  0.5  2.4 -0.9  1.  -2.2 -0.3  1.5 -1.7  0.2  2.
                  -1.2  0.7]
                 [ 2.5 -0.7  1.1 -2.  -0.2  1.6 -1.6  0.3  2.2 -1.1  0.8 -2.4 -0.6  1.3
                  -1.9 -0.1  1.8 -1.4  0.5  2.3 -0.9  0.9 -2.2 -0.4  1.5 -1.8  0.1  2.
                  -1.2  0.6]]
                """)
        #expect(arrayText(Tensor([0, 4])) == "[]")
    }

    @Test("only the axis longer than six is cut")
    func oneAxisCut() {
        let tall = Tensor([1200, 1])
        tall.pointer[1199] = 1
        #expect(arrayText(tall) == "[[0.]\n [0.]\n [0.]\n ...\n [0.]\n [0.]\n [1.]]")
        #expect(arrayText(Tensor([1, 1001])) == "[[0. 0. 0. ... 0. 0. 0.]]")
    }

    @Test(
        "equals the hash that a program in Python took", arguments: ["mamba2", "diffmamba2"])
    func artifacts(model: String) throws {
        struct Golden: Decodable { let unembed_hash: String }
        let golden = try decodeJSON(
            Golden.self, from: Repository.golden("\(model).json"))
        let checkpoint = try Checkpoint(folder: Repository.model(model))
        let weight = try checkpoint.float32("backbone.embeddings.weight", shape: [1024, 128])
        #expect(unembeddingHash(weight) == golden.unembed_hash)
    }
}
