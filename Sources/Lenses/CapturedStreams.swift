import Models
import Tensors

/// How many windows of `length` tokens go through a model together: about 1,024 positions, whose
/// streams of all layers are held at a time. Their number bounds memory and changes results by
/// rounding at most.
package func windowsAtATime(of length: Int) -> Int { max(1, 1024 / length) }

extension ActivationCache {
    /// Of the streams after some blocks.
    ///
    /// - Parameters: as of the other initializer.
    package init(
        streamsAfter blocks: Range<Int>, lengths: [Int], rows: [Int]? = nil,
        _ configuration: ModelConfiguration
    ) {
        self.init(
            blocks.map { .residPost(block: $0) }, lengths: lengths, rows: rows, configuration)
    }
}

extension LanguageModel {
    /// The stream after every block, `[n_layers, pos, d_model]`, from one forward pass.
    package func capturedStreams(_ batch: TokenBatch) throws -> Tensor {
        let cache = ActivationCache(
            streamsAfter: 0..<configuration.nLayers, lengths: batch.sequences.map(\.count),
            configuration)
        var hooks = Hooks()
        cache.add(to: &hooks)
        try run(batch, hooks: hooks)
        return cache.stacked
    }

    /// The stream after every block at some positions of some texts, `[n_layers, rows, d_model]`, in
    /// memory that does not grow with the texts' length but by what is kept.
    ///
    /// - Parameters:
    ///   - rows: which, ascending, of all positions of all texts one below the other.
    ///   - progress: called with the number of texts that were read.
    package func streams(
        of texts: [[Int32]], rows: [Int], progress: (Int) -> Void = { _ in }
    ) throws -> Tensor {
        let cache = ActivationCache(
            streamsAfter: 0..<configuration.nLayers, lengths: texts.map(\.count), rows: rows,
            configuration)
        var hooks = Hooks()
        cache.add(to: &hooks)
        // Enough positions for the projections to work at full rate.
        try run(texts: texts, together: 2048, hooks: hooks, progress: progress)
        return cache.stacked
    }
}
