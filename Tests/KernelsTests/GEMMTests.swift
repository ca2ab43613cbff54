import Kernels
import Tensors
import Testing
import TestSupport

@Suite struct GEMMTests {
    static let rounding = Tolerance.relative(
        4e-6, because: "up to 300 fp32 products a sum; 4.4e-7 measured")

    static let sizes = [
        (1, 1, 1), (3, 5, 7), (1, 200, 65), (200, 1, 65), (33, 130, 17), (130, 33, 17),
        (16, 90, 300), (17, 700, 40), (700, 20, 8),
    ]

    /// A factor `rows × columns` inside a wider matrix, stored as it is or transposed.
    struct Part {
        let storage: Tensor
        let factor: Operand
        let table: [[Double]]

        init(_ rows: Int, _ columns: Int, transposed: Bool, _ noise: inout Noise) {
            let (high, wide) = transposed ? (columns, rows) : (rows, columns)
            storage = noise.tensor(high, wide + 6)
            let matrix = storage.columns(2..<2 + wide)
            factor = transposed ? .transposed(matrix) : .plain(matrix)
            let stored = storage.table.map { Array($0[2..<2 + wide]) }
            table =
                transposed
                ? (0..<rows).map { i in (0..<columns).map { stored[$0][i] } } : stored
        }
    }

    @Test("several products at once are each the same as alone", arguments: [1, 2, 3])
    func products(threads: Int) {
        var noise = Noise(7)
        let (a, b) = (noise.tensor(300, 70), noise.tensor(200, 70))
        // Of every size, one with few rows among them.
        let rows = [0..<300, 10..<19, 0..<0, 40..<41, 17..<150]
        let both = [0, 1].map { _ in rows.map { Tensor($0.count, 200) } }
        func products(_ into: [Tensor]) -> [TensorProduct] {
            zip(rows, into).map { rows, c in
                TensorProduct(.plain(a[rows]), .transposed(b), into: c)
            }
        }
        for product in products(both[0]) { gemm([product], alpha: 2) }
        withThreads(threads) { gemm(products(both[1]), alpha: 2) }
        for (alone, together) in zip(both[0], both[1]) {
            #expect(alone.values == together.values)
        }
    }

    @Test("equals the sums of products for every order of storage", arguments: sizes)
    func matchesSums(rows: Int, columns: Int, inner: Int) {
        var noise = Noise(1)
        for (transposedA, transposedB) in [
            (false, false), (true, false), (false, true), (true, true),
        ] {
            let a = Part(rows, inner, transposed: transposedA, &noise)
            let b = Part(inner, columns, transposed: transposedB, &noise)
            for beta: Float in [0, 1, -0.5] {
                let c = noise.tensor(rows, columns + 3)
                let before = c.table
                // With beta 0 the old values are not read, whatever they are.
                if beta == 0 { c.fill(.nan) }
                let target = c.columns(1..<1 + columns)
                gemm([TensorProduct(a.factor, b.factor, into: target)], alpha: 1.5, beta: beta)
                var worst: [Float] = []
                var expected: [Double] = []
                for (i, row) in c.values.table(columns: columns + 3).enumerated() {
                    for j in 0..<columns {
                        let products = (0..<inner).map { a.table[i][$0] * b.table[$0][j] }
                        expected.append(
                            1.5 * products.reduce(0, +) + Double(beta) * before[i][1 + j])
                        worst.append(Float(row[1 + j]))
                    }
                    let outside = [row[0], row[columns + 1], row[columns + 2]]
                    #expect(
                        beta == 0
                            ? outside.allSatisfy { $0.isNaN }
                            : outside == [
                                before[i][0], before[i][columns + 1], before[i][columns + 2],
                            ])
                }
                expectClose(worst, expected, within: Self.rounding, "gemm")
            }
        }
    }

    @Test("a linear layer as PyTorch's", arguments: [true, false])
    func linearLayer(hasBias: Bool) {
        var noise = Noise(2)
        let x = noise.tensor(37, 20)
        let weight = noise.tensor(50, 20)
        let bias = noise.tensor(50)
        let y = Tensor(37, 64)
        linear(
            x, weight: weight, bias: hasBias ? bias : nil, into: y.columns(4..<54))
        let weights = weight.table
        let expected = x.table.map { row in
            weights.enumerated().map {
                Oracle.dot($1, row) + (hasBias ? Double(bias.pointer[$0]) : 0)
            }
        }
        expectClose(
            y.table.flatMap { $0[4..<54].map(Float.init) }, expected.flat, within: Self.rounding,
            "linear")
    }

    @Test("the number of threads changes no bit", arguments: [2, 3, 5])
    func threads(count: Int) {
        var noise = Noise(3)
        // One tile, several of columns, and several of both.
        for (rows, columns, inner) in Self.sizes + [(129, 70, 300), (70, 300, 129), (700, 1200, 9)]
        {
            let a = noise.tensor(rows, inner)
            let b = noise.tensor(columns, inner)
            func run(_ threads: Int) -> [Float] {
                let c = Tensor(rows, columns)
                withThreads(threads) {
                    gemm([TensorProduct(.plain(a), .transposed(b), into: c)])
                }
                return c.values
            }
            #expect(run(count) == run(1))
        }
    }
}
