import Kernels
import Models
import Tensors

/// The labels of some positions of a batch, in the form in which one pass over the vocabulary gives
/// loss and gradient of every layer.
///
/// With n the final-normed translated state, A the log-partition and o = ∇A (see
/// `VocabularyPass.attention`):
///
///     KL(model ‖ lens) = A(n) − A(n*) − o(n*) · (n − n*),   gradient o(n) − o(n*)
///     cross entropy    = A(n) − U_y · n,                    gradient o(n) − U_y
///
/// The first is the Bregman divergence of A. n*, o(n*) and A(n*) are computed once for all layers.
package struct LensLabels {
    /// What the loss subtracts: o(n*) or U_y of every position's label, `[count, d_model]`.
    private let target: Tensor
    /// `A(n*) − o(n*) · n*` for KL, 0 for cross entropy.
    private let offset: [Double]

    /// Number of positions.
    var count: Int { offset.count }

    /// - Parameters:
    ///   - ids: the token at every label.
    ///   - finalStream: there as well, `[count, d_model]`.
    package init(
        _ loss: LensLoss, ids: [Int], finalStream: Tensor, unembedding: Unembedding,
        vocabulary: VocabularyPass
    ) {
        target = Tensor(finalStream.shape)
        switch loss {
        case .ce:
            for (row, id) in ids.enumerated() {
                target[row].assign(unembedding.weight[id])
            }
            vocabulary.precision.round(target)
            offset = Array(repeating: 0, count: ids.count)
        case .kl:
            let (target, normed) = (target, Tensor(finalStream.shape))
            unembedding.normalize(finalStream, into: normed)
            vocabulary.precision.round(normed)
            let logPartition = vocabulary.attention(normed, expected: target)
            offset = zip(logPartition, rowDots(target, normed)).map { $0 - $1 }
        }
    }

    /// The loss of every row, in nats.
    ///
    /// - Parameters:
    ///   - normed: `[layers · count, d_model]`.
    ///   - logPartition: A(n) of every row.
    ///   - expected: as `normed`; where it is o(n), it becomes the gradient of the sum of losses in n.
    func losses(normed: Tensor, logPartition: [Double], expected: Tensor? = nil) -> [Double] {
        if let expected { subtractRows(target, from: expected) }
        return rowDots(normed, target).enumerated().map { row, dot in
            logPartition[row] - offset[row % count] - dot
        }
    }
}
