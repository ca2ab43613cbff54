import Tensors

/// The arithmetic of matrix products, whose sums are float32 either way.
package enum Precision: String, Codable, Sendable, CaseIterable {
    case fp32
    /// Factors rounded to bfloat16 (8 bits of mantissa), as upstream's autocast does: for
    /// CPUs with AMX tiles, whose rate is many times that of float32; slower than `fp32` elsewhere.
    case bf16

    /// `bf16` where the CPU has AMX tiles.
    package static var fastest: Precision { KernelPath.name == "amx" ? .bf16 : .fp32 }

    /// Rounds to what a product in this precision reads.
    package func round(_ x: Tensor) {
        guard self == .bf16 else { return }
        let x = x.matrix
        parallelRanges(x.rows, grain: 8) { rows in
            for i in rows { loops.round_bf16(x.row(i), x.columns) }
        }
    }
}

/// `c += a · b` for each of some products, in the precision asked for, on all threads.
package func addProducts(_ products: [TensorProduct], precision: Precision) {
    switch precision {
    case .fp32: gemm(products, beta: 1)
    case .bf16:
        for product in products {
            bfloat16GEMM(product.a, PackedFactor(product.b), into: product.c, adding: true)
        }
    }
}
