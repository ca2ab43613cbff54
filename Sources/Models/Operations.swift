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
    /// Two for every weight of a projection and every position. In Mamba-2 for every chunk of q positions
    /// (64, fewer at the end) the products of Dao & Gu 2024, section 6: `2 q² d_state` a group for
    /// `C Bᵀ`, and for each head `2 q² head_dim` for its product with `dt x`, `2 q head_dim d_state` for
    /// `C Sᵀ`, and as much for the next state; in Mamba-1, whose scan has no such products, the latter
    /// two alone. Norms, conv1d, gates and decays are not counted.
    ///
    /// - Parameter blocks: how many run; all if nil.
    package func forwardOperations(tokens: Int, blocks: Int? = nil) -> Double {
        (0..<(blocks ?? nLayers)).flatMap(mixers).reduce(0) { sum, shape in
            let isMamba1 = family == .mamba1
            let projections = isMamba1 ? shape.mamba1Projections : shape.mamba2Projections
            let inside = isMamba1 ? 0 : Self.chunkOperations(shape, tokens: tokens)
            let across = 4 * tokens * shape.dInner * shape.dState
            return sum + Double(2 * tokens * projections) + Double(inside + across)
        }
    }

    /// Of the products between the positions of each chunk.
    private static func chunkOperations(_ shape: MixerShape, tokens: Int) -> Int {
        let (chunks, rest) = tokens.quotientAndRemainder(dividingBy: countedChunk)
        let squares = chunks * countedChunk * countedChunk + rest * rest
        return 2 * squares * (shape.nGroups * shape.dState + shape.dInner)
    }

    /// Bytes of float32 weights that one token has to read: all but untied embeddings, of which it
    /// reads one row.
    package func decodeBytes() throws -> Double {
        let parameters = try parameters().reduce(0) { $0 + $1.shape.reduce(1, *) }
        return Double(4 * (parameters - (tieEmbeddings ? 0 : vocabSize * dModel)))
    }
}

extension MixerShape {
    /// Weights of in_proj and out_proj.
    fileprivate var mamba2Projections: Int { dModel * (inProjRows + dInner) }
    /// Weights of in_proj, x_proj, dt_proj and out_proj.
    fileprivate var mamba1Projections: Int {
        dInner * (2 * dModel + dtRank + 2 * dState + dtRank + dModel)
    }
}
