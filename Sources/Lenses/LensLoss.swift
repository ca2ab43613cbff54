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
/// `Vocabulary.attention`):
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
    /// Rows whose label lies inside their window, each with the row of its label.
    private let labelled: [(row: Int, label: Int)]
    private let unlabelledRows: [Int]

    /// Number of positions that have a label.
    var count: Int { labelled.count }

    init(
        _ objective: LensObjective, tokenShift: Int, batch: TokenBatch, finalStream: Tensor,
        unembedding: Unembedding, vocabulary: Vocabulary
    ) {
        let pairs = batch.sequences.flatMap { rows in
            rows.map { row in
                (row: row, label: rows.contains(row + tokenShift) ? row + tokenShift : nil)
            }
        }
        labelled = pairs.compactMap { row, label in label.map { (row, $0) } }
        unlabelledRows = pairs.filter { $0.label == nil }.map(\.row)
        target = Tensor(finalStream.shape)
        var offset = [Double](repeating: 0, count: pairs.count)
        switch objective {
        case .ce:
            for (row, label) in labelled {
                target[row].assign(unembedding.weight[Int(batch.ids[label])])
            }
            vocabulary.precision.round(target.matrix)
        case .kl:
            let normed = Tensor(finalStream.shape)
            unembedding.normalize(finalStream, into: normed)
            vocabulary.precision.round(normed.matrix)
            let expected = tokenShift == 0 ? target : Tensor(finalStream.shape)
            let logPartition = vocabulary.attention(normed.matrix, expected: expected.matrix)
            for (row, label) in labelled {
                if tokenShift != 0 { target[row].assign(expected[label]) }
                offset[row] =
                    logPartition[label]
                    - dot(
                        expected[label].pointer, normed[label].pointer, count: normed.shape[1])
            }
        }
        self.offset = offset
    }

    /// Turns `expected` (o(n)) into the gradient of the sum of losses in n, zero in rows without a
    /// label.
    func subtract(from expected: Tensor) {
        add(target, into: expected, scale: -1)
        for row in unlabelledRows { expected[row].fill(0) }
    }

    /// Sum of the losses of the labelled rows, in nats.
    func loss(normed: Tensor, logPartition: [Double]) -> Double {
        let d = normed.shape[1]
        let losses = parallelMap(labelled.count, grain: 16) { index in
            let row = labelled[index].row
            let along = dot(target.pointer + row * d, normed.pointer + row * d, count: d)
            return logPartition[row] - offset[row] - along
        }
        return losses.reduce(0, +)
    }
}
