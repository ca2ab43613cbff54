// Work that no implementation does without, which is what a speed is compared with. A
// multiplication and an addition are two operations. The counts follow from the dimensions alone, not
// from how the kernels go about it: a faster kernel changes the speed and not the limit.

extension ModelConfiguration {
    /// Operations of the matrix products of a forward pass over one sequence, without logits: two for
    /// every weight of a projection and every position, and those of the scans, which the mixers count.
    /// Norms, conv1d, gates and decays are not counted.
    ///
    /// - Parameter blocks: how many run; all if nil.
    package func forwardOperations(tokens: Int, blocks: Int? = nil) -> Double {
        self.blocks.prefix(blocks ?? nLayers).reduce(0) {
            $0 + $1.forwardOperations(tokens: tokens)
        }
    }

    /// Bytes of float32 weights that one token has to read: all but untied embeddings, of which it
    /// reads one row.
    package func decodeBytes() throws -> Double {
        let parameters = try parameters().reduce(0) { $0 + $1.shape.reduce(1, *) }
        return Double(4 * (parameters - (tieEmbeddings ? 0 : vocabSize * dModel)))
    }
}
