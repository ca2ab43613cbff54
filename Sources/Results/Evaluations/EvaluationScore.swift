/// How well a model predicts an evaluation set.
package struct EvaluationScore: Codable, Sendable, Equatable {
    /// The task, or `text`.
    package let name: String
    package let sequences: Int
    /// Labels of all sequences.
    package let predictions: Int
    /// Mean over the predictions, in nats.
    package let crossEntropy: Double
    /// Of text.
    package let bitsPerByte: Double?
    /// Of answers: share of those each of whose tokens is the most probable one, given the tokens
    /// before it; what greedy decoding gets right.
    package let accuracy: Double?

    enum CodingKeys: String, CodingKey {
        case name, sequences, predictions, accuracy
        case crossEntropy = "cross_entropy"
        case bitsPerByte = "bits_per_byte"
    }

    package init(
        name: String, sequences: Int, predictions: Int, crossEntropy: Double,
        bitsPerByte: Double?, accuracy: Double?
    ) {
        self.name = name
        self.sequences = sequences
        self.predictions = predictions
        self.crossEntropy = crossEntropy
        self.bitsPerByte = bitsPerByte
        self.accuracy = accuracy
    }
}

extension [EvaluationScore] {
    /// Over the tasks; nil if there is none.
    package var meanAccuracy: Double? { mean(\.accuracy) }

    /// Of a value over the tasks; nil if there is none.
    package func mean(_ value: (EvaluationScore) -> Double?) -> Double? {
        let values = filter { $0.accuracy != nil }.compactMap(value)
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
