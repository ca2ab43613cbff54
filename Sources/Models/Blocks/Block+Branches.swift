import Kernels
import Tensors

/// One of the parts whose sum a block writes into the residual stream.
package struct BlockBranch {
    /// `mixer`, or `mixer_1` and `mixer_2` of a differential block.
    package let name: String
    /// `[pos, d_model]`.
    package let written: Tensor
}

extension Block {
    /// Where in the pass `branches` finds what it needs.
    package var branchPoints: [HookPoint] {
        switch kind {
        case .ordinary: [.mixer(.outProj, block: index)]
        case .differential:
            [
                .mixer(.outProj, block: index, index: 1), .mixer(.outProj, block: index, index: 2),
                .lambda(block: index), .difference(block: index),
            ]
        }
    }

    /// What the block writes, split as it splits it itself, with norms held at their actual values: of a
    /// differential block `(1 − λ_init) · w · mixer_1(u) / rms` and `−λ · (1 − λ_init) · w · mixer_2(u) / rms`,
    /// rms that of the difference.
    ///
    /// - Parameter value: that of a pass at each of `branchPoints`, `[pos, d_model]`; λ as `[1]`.
    package func branches(_ value: (HookPoint) -> Tensor) -> [BlockBranch] {
        let values = branchPoints.map(value)
        guard case .differential(_, _, let differential) = kind else {
            return [BlockBranch(name: "mixer", written: values[0])]
        }
        let (lambda, difference) = (values[2].values[0], values[3])
        let inverseRMS = Tensor(difference.shape[0])
        rmsNorm(
            difference, weight: differential.subln, epsilon: Differential.epsilon,
            into: Tensor(difference.shape), inverseRMS: inverseRMS)
        let scale = 1 - differential.lambdaInit
        return zip(["mixer_1", "mixer_2"], [(values[0], scale), (values[1], -lambda * scale)]).map {
            BlockBranch(
                name: $0,
                written: scaled(
                    $1.0, rows: inverseRMS, columns: differential.subln, by: $1.1))
        }
    }
}
