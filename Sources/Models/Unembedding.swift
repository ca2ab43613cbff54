import Kernels
import Tensors

/// The final norm and the unembedding matrix: from the residual stream to logits.
package struct Unembedding: Sendable {
    /// `norm_f.weight`, `[d_model]`.
    package let norm: Tensor
    package let epsilon: Float
    /// `lm_head.weight`, or the embedding where they are tied: `[vocab, d_model]`.
    package let weight: Tensor

    package init(norm: Tensor, epsilon: Float, weight: Tensor) {
        self.norm = norm
        self.epsilon = epsilon
        self.weight = weight
    }

    /// The final norm of `stream` `[pos, d_model]` into `normed`.
    ///
    /// - Parameter inverseRMS: `[pos]`, receives what `rmsNormBackward` needs.
    package func normalize(
        _ stream: Tensor, into normed: Tensor,
        inverseRMS: Tensor? = nil
    ) {
        rmsNorm(
            stream, weight: norm, epsilon: epsilon, into: normed,
            inverseRMS: inverseRMS)
    }

    /// Logits `[pos, vocab]` of normed states `[pos, d_model]`.
    package func logits(_ normed: Tensor) -> Tensor {
        let logits = Tensor(normed.shape[0], weight.shape[0])
        linear(normed, weight: weight, into: logits)
        return logits
    }
}
