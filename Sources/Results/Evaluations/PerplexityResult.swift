/// What `lens lm eval` writes of text: how well the model predicts each token.
package struct PerplexityResult: ResultDocument {
    package static let schema = "statelens/perplexity-result/1"

    /// In nats a token.
    package let crossEntropy: Double
    package let perplexity: Double
    package let bitsPerByte: Double
    package let predictions: Int
    package let run: RunRecord

    enum CodingKeys: String, CodingKey {
        case perplexity, predictions, run
        case crossEntropy = "cross_entropy"
        case bitsPerByte = "bits_per_byte"
    }

    package init(
        crossEntropy: Double, perplexity: Double, bitsPerByte: Double, predictions: Int,
        run: RunRecord
    ) {
        self.crossEntropy = crossEntropy
        self.perplexity = perplexity
        self.bitsPerByte = bitsPerByte
        self.predictions = predictions
        self.run = run
    }
}
