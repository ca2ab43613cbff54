// Work that no implementation does without, which is what a speed is compared with. A
// multiplication and an addition are two operations. The counts follow from the dimensions alone, not
// from how the kernels go about it: a faster kernel changes the speed and not the limit.

extension ModelConfiguration {
    /// Length of the chunks for which the SSD's products are counted.
    private static let countedChunk = 64

    private func mixers(of block: Int) -> [MixerShape] {
        isDifferential(block) ? [differentialMixer, differentialMixer] : [mixer]
    }

    /// Operations of the matrix products of a forward pass over one sequence, without logits.
    ///
    /// For every mixer and every position the projections, `2 · d_model · in_proj rows` and
    /// `2 · d_inner · d_model`; for every chunk of q positions (64, fewer at the end) the products of
    /// Dao & Gu 2024, section 6: `2 q² d_state` a group for `C Bᵀ`, and for each head
    /// `2 q² head_dim` for its product with `dt x`, `2 q head_dim d_state` for `C Sᵀ`, and as much
    /// for the next state. Norms, conv1d, gates and decays are not counted.
    ///
    /// - Parameter blocks: how many run; all if nil.
    package func forwardOperations(tokens: Int, blocks: Int? = nil) -> Double {
        (0..<(blocks ?? nLayers)).flatMap(mixers).reduce(0) { sum, shape in
            let projections = 2 * shape.dModel * (shape.inProjRows + shape.dInner)
            return sum + Double(tokens * projections) + Self.scanOperations(shape, tokens: tokens)
        }
    }

    private static func scanOperations(_ shape: MixerShape, tokens: Int) -> Double {
        let (chunks, rest) = tokens.quotientAndRemainder(dividingBy: countedChunk)
        let squares = chunks * countedChunk * countedChunk + rest * rest
        let inside = 2 * squares * (shape.nGroups * shape.dState + shape.dInner)
        let across = 4 * tokens * shape.dInner * shape.dState
        return Double(inside + across)
    }

    /// Bytes of float32 weights that one token has to read: all but untied embeddings, of which it
    /// reads one row.
    package func decodeBytes() throws -> Double {
        let parameters = try tensorShapes().reduce(0) { $0 + $1.shape.reduce(1, *) }
        return Double(4 * (parameters - (tieEmbeddings ? 0 : vocabSize * dModel)))
    }
}
