import Tensors

/// One update of Muon, in place, for each of some matrices: the momentum's nearest orthogonal
/// matrix takes the place of the gradient, so that a step moves all directions alike.
///
/// `v ← momentum·v + scale·gradient`, `o = orthogonalized(scale·gradient + momentum·v)`,
/// `w ← (1 − rate·weightDecay)·w − rate·0.2·√max(rows, columns)·o`. The last factor gives the update
/// the root mean square of one of AdamW's, whose rates and decay therefore serve here too.
///
/// - Parameters:
///   - parameters: matrices `[rows, columns]`; `gradients` and `velocities` have the same shapes,
///     velocities start at zero.
///   - scale: factor on the gradients (clipping, mean over tokens).
///   - rates: of each matrix.
///   - orthogonalization: how near to orthogonal `o` is.
///   - directions: receive each `o`, if they are given.
/// - SeeAlso: Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"; Liu et
///   al. 2025, arXiv:2502.16982, equation 4.
package func muon(
    _ parameters: [Tensor], gradients: [Tensor], velocities: [Tensor], scale: Float,
    weightDecay: Double, momentum: Double = 0.95, rates: [Double],
    orthogonalization: Orthogonalization = .jordan, directions: [Tensor]? = nil
) {
    // Each matrix on one thread: most are too small to share, and there are many.
    parallel(parameters.count) { index in
        let (w, gradient, velocity) = (parameters[index], gradients[index], velocities[index])
        let direction = directions?[index] ?? Tensor(w.shape)
        direction.fill(0)
        // From zero against a rate of -1, the direction becomes gradient + momentum · velocity.
        loops.sgd_nesterov(
            direction.pointer, gradient.pointer, velocity.pointer, w.count, scale, 0,
            Float(momentum), -1)
        orthogonalize(direction, by: orthogonalization)
        let step = rates[index] * muonFactor(rows: w.shape[0], columns: w.shape[1])
        let keep = Float(1 - rates[index] * weightDecay)
        for i in 0..<w.count {
            w.pointer[i] = keep * w.pointer[i] - Float(step) * direction.pointer[i]
        }
    }
}

/// By how much an update of `muon` with rate 1 turns every direction (its spectral norm): √max gives
/// an orthogonal matrix elements of size 1, 0.2 is about the size of those of an AdamW update.
package func muonFactor(rows: Int, columns: Int) -> Double {
    0.2 * Double(max(rows, columns)).squareRoot()
}

/// What an orthogonalization makes of singular values that are shares of the matrix's norm: one
/// polynomial `a·x + b·x³ + c·x⁵` after the other.
package struct Orthogonalization: Sendable {
    let polynomials: [(a: Float, b: Float, c: Float)]

    /// Five times the polynomial that raises small values fastest: 0.7 to 1.2 from a thousandth on.
    ///
    /// - SeeAlso: Jordan et al. 2024, section "Newton-Schulz".
    package static let jordan = Orthogonalization(
        polynomials: Array(repeating: (3.4445, -4.7750, 2.0315), count: 5))

    /// The three whose composition brings values from 0.01 to 1 nearest to 1: 0.73 to 1.27.
    ///
    /// - SeeAlso: Amsel et al. 2025, arXiv:2505.16932.
    package static let short = Orthogonalization(polynomials: [
        (8.0934, -23.6204, 17.4462), (3.6366, -2.7219, 0.5365), (2.6613, -1.9772, 0.4526),
    ])

    /// Multiplications and additions for a matrix `[d, d]`: of an iteration's three products two are
    /// symmetric.
    package func operations(d: Int) -> Double {
        Double(polynomials.count) * 4 * Double(d * d * d)
    }
}

/// Replaces a matrix by one with the same singular vectors, whose singular values lie near 1, on the
/// calling thread.
///
/// Newton-Schulz iterations `X ← a·X + b·X·XᵀX + c·X·(XᵀX)²` after division by the Frobenius norm. A zero
/// matrix stays zero.
package func orthogonalize(_ matrix: Tensor, by orthogonalization: Orthogonalization = .jordan) {
    let norm = loops.dot(matrix.pointer, matrix.pointer, matrix.count).squareRoot()
    guard norm > 0 else { return }
    for i in 0..<matrix.count { matrix.pointer[i] /= Float(norm) }

    let (rows, columns) = (matrix.matrix.rows, matrix.matrix.columns)
    let isTall = rows > columns
    let side = min(rows, columns)
    let (gram, polynomial, product) = (Tensor(side, side), Tensor(side, side), Tensor(matrix.shape))
    for (a, b, c) in orthogonalization.polynomials {
        // The product of the short sides, whichever they are.
        let x = matrix.matrix
        symmetricProduct(isTall ? .transposed(x) : .plain(x), into: gram.matrix)
        polynomial.assign(gram)
        symmetricProduct(.plain(gram.matrix), into: polynomial.matrix, alpha: c, beta: b)
        for i in 0..<side { polynomial.pointer[i * (side + 1)] += a }
        serialGEMM(
            .plain(isTall ? x : polynomial.matrix), .plain(isTall ? polynomial.matrix : x),
            into: product.matrix)
        matrix.assign(product)
    }
}
