/// A place where a model's answer is read: a lens on the residual stream, or the model itself.
package enum LayerPosition: Hashable, Sendable {
    /// More blocks than any model has; a bound on what a damaged file makes a reader do.
    package static let maximumCount = 4096

    /// The lens on the stream after so many blocks, 1...N.
    case lens(blocks: Int)
    /// The model's own output, without a lens.
    case output
}

/// How positions are numbered along a plot: the one place where the two numberings meet.
///
/// The published Diff-Mamba plots number "layers" 1...N. Their label L < N is translator L
/// (counted from 0), which reads the stream after L + 1 blocks; label N is not a lens at all but
/// the model's own output. Translator 0, the lens after 1 block, has no label.
package enum LayerAxis: String, CaseIterable, Sendable {
    /// Blocks completed, 1...N, then "output".
    case blocks
    /// The labels 1...N of the published plots.
    case published
    /// Blocks completed as a share of the model's blocks, 0 to 1: models of different depths.
    case relative

    /// The number of a position in a model of `layerCount` blocks; nil where it has none: the
    /// output where blocks are counted, the lens after one block on the published axis. Shares are
    /// numbered by the blocks that they are shares of.
    package func number(of position: LayerPosition, layerCount: Int) -> Int? {
        switch (self, position) {
        case (.blocks, .lens(let blocks)), (.relative, .lens(let blocks)): blocks
        case (.blocks, .output), (.relative, .output): nil
        case (.published, .lens(let blocks)): blocks >= 2 ? blocks - 1 : nil
        case (.published, .output): layerCount
        }
    }

    /// The position behind a published label, 1...`layerCount`.
    package static func position(publishedLabel label: Int, layerCount: Int) -> LayerPosition {
        label == layerCount ? .output : .lens(blocks: label + 1)
    }

    /// What the axis is called below a plot.
    package var title: String {
        switch self {
        case .blocks: "Blocks completed"
        case .published: "Layer (published numbering)"
        case .relative: "Blocks completed / number of blocks"
        }
    }
}
