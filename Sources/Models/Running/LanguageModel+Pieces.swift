import Tensors

extension LanguageModel {
    /// The most positions that are in a pass by `run(texts:)`: a longer text goes in pieces of so many.
    ///
    /// Products are at their full rate from about 2,048 rows; twice that takes 190 MB at 370M
    /// parameters (47 KB a position), and no prompt of BABILong's 0k to 4k changes by a bit. A multiple
    /// of the scan's chunk, so that pieces have the chunks of the whole.
    package static let pieceLength = 4096

    /// Runs texts of any number and length in memory that does not grow with them: short ones together,
    /// long ones in pieces with carried state. Hooks see where the rows stand.
    ///
    /// A text that is no longer than a piece has the values of `run(_:)`, bit for bit if it is alone;
    /// those of a longer one differ by what products of other sizes round differently.
    ///
    /// - Parameters:
    ///   - together: up to so many positions of short texts in a pass.
    ///   - blockCount: how many blocks to run; all if nil.
    ///   - progress: called with the number of texts that were read.
    /// - Throws: as `run(_:)`.
    package func run(
        texts: [[Int32]], together: Int = pieceLength, hooks: Hooks,
        stoppingAfter blockCount: Int? = nil, pieceLength: Int = pieceLength,
        progress: (Int) -> Void = { _ in }
    ) throws {
        for (index, text) in texts.enumerated() { try check(text, sequence: index) }
        var next = 0
        while next < texts.count {
            if texts[next].count > pieceLength {
                let state = RecurrentState(for: self, sequences: 1)
                try run(
                    text: texts[next], sequence: next, hooks: hooks, state: state,
                    stoppingAfter: blockCount, pieceLength: pieceLength)
                next += 1
            } else {
                var (end, positions) = (next + 1, texts[next].count)
                while end < texts.count, positions + texts[end].count <= together {
                    positions += texts[end].count
                    end += 1
                }
                try run(
                    TokenBatch(Array(texts[next..<end]), firstSequence: next), hooks: hooks,
                    stoppingAfter: blockCount)
                next = end
            }
            progress(next)
        }
    }

    /// Runs a text, or the next part of one, from a carried state, in pieces if it is long.
    ///
    /// - Parameter sequence: its index, as hooks see it.
    /// - Returns: the stream `[pos, d_model]` of the last piece.
    /// - Throws: as `run(_:)`.
    @discardableResult
    package func run(
        text: [Int32], sequence: Int = 0, hooks: Hooks = Hooks(), state: RecurrentState,
        stoppingAfter blockCount: Int? = nil, pieceLength: Int = pieceLength
    ) throws -> Tensor {
        try check(text, sequence: sequence)
        var stream = Tensor(0, configuration.dModel)
        for start in stride(from: 0, to: text.count, by: pieceLength) {
            let piece = text[start..<min(start + pieceLength, text.count)]
            stream = try run(
                TokenBatch([piece], firstSequence: sequence), hooks: hooks, state: state,
                stoppingAfter: blockCount)
        }
        return stream
    }

    /// Before the first piece, since a piece does not know its place.
    private func check(_ text: [Int32], sequence: Int) throws {
        guard !text.isEmpty else { throw ModelError.noTokens }
        let ids = 0..<Int32(configuration.vocabSize)
        guard let position = text.firstIndex(where: { !ids.contains($0) }) else { return }
        throw ModelError.tokenOutOfRange(
            id: Int(text[position]), sequence: sequence + 1, position: position + 1,
            vocabSize: configuration.vocabSize)
    }
}
