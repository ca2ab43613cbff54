import Kernels
import StateSpaceModels
import Tensors

/// What a translator is trained towards.
package enum LensObjective: String, Codable, Sendable, CaseIterable {
    /// KL divergence of the model's own distribution from the lens's.
    case kl
    /// Cross entropy with the token that follows.
    case ce

    /// By how many positions the label is ahead of the state that is to predict it, as upstream.
    package var defaultTokenShift: Int {
        switch self {
        case .kl: 0
        case .ce: 1
        }
    }
}

/// The label of every row of a batch of equally long windows, in the form in which one pass over the
/// vocabulary gives loss and gradient of every layer.
///
/// With n the final-normed translated state, A the log-partition and o = ∇A (see
/// `vocabularyAttention`):
///
///     KL(model ‖ lens) = A(n) − A(n*) − o(n*) · (n − n*),   gradient o(n) − o(n*)
///     cross entropy    = A(n) − U_y · n,                    gradient o(n) − U_y
///
/// The first is the Bregman divergence of A. n*, o(n*) and A(n*) are computed once for all layers.
struct LensLabels {
    /// What the loss subtracts: row r holds o(n*) or U_y of the label of row r.
    private let target: Tensor
    /// `A(n*) − o(n*) · n*` for KL, 0 for cross entropy.
    private let offset: [Double]
    /// Rows whose label lies inside their window, and the others.
    let labelledRows: [Int]
    private let unlabelledRows: [Int]

    init(
        _ objective: LensObjective, tokenShift: Int, batch: TokenBatch, finalStream: Tensor,
        unembedding: Unembedding
    ) {
        let labels = Self.labelRows(batch, tokenShift: tokenShift)
        labelledRows = labels.indices.filter { labels[$0] != nil }
        unlabelledRows = labels.indices.filter { labels[$0] == nil }
        let d = finalStream.shape[1]
        target = Tensor(finalStream.shape)
        var offset = [Double](repeating: 0, count: labels.count)
        switch objective {
        case .ce:
            for row in labelledRows {
                guard let label = labels[row] else { continue }
                target[row].assign(unembedding.weight[Int(batch.ids[label])])
            }
        case .kl:
            let normed = Tensor(finalStream.shape)
            unembedding.normalize(finalStream, into: normed)
            let expected = tokenShift == 0 ? target : Tensor(finalStream.shape)
            let logPartition = vocabularyAttention(
                normed.matrix, unembedding: unembedding.weight, expected: expected.matrix)
            for row in labelledRows {
                guard let label = labels[row] else { continue }
                if tokenShift != 0 { target[row].assign(expected[label]) }
                offset[row] =
                    logPartition[label]
                    - dot(expected[label].pointer, normed[label].pointer, count: d)
            }
        }
        self.offset = offset
    }

    /// The row of each row's label, nil where it falls outside the window.
    private static func labelRows(_ batch: TokenBatch, tokenShift: Int) -> [Int?] {
        batch.sequences.flatMap { rows in
            rows.map { rows.contains($0 + tokenShift) ? $0 + tokenShift : nil }
        }
    }

    /// Sum of the losses of the labelled rows, in nats; turns `expected` (o(n)) into the gradient of
    /// that sum in n, zero in the other rows.
    func loss(normed: Tensor, logPartition: [Double], expected: Tensor) -> Double {
        let d = normed.shape[1]
        add(target, into: expected, scale: -1)
        for row in unlabelledRows { expected[row].fill(0) }
        return labelledRows.reduce(0.0) { sum, row in
            sum + logPartition[row] - offset[row]
                - dot(target[row].pointer, normed[row].pointer, count: d)
        }
    }
}
