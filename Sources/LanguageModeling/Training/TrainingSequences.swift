import Corpora
import Base
import Models
import Kernels
import Tokenization

/// Token sequences to learn from, with a weight for every token that is to be predicted.
package struct TrainingSequences: Sendable {
    private let ids: [TokenID]
    /// For each id how much its prediction counts; 0 for the first of a sequence.
    private let weights: [Float]
    private let ranges: [Range<Int>]
    /// SHA-256 over ids, weights and lengths.
    package let sha256: String

    package var count: Int { ranges.count }
    package var longest: Int { ranges.map(\.count).max() ?? 0 }
    package var tokenCount: Int { ids.count }

    /// Windows of text, in which every token but the first is predicted.
    ///
    /// - Parameter weight: of every prediction.
    package init(_ windows: TokenWindows, weight: Float = 1) {
        let (ids, window) = (windows.ids, windows.window)
        self.init(
            ids: ids, weights: ids.indices.map { $0.isMultiple(of: window) ? 0 : weight },
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
            samples.map { sample in
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
        stories: [BabilongStory], tokenizer: Tokenizer, promptWeight: Float, window: Int
    ) throws {
        try self.init(
            stories.map { story in
                story.pieces.flatMap { piece in
                    let weight = piece.isAnswer ? 1 : promptWeight
                    return tokenizer.encode(piece.text).map { ($0, weight) }
                }
            }, window: window)
    }

    /// - Parameter sequences: tokens and weights; of each the last `window` are taken.
    private init(_ sequences: [[(TokenID, Float)]], window: Int) throws {
        guard !sequences.isEmpty else { throw LanguageModelingError.noLabels(what: "task data") }
        var (ids, weights, ranges) = ([TokenID](), [Float](), [Range<Int>]())
        for sequence in sequences {
            let start = ids.count
            for (id, weight) in sequence.suffix(window) {
                weights.append(ids.count == start ? 0 : weight)
                ids.append(id)
            }
            ranges.append(start..<ids.count)
        }
        self.init(ids: ids, weights: weights, ranges: ranges)
    }

    private init(ids: [TokenID], weights: [Float], ranges: [Range<Int>]) {
        let hash = SHA256()
        ids.withUnsafeBytes { hash.update($0) }
        weights.withUnsafeBytes { hash.update($0) }
        ranges.map { Int64($0.count) }.withUnsafeBytes { hash.update($0) }
        (self.ids, self.weights, self.ranges) = (ids, weights, ranges)
        sha256 = hash.finalize()
    }

    /// One of them, and the weights of its tokens.
    subscript(index: Int) -> (ids: ArraySlice<TokenID>, weights: ArraySlice<Float>) {
        (ids[ranges[index]], weights[ranges[index]])
    }

    /// Sequences one below the other, and what is to be predicted from which row.
    static func batch(
        _ sequences: [(ids: ArraySlice<TokenID>, weights: ArraySlice<Float>)]
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
