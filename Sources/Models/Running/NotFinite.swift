import Base
import Checkpoints
import Kernels

// Weights are finite, or the model does not load; what is made of them overflows where they are too
// large. Which of them it was is told by the largest.

extension LanguageModel {
    /// What to throw where the stream after a block is not finite, though the one before it is.
    func streamNotFinite(after block: Int) -> ModelError {
        notFinite("the stream after block \(block)", fault: ["backbone.layers.\(block)."])
    }

    /// What to throw where the logits, or what is made of them, are not finite, though the stream is.
    package var outputNotFinite: ModelError {
        let head =
            !configuration.tieEmbeddings
            ? tiedHeadName
            : checkpoint.contains(legacyEmbeddingName) ? legacyEmbeddingName : embeddingName
        return notFinite(
            "what the final norm and the unembedding make of the last stream",
            fault: [finalNormName, head])
    }

    /// - Parameter prefixes: with what the names of the weights begin that may be at fault.
    private func notFinite(_ what: String, fault prefixes: [String]) -> ModelError {
        var largest = (name: "", value: Float(-1))
        for name in checkpoint.names where prefixes.contains(where: name.hasPrefix) {
            guard let tensor = try? checkpoint.stored(name).float32() else { continue }
            let value = largestMagnitude(tensor)
            if value > largest.value { largest = (name, value) }
        }
        return .notFinite(
            path: checkpoint.file(of: largest.name), what: what, tensor: largest.name,
            largest: spelledNumber(largest.value))
    }
}
