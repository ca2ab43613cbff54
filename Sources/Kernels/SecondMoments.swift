import COpenBLAS
import Tensors

/// Sums over weighted pairs of rows x `[inputs]` and y `[outputs]`, in float64, from which follows the
/// affine map of x that is nearest to y; as large as `inputs · (inputs + outputs)`, however many rows.
package final class SecondMoments {
    private let inputs: Int
    private let outputs: Int
    /// `Σ w² [x, 1]ᵀ [x, 1]`, `[inputs + 1, inputs + 1]`, the upper triangle.
    private var gram: [Double]
    /// `Σ w² [x, 1]ᵀ y`, `[inputs + 1, outputs]`.
    private var cross: [Double]

    package init(inputs: Int, outputs: Int) {
        self.inputs = inputs
        self.outputs = outputs
        gram = Array(repeating: 0, count: (inputs + 1) * (inputs + 1))
        cross = Array(repeating: 0, count: (inputs + 1) * outputs)
    }

    /// Adds pairs of rows, on the calling thread.
    ///
    /// - Parameters:
    ///   - x: `[rows, inputs]`; `y`: `[rows, outputs]`.
    ///   - scale: `[rows]`, w: the square root of each pair's weight.
    package func add(_ x: Tensor, _ y: Tensor, scale: Tensor) {
        let (x, y, scale) = (x.matrix, y.matrix, scale.vector)
        precondition(
            x.columns == inputs && y.columns == outputs && x.rows == y.rows,
            "[\(x.rows), \(x.columns)] and [\(y.rows), \(y.columns)] to moments of \(inputs) and"
                + " \(outputs)")
        _ = BLAS.isReady
        let width = inputs + 1
        let scratch = Scratch(bytes: x.rows * (width + outputs) * 8)
        let left = scratch.pointer(to: Double.self)
        let right = left + x.rows * width
        for row in 0..<x.rows {
            let w = Double(scale[row])
            for i in 0..<inputs { left[row * width + i] = w * Double(x.row(row)[i]) }
            left[row * width + inputs] = w
            for i in 0..<outputs { right[row * outputs + i] = w * Double(y.row(row)[i]) }
        }
        cblas_dsyrk(
            CblasRowMajor, CblasUpper, CblasTrans, blasint(width), blasint(x.rows), 1, left,
            blasint(width), 1, &gram, blasint(width))
        cblas_dgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, blasint(width), blasint(outputs),
            blasint(x.rows), 1, left, blasint(width), right, blasint(outputs), 1, &cross,
            blasint(outputs))
        withExtendedLifetime(scratch) {}
    }

    /// The W and b for which `Σ w² |W x + b − y|² + ridge · m · |W|²` is smallest, with m the mean
    /// weighted square of an input about its mean, summed over rows; on the calling thread.
    ///
    /// - Parameters:
    ///   - weight: `[outputs, inputs]`, receives W; `bias`: `[outputs]`, receives b.
    /// - Returns: false, and nothing is received, if the sums are singular or not finite.
    package func solve(ridge: Double, weight: Tensor, bias: Tensor) -> Bool {
        precondition(
            weight.shape == [outputs, inputs] && bias.shape == [outputs],
            "solution into \(weight.shape) and \(bias.shape)")
        let total = gram[inputs * (inputs + 2)]
        guard total > 0 else { return false }
        // About the means the bias drops out of the sum, and is not pulled at.
        let meanX = (0..<inputs).map { gram[$0 * (inputs + 1) + inputs] / total }
        let meanY = (0..<outputs).map { cross[inputs * outputs + $0] / total }
        var matrix = [Double](repeating: 0, count: inputs * inputs)
        var solution = [Double](repeating: 0, count: inputs * outputs)
        var trace = 0.0
        for i in 0..<inputs {
            for j in i..<inputs {
                matrix[i * inputs + j] = gram[i * (inputs + 1) + j] - total * meanX[i] * meanX[j]
            }
            trace += matrix[i * inputs + i]
            for j in 0..<outputs {
                solution[i * outputs + j] = cross[i * outputs + j] - total * meanX[i] * meanY[j]
            }
        }
        for i in 0..<inputs { matrix[i * inputs + i] += ridge * trace / Double(inputs) }
        guard solvePositive(&matrix, inputs, &solution, outputs) else { return false }
        for i in 0..<outputs {
            var offset = meanY[i]
            for j in 0..<inputs {
                offset -= solution[j * outputs + i] * meanX[j]
                weight.pointer[i * inputs + j] = Float(solution[j * outputs + i])
            }
            bias.pointer[i] = Float(offset)
        }
        return true
    }
}

/// Replaces `right` `[n, columns]` by the X with `matrix · X = right`.
///
/// - Parameter matrix: `[n, n]`, symmetric, of which the upper triangle is read; overwritten.
/// - Returns: false if the matrix is not positive definite.
private func solvePositive(
    _ matrix: inout [Double], _ n: Int, _ right: inout [Double], _ columns: Int
) -> Bool {
    _ = BLAS.isReady
    // By columns, as LAPACK reads it, the upper triangle is the lower: matrix = Uᵀ U.
    let size = blasint(n)
    var info: blasint = 0
    withUnsafePointer(to: size) { dpotrf_("L", $0, &matrix, $0, &info) }
    guard info == 0 else { return false }
    for transpose in [CblasTrans, CblasNoTrans] {
        cblas_dtrsm(
            CblasRowMajor, CblasLeft, CblasUpper, transpose, CblasNonUnit, blasint(n),
            blasint(columns), 1, matrix, blasint(n), &right, blasint(columns))
    }
    return right.allSatisfy(\.isFinite)
}
