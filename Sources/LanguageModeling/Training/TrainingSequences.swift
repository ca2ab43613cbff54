import Base
import Corpora
import Kernels
import Models
import Tokenization

/// Token sequences to learn from, with a weight for every token that is to be predicted.
package struct TrainingSequences: Sendable {
    private let ids: MappedArray<TokenID>
    private let weights: Weights
    /// In `ids`, the first of which counts as 0.
    private let ranges: [Range<Int>]

    /// For each id how much its prediction counts; 0 for the first of a sequence.
    private enum Weights: Sendable {
        case each(MappedArray<Float>)
        /// Of all tokens of a sequence but the first.
        case same(Float)
    }

    /// SHA-256 over ids, weights and lengths.
    package let sha256: String

    package var count: Int { ranges.count }
    package var longest: Int { ranges.map(\.count).max() ?? 0 }
    package var tokenCount: Int { ids.count }

    /// Windows of text, in which every token but the first is predicted.
    ///
    /// - Parameter weight: of every prediction.
    package init(_ windows: TokenWindows, weight: Float = 1) {
        let window = windows.window
        self.init(
            ids: windows.ids, weights: .same(weight),
            ranges: (0..<windows.count).map { $0 * window..<($0 + 1) * window })
    }

    /// Prompts in the form of needle finetuning, each with its answer.
    ///
    /// The answer is what follows `Answer:`, its leading space included, as in the published
    /// finetuning, which masks everything up to the last colon.
    ///
    /// - Parameters:
    ///   - promptWeight: of the tokens before the answer, whose own weight is 1.
    ///   - window: prompts lose their beginning beyond so many tokens.
    /// - Throws: `LanguageModelingError.noLabels` if there are no samples.
    package init(
        _ samples: [BabilongSample], tokenizer: Tokenizer, promptWeight: Float, window: Int
    ) throws {
        try self.init(
            samples.lazy.map { sample in
                let whole = tokenizer.encode(sample.needleText)
                let prompt = tokenizer.encode(PromptForm.lens.prompt(for: sample))
                let shared = zip(whole, prompt).prefix { $0 == $1 }.count
                return whole.enumerated().map { ($1, $0 < shared ? promptWeight : 1) }
            }, window: window)
    }

    /// Whole stories, each of whose questions stands where it was asked, with its answer.
    ///
    /// They ask for several answers in about the tokens of one prompt.
    ///
    /// - Parameters: as of the prompts.
    /// - Throws: `LanguageModelingError.noLabels` if there are no stories.
    package init(
        stories: [StoryRows], tokenizer: Tokenizer, promptWeight: Float, window: Int
    ) throws {
        try self.init(
            stories.lazy.map { story in
                story.pieces.flatMap { piece in
                    let weight = piece.isAnswer ? 1 : promptWeight
                    return tokenizer.encode(piece.text).map { ($0, weight) }
                }
            }, window: window)
    }

    /// - Parameter sequences: tokens and weights; of each the last `window` are taken.
    private init(_ sequences: some Sequence<[(TokenID, Float)]>, window: Int) throws {
        var (ids, weights) = (MappedArray<TokenID>.Writer(), MappedArray<Float>.Writer())
        var ranges: [Range<Int>] = []
        for sequence in sequences {
            let taken = sequence.suffix(window)
            ranges.append(ids.count..<ids.count + taken.count)
            try ids.append(contentsOf: taken.map(\.0))
            try weights.append(contentsOf: taken.enumerated().map { $0 == 0 ? 0 : $1.1 })
        }
        guard !ranges.isEmpty else { throw LanguageModelingError.noLabels(what: "task data") }
        self.init(ids: try ids.finish(), weights: .each(try weights.finish()), ranges: ranges)
    }

    private init(ids: MappedArray<TokenID>, weights: Weights, ranges: [Range<Int>]) {
        (self.ids, self.weights, self.ranges) = (ids, weights, ranges)
        let hash = SHA256()
        ids.hash(into: hash)
        switch weights {
        case .each(let weights): weights.hash(into: hash)
        case .same:
            for range in ranges {
                Self.weights(weights, range).withUnsafeBytes { hash.update($0) }
            }
        }
        ranges.map { Int64($0.count) }.withUnsafeBytes { hash.update($0) }
        sha256 = hash.finalize()
    }

    private static func weights(_ weights: Weights, _ range: Range<Int>) -> [Float] {
        switch weights {
        case .each(let weights): weights[range].copy()
        case .same(let weight): range.map { $0 == range.lowerBound ? 0 : weight }
        }
    }

    /// One of them, and the weights of its tokens.
    subscript(index: Int) -> (ids: [TokenID], weights: [Float]) {
        let (range, start) = (ranges[index], ids.startIndex)
        return (
            ids[start + range.lowerBound..<start + range.upperBound].copy(),
            Self.weights(weights, range)
        )
    }

    /// Sequences one below the other, and what is to be predicted from which row.
    static func batch(
        _ sequences: [(ids: [TokenID], weights: [Float])]
    ) -> (TokenBatch, TrainingLabels) {
        let batch = TokenBatch(sequences.map(\.ids))
        var (rows, tokens, rowWeights) = ([Int](), [Int32](), [Float]())
        for (sequence, rowsOfSequence) in zip(sequences, batch.sequences) {
            let labels = zip(sequence.ids, sequence.weights).enumerated().dropFirst()
            for (offset, (id, weight)) in labels where weight != 0 {
                rows.append(rowsOfSequence.lowerBound + offset - 1)
                tokens.append(id)
                rowWeights.append(weight)
            }
        }
        return (
            batch, TrainingLabels(rows: rows, labels: Labels(tokens: tokens, weights: rowWeights))
        )
    }
}
