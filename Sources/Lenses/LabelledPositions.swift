import Models

/// The positions of a batch of equally long windows at which a lens is trained or measured: those
/// whose label lies inside their window, or some of these, evenly spaced.
///
/// One forward pass serves all layers, but what follows costs many times as much a position, and
/// neighbours tell much the same: a part of the positions of more windows teaches more.
struct LabelledPositions {
    /// Rows of the batch, ascending, and for each the row of its label.
    private(set) var rows: [Int] = []
    private(set) var labels: [Int] = []
    let batch: TokenBatch

    var count: Int { rows.count }

    /// - Parameters:
    ///   - tokenShift: by how many positions the label is ahead.
    ///   - perWindow: how many to take of each window; all if nil or more than there are.
    ///   - phase: where in its stretch of the n-th window each taken position lies, from 0 to 1.
    init(
        _ batch: TokenBatch, tokenShift: Int, perWindow: Int? = nil,
        phase: (Int) -> Double = { _ in 0.5 }
    ) {
        self.batch = batch
        for (index, window) in batch.sequences.enumerated() {
            let labelled = window.filter { window.contains($0 + tokenShift) }
            let taken = min(perWindow ?? labelled.count, labelled.count)
            let offset = phase(index)
            for stretch in 0..<taken {
                let place = (Double(stretch) + offset) / Double(taken) * Double(labelled.count)
                rows.append(taken == labelled.count ? labelled[stretch] : labelled[Int(place)])
            }
        }
        labels = rows.map { $0 + tokenShift }
    }

    /// The tokens at the labels.
    var labelIDs: [Int] { labels.map { Int(batch.ids[$0]) } }
}
