import Foundation
import Tensors

/// What a differential block has besides its two mixers.
///
/// - SeeAlso: arXiv:2507.06204, section 3; λ as in the Differential Transformer, arXiv:2410.05258.
package struct Differential: Sendable {
    static let epsilon: Float = 1e-5

    /// `0.8 − 0.6 exp(−0.3 l)` with `l` the index of the block among all blocks, from 0.
    package let lambdaInit: Float
    /// `σ(Σ lambda_q1) + λ_init`.
    package let lambdaFull: Float
    /// Derivative of λ in each element of `lambda_q1`: σ (1 − σ).
    let lambdaSlope: Float
    /// `lambda_q1`, `[d_model]`.
    let q1: Tensor
    /// `subln.weight`, `[d_model]`.
    let subln: Tensor

    init(_ weights: WeightReader, prefix: String, index: Int, dModel: Int) throws {
        q1 = try weights.tensor("\(prefix).lambda_q1", [dModel], ParameterRole(.normal))
        let sum = q1.values.reduce(0.0) { $0 + Double($1) }
        let initial = 0.8 - 0.6 * exp(-0.3 * Double(index))
        lambdaInit = Float(initial)
        lambdaFull = Float(1 / (1 + exp(-sum)) + initial)
        lambdaSlope = Float(1 / (1 + exp(-sum)) / (1 + exp(sum)))
        subln = try weights.tensor("\(prefix).subln.weight", [dModel], .norm)
    }
}
